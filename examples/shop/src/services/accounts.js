'use strict';

const HttpError = require('../lib/HttpError');
const { hashPassword, passwordMatches } = require('../lib/passwords');
const { isUniqueViolation } = require('../lib/pgErrors');
const { signToken } = require('../lib/tokens');
const users = require('../repositories/users');

async function register({ email, password, name }) {
  const passwordHash = await hashPassword(password);
  try {
    const user = await users.insert({ email, passwordHash, name });
    return { token: signToken(user.id), user };
  } catch (error) {
    if (isUniqueViolation(error)) {
      throw HttpError.conflict('email_taken', 'This e-mail address is already registered');
    }
    throw error;
  }
}

async function logIn({ email, password }) {
  const credentials = await users.findCredentials(email);
  if (!credentials || !(await passwordMatches(password, credentials.passwordHash))) {
    throw new HttpError(401, 'invalid_credentials', 'Wrong e-mail address or password');
  }
  return { token: signToken(credentials.id), user: await users.findById(credentials.id) };
}

module.exports = { register, logIn };
