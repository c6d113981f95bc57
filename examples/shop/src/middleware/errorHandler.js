'use strict';

const HttpError = require('../lib/HttpError');

// What Express and its body parser reject before a route is reached carries a 4xx status of its own.
function toHttpError(error) {
  if (error instanceof HttpError) {
    return error;
  }
  if (error.type === 'entity.parse.failed') {
    return new HttpError(400, 'malformed_json', 'The request body is not valid JSON');
  }
  if (error.status >= 400 && error.status < 500) {
    return new HttpError(error.status, 'bad_request', error.message);
  }
  return new HttpError(500, 'internal_error', 'Something went wrong');
}

function errorHandler(error, req, res, next) {
  const { status, code, message, details } = toHttpError(error);
  if (status === 500) {
    console.error(error);
  }
  if (res.headersSent) {
    next(error);
    return;
  }
  res.status(status).json({ error: { code, message, details } });
}

module.exports = errorHandler;
