'use strict';

const Joi = require('joi');
const { integer, text } = require('./common');

const reviewBody = Joi.object({
  rating: integer().min(1).max(5).required(),
  comment: text(2000).allow('').default(''),
});

module.exports = { reviewBody };
