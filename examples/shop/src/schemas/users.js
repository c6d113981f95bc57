'use strict';

const Joi = require('joi');
const { text, withoutNul } = require('./common');

const BCRYPT_MAX_BYTES = 72; // bcrypt ignores whatever follows

const email = Joi.string()
  .trim()
  .lowercase()
  .max(254)
  .email({ allowUnicode: false, tlds: { allow: false } })
  .required();
const password = withoutNul(Joi.string().max(BCRYPT_MAX_BYTES, 'utf8')).required();

const registerBody = Joi.object({ email, password: password.min(8), name: text(100).required() });

const loginBody = Joi.object({ email, password });

const profileBody = Joi.object({ name: text(100), shippingAddress: text(500).allow('') }).min(1);

module.exports = { registerBody, loginBody, profileBody };
