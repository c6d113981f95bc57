import type { Sandbox } from '../../contracts/sandbox.ts'
import { SYSTEM_ENV } from '../archive.ts'

/** SQL to apply, in order. */
export interface SqlFile {
  path: string
  sql: string
}

/** Where the way back begins in a file that holds both directions. */
const DOWN = /^\s*--\s*(\+\w+\s+)?(migrate\s*:?\s*)?down\b.*$/im

/**
 * The forward migrations in a directory of the view, sorted by name: `*.sql`, or `<name>/migration.sql` and
 * `<name>/up.sql` in one folder each.
 */
export async function readSqlFiles(sandbox: Sandbox, dir: string): Promise<SqlFile[]> {
  const listed = await sandbox.run({
    argv: ['find', dir, '-name', '*.sql', '-type', 'f'],
    env: SYSTEM_ENV,
  })
  const paths = listed.stdout
    .split('\n')
    .filter((path) => path !== '' && !/(^|[._/-])(down|rollback|undo)(\.[^/]*)?\.sql$/i.test(path))
    .sort()
  return Promise.all(
    paths.map(async (path) => ({ path, sql: forwardPart((await sandbox.readFile(path)).toString('utf8')) })),
  )
}

function forwardPart(sql: string): string {
  const down = DOWN.exec(sql)
  return down ? sql.slice(0, down.index) : sql
}
