'use strict';

const Joi = require('joi');
const { MAX_INTEGER } = require('../constants');
const { integer, paging, text } = require('./common');

const MAX_PRICE_CENTS = 100000000;
const MAX_STOCK = 1000000;

const price = () => Joi.number().integer().min(0).max(MAX_INTEGER);

const productBody = Joi.object({
  sku: Joi.string()
    .pattern(/^[A-Z0-9][A-Z0-9-]{2,31}$/)
    .required(),
  name: text(120).required(),
  description: text(2000).allow('').default(''),
  category: text(50).lowercase().required(),
  priceCents: integer().min(1).max(MAX_PRICE_CENTS).required(),
  stock: integer().min(0).max(MAX_STOCK).required(),
});

const productQuery = Joi.object({
  category: text(50).lowercase(),
  minPrice: price(),
  maxPrice: price().when('minPrice', { is: Joi.exist(), then: Joi.number().min(Joi.ref('minPrice')) }),
  ...paging,
});

module.exports = { productBody, productQuery };
