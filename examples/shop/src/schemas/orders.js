'use strict';

const Joi = require('joi');
const { ORDER_STATUSES } = require('../constants');
const { id, integer, paging } = require('./common');

const MAX_ITEMS = 50;
const MAX_QUANTITY = 1000;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const orderParams = Joi.object({ id: Joi.string().pattern(UUID, 'uuid').required() });

const item = Joi.object({
  productId: id().strict().required(),
  quantity: integer().min(1).max(MAX_QUANTITY).required(),
});

const orderBody = Joi.object({
  items: Joi.array().items(item).min(1).max(MAX_ITEMS).unique('productId').required(),
});

const orderQuery = Joi.object({ status: Joi.valid(...ORDER_STATUSES), ...paging });

module.exports = { orderBody, orderParams, orderQuery };
