'use strict';

const { pool } = require('../db');

const COLUMNS = `id, email, name, shipping_address AS "shippingAddress", created_at AS "createdAt"`;

async function insert({ email, passwordHash, name }) {
  const { rows } = await pool.query(
    `INSERT INTO users (email, password_hash, name) VALUES ($1, $2, $3) RETURNING ${COLUMNS}`,
    [email, passwordHash, name],
  );
  return rows[0];
}

async function findById(id) {
  const { rows } = await pool.query(`SELECT ${COLUMNS} FROM users WHERE id = $1`, [id]);
  return rows[0];
}

// The only query that reads the password hash.
async function findCredentials(email) {
  const { rows } = await pool.query(
    'SELECT id, password_hash AS "passwordHash" FROM users WHERE email = $1',
    [email],
  );
  return rows[0];
}

// Leaves out what is undefined.
async function update(id, { name, shippingAddress }) {
  const { rows } = await pool.query(
    `UPDATE users
        SET name = COALESCE($2, name), shipping_address = COALESCE($3, shipping_address)
      WHERE id = $1
      RETURNING ${COLUMNS}`,
    [id, name, shippingAddress],
  );
  return rows[0];
}

module.exports = { insert, findById, findCredentials, update };
