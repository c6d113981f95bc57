import { createHash } from 'node:crypto'
import { basename, dirname } from 'node:path'
import type { Store } from '../../contracts/environment.ts'
import { AgentError } from '../../contracts/errors.ts'
import type { DataStore } from '../../contracts/project.ts'
import type { Command, CommandResult, Sandbox } from '../../contracts/sandbox.ts'
import { findProbableCause } from '../app/probable-cause.ts'
import { readSqlFiles } from './sql-files.ts'

const SHOWN_OUTPUT = 3_000
const TIMEOUT_MS = 180_000

/** Brings a store to the project's schema by the project's own means. `sync` is the application's to do at boot. */
export async function runMigrations(options: {
  store: DataStore
  rows: Store | null
  sandbox: Sandbox
  run(command: Command): Promise<CommandResult>
}): Promise<void> {
  const { store, rows, run } = options
  const { migrations } = store
  if (!migrations || migrations.kind === 'sync') return
  if (!migrations.command) {
    if (migrations.dir && rows) await applySqlFiles(options.sandbox, rows, migrations.dir)
    return
  }
  const result = await run({ argv: migrations.command, timeoutMs: TIMEOUT_MS })
  if (result.exitCode === 0) return
  // Prisma's command needs an engine that its installation downloads; the SQL it would apply is in the repository.
  if (migrations.kind === 'prisma' && migrations.dir && rows) {
    const files = await applySqlFiles(options.sandbox, rows, migrations.dir)
    if (files.length > 0) return recordForPrisma(rows, files)
  }
  throw migrationFailed(
    migrations.command.join(' '),
    result.timedOut ? 'time is up' : `exit code ${result.exitCode ?? result.signal}`,
    `${result.stdout}\n${result.stderr}`,
  )
}

async function applySqlFiles(sandbox: Sandbox, rows: Store, dir: string) {
  const files = await readSqlFiles(sandbox, dir)
  for (const { path, sql } of files) {
    try {
      await rows.query(sql)
    } catch (error) {
      throw migrationFailed(path, 'the database refuses it', (error as Error).message)
    }
  }
  return files
}

/** Otherwise the project's own command would apply them a second time. */
async function recordForPrisma(rows: Store, files: { path: string; sql: string }[]): Promise<void> {
  await rows.query(`CREATE TABLE IF NOT EXISTS _prisma_migrations (
    id VARCHAR(36) PRIMARY KEY NOT NULL, checksum VARCHAR(64) NOT NULL, finished_at TIMESTAMP,
    migration_name VARCHAR(255) NOT NULL, logs TEXT, rolled_back_at TIMESTAMP,
    started_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, applied_steps_count INTEGER NOT NULL DEFAULT 0)`)
  const first = rows.engine === 'postgres' ? (index: number) => `$${index}` : () => '?'
  for (const { path, sql } of files) {
    const name = basename(dirname(path))
    const checksum = createHash('sha256').update(sql).digest('hex')
    await rows.query(
      `INSERT INTO _prisma_migrations (id, checksum, finished_at, migration_name, applied_steps_count)
       VALUES (${first(1)}, ${first(2)}, CURRENT_TIMESTAMP, ${first(3)}, 1)`,
      [checksum.slice(0, 36), checksum, name],
    )
  }
}

function migrationFailed(command: string, how: string, output: string): AgentError {
  return new AgentError(
    'environment',
    'MIGRATION_FAILED',
    `Migrations fail: ${how}.\n${output.trim().slice(-SHOWN_OUTPUT)}`,
    {
      value: command,
      next:
        findProbableCause(output)?.next ??
        'Run the command against an empty database; correct it in integration-tests.config.json if it is another one.',
    },
  )
}
