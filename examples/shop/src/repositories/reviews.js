'use strict';

const { pool } = require('../db');
const selectPage = require('./selectPage');

const COLUMNS = `id, product_id AS "productId", author_id AS "authorId", rating, comment,
  created_at AS "createdAt"`;

function listByProduct(productId, { page, pageSize }) {
  return selectPage({
    columns: COLUMNS,
    from: 'reviews WHERE product_id = $1',
    orderBy: 'created_at DESC, id DESC',
    params: [productId],
    page,
    pageSize,
  });
}

async function findById(id) {
  const { rows } = await pool.query(`SELECT ${COLUMNS} FROM reviews WHERE id = $1`, [id]);
  return rows[0];
}

async function insert({ productId, authorId, rating, comment }) {
  const { rows } = await pool.query(
    `INSERT INTO reviews (product_id, author_id, rating, comment)
     VALUES ($1, $2, $3, $4)
     RETURNING ${COLUMNS}`,
    [productId, authorId, rating, comment],
  );
  return rows[0];
}

async function remove(id) {
  await pool.query('DELETE FROM reviews WHERE id = $1', [id]);
}

module.exports = { listByProduct, findById, insert, remove };
