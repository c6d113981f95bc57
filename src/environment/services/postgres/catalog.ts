import type { Row, Table } from '../../../contracts/environment.ts'

const ON_DELETE: Record<string, Table['foreignKeys'][number]['onDelete']> = {
  a: 'no action',
  r: 'restrict',
  c: 'cascade',
  n: 'set null',
  d: 'set default',
}

/** Ordinary and partitioned tables of the project: no system schemas, no partitions, nothing an extension brought. */
const PROJECT_TABLES = `
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
    AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.classid = 'pg_class'::regclass AND d.deptype = 'e')`

const COLUMN_NAMES = (relation: string, numbers: string) => `
  (SELECT json_agg(a.attname ORDER BY u.place)
   FROM unnest(${numbers}) WITH ORDINALITY u (number, place)
   JOIN pg_attribute a ON a.attrelid = ${relation} AND a.attnum = u.number)`

/** A value that changes whenever a table or column comes, goes or changes its type. */
export const FINGERPRINT = `
  SELECT md5(string_agg(t.description, ',' ORDER BY t.description)) AS fingerprint FROM (
    SELECT concat_ws('.', c.oid, c.relname, a.attname, a.atttypid, a.attnotnull) AS description
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relkind IN ('r', 'p') AND a.attnum > 0 AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
  ) t`

export const CATALOG = `
  SELECT n.nspname AS schema, c.relname AS name,
    (SELECT coalesce(json_agg(json_build_object(
        'name', a.attname, 'type', format_type(a.atttypid, a.atttypmod), 'nullable', NOT a.attnotnull,
        'hasDefault', a.atthasdef OR a.attidentity <> '', 'generated', a.attgenerated <> ''
      ) ORDER BY a.attnum), '[]')
      FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns,
    (SELECT coalesce(json_agg(json_build_object(
        'type', k.contype, 'columns', ${COLUMN_NAMES('k.conrelid', 'k.conkey')},
        'schema', fn.nspname, 'table', f.relname, 'references', ${COLUMN_NAMES('k.confrelid', 'k.confkey')},
        'onDelete', k.confdeltype, 'definition', pg_get_constraintdef(k.oid)
      ) ORDER BY k.conname), '[]')
      FROM pg_constraint k LEFT JOIN pg_class f ON f.oid = k.confrelid LEFT JOIN pg_namespace fn ON fn.oid = f.relnamespace
      WHERE k.conrelid = c.oid AND k.contype IN ('p', 'f', 'c')) AS constraints,
    (SELECT coalesce(json_agg(${COLUMN_NAMES('i.indrelid', 'i.indkey::smallint[]')} ORDER BY i.indexrelid), '[]')
      FROM pg_index i
      WHERE i.indrelid = c.oid AND i.indisunique AND NOT i.indisprimary AND i.indpred IS NULL AND i.indexprs IS NULL
    ) AS unique
  ${PROJECT_TABLES} ORDER BY n.nspname <> 'public', n.nspname, c.relname`

/** A table together with what our own statements need to know of it. */
export interface CatalogTable extends Table {
  /** Quoted and qualified, for SQL. */
  sql: string
  /** Columns a row can be inserted with: all but the generated ones. */
  insertable: string[]
}

/** Rows of `CATALOG` as tables. Tables outside the schema `public` are named `schema.table`. */
export function readCatalog(rows: Row[]): CatalogTable[] {
  return (rows as unknown as CatalogRow[]).map((row) => {
    const primary = row.constraints.find((constraint) => constraint.type === 'p')
    return {
      name: nameTable(row.schema, row.name),
      sql: `${quote(row.schema)}.${quote(row.name)}`,
      columns: row.columns.map(({ name, type, nullable, hasDefault }) => ({ name, type, nullable, hasDefault })),
      insertable: row.columns.filter((column) => !column.generated).map((column) => column.name),
      primaryKey: primary?.columns ?? [],
      foreignKeys: row.constraints
        .filter((constraint) => constraint.type === 'f')
        .map((constraint) => ({
          columns: constraint.columns,
          table: nameTable(constraint.schema ?? '', constraint.table ?? ''),
          references: constraint.references ?? [],
          onDelete: ON_DELETE[constraint.onDelete] ?? 'no action',
        })),
      unique: row.unique,
      checks: row.constraints
        .filter((constraint) => constraint.type === 'c')
        .map((constraint) => constraint.definition.replace(/^CHECK \((.*)\)$/s, '$1')),
    }
  })
}

interface CatalogRow {
  schema: string
  name: string
  columns: { name: string; type: string; nullable: boolean; hasDefault: boolean; generated: boolean }[]
  constraints: {
    type: 'p' | 'f' | 'c'
    columns: string[]
    schema: string | null
    table: string | null
    references: string[] | null
    onDelete: string
    definition: string
  }[]
  unique: string[][]
}

const nameTable = (schema: string, name: string) => (schema === 'public' ? name : `${schema}.${name}`)

/** An identifier for SQL. */
export function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
