'use strict';

const RESTRICT_VIOLATION = '23001'; // what ON DELETE RESTRICT raises since PostgreSQL 18
const FOREIGN_KEY_VIOLATION = '23503';
const UNIQUE_VIOLATION = '23505';

function isForeignKeyViolation(error) {
  return error.code === FOREIGN_KEY_VIOLATION || error.code === RESTRICT_VIOLATION;
}

function isUniqueViolation(error) {
  return error.code === UNIQUE_VIOLATION;
}

module.exports = { isForeignKeyViolation, isUniqueViolation };
