'use strict';

const express = require('express');
const { API_PREFIX } = require('./constants');
const errorHandler = require('./middleware/errorHandler');
const unknownRoute = require('./middleware/unknownRoute');
const api = require('./routes');
const health = require('./routes/health');

const app = express();

app.disable('x-powered-by');
app.use(express.json({ limit: '50kb' }));

app.use('/health', health);
app.use(API_PREFIX, api);

app.use(unknownRoute);
app.use(errorHandler);

module.exports = app;
