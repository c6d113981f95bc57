'use strict';

const HttpError = require('../lib/HttpError');
const asyncHandler = require('../lib/asyncHandler');
const { readToken } = require('../lib/tokens');
const users = require('../repositories/users');

function bearerToken(req) {
  const [, token] = /^Bearer (\S+)$/i.exec(req.get('Authorization') || '') || [];
  return token;
}

// Looks the user up on every request: a token outlives the account it was issued for.
const requireAuth = asyncHandler(async (req, res, next) => {
  const userId = readToken(bearerToken(req));
  const user = userId && (await users.findById(userId));
  if (!user) {
    throw HttpError.unauthenticated();
  }
  req.user = user;
  next();
});

module.exports = requireAuth;
