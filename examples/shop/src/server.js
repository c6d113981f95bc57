'use strict';

const app = require('./app');
const config = require('./config');
const { pool } = require('./db');

const server = app.listen(config.port, () => {
  console.log(`Shop listening on port ${server.address().port}`);
});

function shutDown() {
  server.close(() => pool.end());
}

process.once('SIGINT', shutDown);
process.once('SIGTERM', shutDown);
