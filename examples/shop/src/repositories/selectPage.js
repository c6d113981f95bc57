'use strict';

const { pool } = require('../db');

// One page of "SELECT columns FROM from", with the total number of rows behind it.
async function selectPage({ columns, from, orderBy, params, page, pageSize }) {
  const limit = `LIMIT $${params.length + 1} OFFSET $${params.length + 2}`;
  const [counted, selected] = await Promise.all([
    pool.query(`SELECT count(*) AS total FROM ${from}`, params),
    pool.query(`SELECT ${columns} FROM ${from} ORDER BY ${orderBy} ${limit}`, [
      ...params,
      pageSize,
      (page - 1) * pageSize,
    ]),
  ]);
  return { items: selected.rows, total: counted.rows[0].total, page, pageSize };
}

module.exports = selectPage;
