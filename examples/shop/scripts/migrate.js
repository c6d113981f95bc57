'use strict';

const fs = require('node:fs/promises');
const path = require('node:path');
const { Client } = require('pg');
const config = require('../src/config');

const MIGRATIONS_DIR = path.join(__dirname, '..', 'migrations');
const LOCK_ID = 727001; // any number, as long as every run takes the same lock

async function listMigrations() {
  const files = await fs.readdir(MIGRATIONS_DIR);
  return files.filter((file) => file.endsWith('.sql')).sort();
}

async function applyMigration(client, file) {
  const sql = await fs.readFile(path.join(MIGRATIONS_DIR, file), 'utf8');
  await client.query('BEGIN');
  await client.query(sql);
  await client.query('INSERT INTO schema_migrations (name) VALUES ($1)', [file]);
  await client.query('COMMIT');
}

async function migrate() {
  const client = new Client({ connectionString: config.databaseUrl });
  await client.connect();
  try {
    // Released, like a transaction left open by a failing file, when the connection ends.
    await client.query('SELECT pg_advisory_lock($1)', [LOCK_ID]);
    await client.query(
      `CREATE TABLE IF NOT EXISTS schema_migrations (
         name       text PRIMARY KEY,
         applied_at timestamptz NOT NULL DEFAULT now()
       )`,
    );
    const { rows } = await client.query('SELECT name FROM schema_migrations');
    const applied = new Set(rows.map((row) => row.name));
    const pending = (await listMigrations()).filter((file) => !applied.has(file));
    for (const file of pending) {
      await applyMigration(client, file);
      console.log(`applied ${file}`);
    }
    console.log(pending.length > 0 ? 'Database migrated.' : 'Nothing to migrate.');
  } finally {
    await client.end();
  }
}

migrate().catch((error) => {
  console.error(`Migration failed: ${error.message}`);
  process.exitCode = 1;
});
