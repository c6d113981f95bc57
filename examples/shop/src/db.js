'use strict';

const { Pool, types } = require('pg');
const config = require('./config');

// bigint arrives as a string by default; counts and totals here stay far below 2^53.
types.setTypeParser(types.builtins.INT8, Number);

const pool = new Pool({ connectionString: config.databaseUrl });

pool.on('error', (error) => {
  console.error('Idle database connection failed:', error.message);
});

async function withTransaction(work) {
  const client = await pool.connect();
  let broken;
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch((rollbackError) => {
      broken = rollbackError;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}

module.exports = { pool, withTransaction };
