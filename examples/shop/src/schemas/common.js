'use strict';

const Joi = require('joi');
const { DEFAULT_PAGE_SIZE, MAX_INTEGER, MAX_PAGE_SIZE } = require('../constants');

const MAX_PAGE = 100000;

// JSON numbers only: "12" is refused in a body.
const integer = () => Joi.number().strict().integer();

// PostgreSQL cannot store the NUL character in a text column.
const withoutNul = (schema) => schema.pattern(/\u0000/, { invert: true, name: 'NUL character' });

const text = (maxLength) => withoutNul(Joi.string().trim().max(maxLength));

const id = () => Joi.number().integer().min(1).max(MAX_INTEGER);

const paging = {
  page: Joi.number().integer().min(1).max(MAX_PAGE).default(1),
  pageSize: Joi.number().integer().min(1).max(MAX_PAGE_SIZE).default(DEFAULT_PAGE_SIZE),
};

const idParams = Joi.object({ id: id().required() });

const pagingQuery = Joi.object(paging);

module.exports = { id, idParams, integer, paging, pagingQuery, text, withoutNul };
