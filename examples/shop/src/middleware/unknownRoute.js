'use strict';

const HttpError = require('../lib/HttpError');

function unknownRoute(req, res, next) {
  next(HttpError.notFound('Route'));
}

module.exports = unknownRoute;
