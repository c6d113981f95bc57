'use strict';

const { pool } = require('../db');
const selectPage = require('./selectPage');

const COLUMNS = `id, seller_id AS "sellerId", sku, name, description, category,
  price_cents AS "priceCents", stock, created_at AS "createdAt"`;

function list({ category, minPrice, maxPrice, page, pageSize }) {
  return selectPage({
    columns: COLUMNS,
    from: `products
      WHERE ($1::text IS NULL OR category = $1)
        AND ($2::integer IS NULL OR price_cents >= $2)
        AND ($3::integer IS NULL OR price_cents <= $3)`,
    orderBy: 'id',
    params: [category, minPrice, maxPrice],
    page,
    pageSize,
  });
}

async function findById(id) {
  const { rows } = await pool.query(`SELECT ${COLUMNS} FROM products WHERE id = $1`, [id]);
  return rows[0];
}

async function insert(sellerId, { sku, name, description, category, priceCents, stock }) {
  const { rows } = await pool.query(
    `INSERT INTO products (seller_id, sku, name, description, category, price_cents, stock)
     VALUES ($1, $2, $3, $4, $5, $6, $7)
     RETURNING ${COLUMNS}`,
    [sellerId, sku, name, description, category, priceCents, stock],
  );
  return rows[0];
}

async function update(id, { sku, name, description, category, priceCents, stock }) {
  const { rows } = await pool.query(
    `UPDATE products
        SET sku = $2, name = $3, description = $4, category = $5, price_cents = $6, stock = $7
      WHERE id = $1
      RETURNING ${COLUMNS}`,
    [id, sku, name, description, category, priceCents, stock],
  );
  return rows[0];
}

async function remove(id) {
  await pool.query('DELETE FROM products WHERE id = $1', [id]);
}

// Always in id order, so that two transactions over the same products cannot deadlock.
async function lock(client, ids) {
  const { rows } = await client.query(
    `SELECT ${COLUMNS} FROM products WHERE id = ANY ($1::integer[]) ORDER BY id FOR UPDATE`,
    [ids],
  );
  return rows;
}

// sign: -1 takes the quantities out of stock, +1 puts them back. Lock the products first.
async function moveStock(client, lines, sign) {
  await client.query(
    `UPDATE products
        SET stock = stock + moved.quantity
       FROM unnest($1::integer[], $2::integer[]) AS moved (product_id, quantity)
      WHERE products.id = moved.product_id`,
    [lines.map((line) => line.productId), lines.map((line) => sign * line.quantity)],
  );
}

module.exports = { list, findById, insert, update, remove, lock, moveStock };
