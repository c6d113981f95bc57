'use strict';

class HttpError extends Error {
  constructor(status, code, message, details) {
    super(message);
    this.name = 'HttpError';
    this.status = status;
    this.code = code;
    this.details = details;
  }

  static unauthenticated() {
    return new HttpError(401, 'unauthenticated', 'A valid bearer token is required');
  }

  static forbidden(message) {
    return new HttpError(403, 'forbidden', message);
  }

  static notFound(what) {
    return new HttpError(404, 'not_found', `${what} not found`);
  }

  static conflict(code, message, details) {
    return new HttpError(409, code, message, details);
  }
}

module.exports = HttpError;
