import { isAbsolute, join } from 'node:path'
import type { DataStore } from '../../contracts/project.ts'
import { SYSTEM_ENV } from '../archive.ts'
import { openSqliteStore } from '../stores/sqlite-store.ts'
import type { RunningService, ServiceContext, ServicePlug } from './plug.ts'

/** The application's own driver is the engine; the environment gives it a file and looks into it. */
export const sqlite: ServicePlug = {
  engine: 'sqlite',
  find: async () => ({ readable: [], start }),
}

async function start(context: ServiceContext): Promise<RunningService> {
  const { sandbox, store, template } = context
  const path = choosePath(store, sandbox.root, sandbox.scratch)
  const inMemory = path === null
  if (!inMemory) {
    const argv = ['mkdir', '-p', join(path, '..')]
    await sandbox.run({ argv, env: SYSTEM_ENV })
    if (template) await sandbox.writeFile(path, template)
    else if (store.migrations) await removeLeftovers(context, path)
  }
  const rows = inMemory ? null : openSqliteStore(sandbox, store.name, path, template)
  return {
    instance: { name: store.name, engine: 'sqlite', version: store.driver, provider: 'file', fidelity: 'real' },
    address: { kind: 'file', path: path ?? ':memory:' },
    store: rows,
    seal: async () => (await rows?.seal()) ?? null,
    needsQuiet: async () => (await rows?.needsQuiet()) ?? false,
    close: async () => undefined,
  }
}

/** Where a variable decides, a place outside the project's tree; `null`: the data never leaves the application's memory. */
function choosePath(store: DataStore, root: string, scratch: string): string | null {
  if (store.address.some((variable) => ['url', 'file', 'database'].includes(variable.part))) {
    return join(scratch, 'databases', `${store.name}.sqlite3`)
  }
  if (!store.file || store.file.includes(':memory:')) return null
  return isAbsolute(store.file) ? store.file : join(root, store.file)
}

/** A developer's database in the tree is not the state that migrations lead to. */
async function removeLeftovers({ sandbox }: ServiceContext, path: string): Promise<void> {
  for (const suffix of ['', '-wal', '-shm', '-journal']) await sandbox.removeFile(path + suffix).catch(() => undefined)
}
