'use strict';

const jwt = require('jsonwebtoken');
const config = require('../config');
const { MAX_INTEGER } = require('../constants');

const ALGORITHM = 'HS256';
const secret = config.jwtSecret;

function signToken(userId) {
  return jwt.sign({}, secret, { algorithm: ALGORITHM, subject: String(userId), expiresIn: '1h' });
}

// Returns the user id a token stands for, or null when the token cannot be trusted.
function readToken(token) {
  try {
    const userId = Number(jwt.verify(token, secret, { algorithms: [ALGORITHM] }).sub);
    return Number.isInteger(userId) && userId > 0 && userId <= MAX_INTEGER ? userId : null;
  } catch {
    return null;
  }
}

module.exports = { signToken, readToken };
