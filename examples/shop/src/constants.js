'use strict';

module.exports = {
  API_PREFIX: '/api',
  DEFAULT_PAGE_SIZE: 20,
  MAX_PAGE_SIZE: 100,
  MAX_INTEGER: 2 ** 31 - 1, // upper bound of a PostgreSQL integer
  ORDER_STATUSES: ['pending', 'paid', 'cancelled'],
};
