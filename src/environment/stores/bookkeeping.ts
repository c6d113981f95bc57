/** Tables in which migration tools remember what they applied, by their default names. */
const KNOWN = new Set([
  'knex_migrations',
  'knex_migrations_lock',
  'sequelizemeta',
  'sequelizedata',
  '_prisma_migrations',
  'schema_migrations',
  'schema_migration',
  'schema_version',
  'ar_internal_metadata',
  'pgmigrations',
  'typeorm_metadata',
  '__drizzle_migrations',
  'flyway_schema_history',
  'alembic_version',
  'django_migrations',
  'goose_db_version',
  'gorp_migrations',
])

/** Column sets by which a bookkeeping table under a name of the project's own gives itself away. */
const SHAPES = [
  ['batch', 'id', 'migration_time', 'name'], // knex
  ['index', 'is_locked'], // knex, the lock
  ['id', 'name', 'timestamp'], // typeorm
  ['created_at', 'hash', 'id'], // drizzle
  ['id', 'name', 'run_on'], // node-pg-migrate
]

/** Does this table (name without schema) belong to a migration tool rather than to the application? */
export function isBookkeeping(table: string, columns: string[]): boolean {
  const name = table.toLowerCase().replace(/^.*\./, '')
  if (KNOWN.has(name)) return true
  // A name alone proves nothing (birds migrate as well): name and shape together do.
  return name.includes('migration') && SHAPES.some((shape) => shape.join() === [...columns].sort().join())
}
