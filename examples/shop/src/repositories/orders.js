'use strict';

const { pool } = require('../db');
const selectPage = require('./selectPage');

const COLUMNS = `id, status, total_cents AS "totalCents", created_at AS "createdAt",
  (SELECT json_agg(
            json_build_object(
              'productId', product_id,
              'productName', product_name,
              'unitPriceCents', unit_price_cents,
              'quantity', quantity
            ) ORDER BY product_id
          )
     FROM order_items
    WHERE order_items.order_id = orders.id) AS items`;

function listByUser(userId, { status, page, pageSize }) {
  return selectPage({
    columns: COLUMNS,
    from: 'orders WHERE user_id = $1 AND ($2::text IS NULL OR status = $2)',
    orderBy: 'created_at DESC, id',
    params: [userId, status],
    page,
    pageSize,
  });
}

async function findOwn(userId, orderId, client = pool) {
  const { rows } = await client.query(
    `SELECT ${COLUMNS} FROM orders WHERE id = $1 AND user_id = $2`,
    [orderId, userId],
  );
  return rows[0];
}

async function lockOwn(client, userId, orderId) {
  const { rows } = await client.query(
    `SELECT ${COLUMNS} FROM orders WHERE id = $1 AND user_id = $2 FOR UPDATE`,
    [orderId, userId],
  );
  return rows[0];
}

// Returns the id of the new order.
async function insert(client, userId, totalCents, lines) {
  const { rows } = await client.query(
    'INSERT INTO orders (user_id, total_cents) VALUES ($1, $2) RETURNING id',
    [userId, totalCents],
  );
  const orderId = rows[0].id;
  await client.query(
    `INSERT INTO order_items (order_id, product_id, product_name, unit_price_cents, quantity)
     SELECT $1, * FROM unnest($2::integer[], $3::text[], $4::integer[], $5::integer[])`,
    [
      orderId,
      lines.map((line) => line.productId),
      lines.map((line) => line.productName),
      lines.map((line) => line.unitPriceCents),
      lines.map((line) => line.quantity),
    ],
  );
  return orderId;
}

async function setStatus(client, orderId, status) {
  const { rows } = await client.query(
    `UPDATE orders SET status = $2 WHERE id = $1 RETURNING ${COLUMNS}`,
    [orderId, status],
  );
  return rows[0];
}

module.exports = { listByUser, findOwn, lockOwn, insert, setStatus };
