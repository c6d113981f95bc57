'use strict';

const HttpError = require('../lib/HttpError');

const MAX_DETAILS = 20;

function describe(part, error) {
  return error.details.map(({ path, message }) => ({ in: part, path: path.join('.'), message }));
}

// validate({ params, query, body }): checks each part and replaces it with the parsed value.
// Unknown query parameters are dropped, unknown body fields are refused.
function validate(schemas) {
  return (req, res, next) => {
    const details = [];
    for (const [part, schema] of Object.entries(schemas)) {
      const { error, value } = schema.validate(req[part], {
        abortEarly: false,
        stripUnknown: part === 'query',
      });
      if (error) {
        details.push(...describe(part, error));
      } else {
        req[part] = value;
      }
    }
    if (details.length > 0) {
      throw new HttpError(400, 'validation_failed', 'Invalid request', details.slice(0, MAX_DETAILS));
    }
    next();
  };
}

module.exports = validate;
