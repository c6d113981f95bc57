'use strict';

const DEFAULT_PORT = 3000;

function required(name) {
  const value = process.env[name];
  if (!value) {
    throw new Error(`Missing required environment variable ${name} (see .env.example)`);
  }
  return value;
}

// Getters, so that each module only demands the variables it uses.
module.exports = {
  get databaseUrl() {
    return required('DATABASE_URL');
  },
  get jwtSecret() {
    return required('JWT_SECRET');
  },
  get port() {
    return Number(process.env.PORT || DEFAULT_PORT);
  },
};
