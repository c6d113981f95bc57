'use strict';

const bcrypt = require('bcryptjs');

const ROUNDS = 10;

module.exports = {
  hashPassword: (password) => bcrypt.hash(password, ROUNDS),
  passwordMatches: (password, hash) => bcrypt.compare(password, hash),
};
