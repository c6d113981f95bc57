import { basename, dirname, isAbsolute, normalize, resolve } from 'node:path'
import type { AddressVariable, DataStore } from '../../contracts/project.ts'
import { SYSTEM_ENV } from '../archive.ts'
import { openSqliteStore } from '../stores/sqlite-store.ts'
import type { RunningService, ServiceContext, ServicePlug } from './plug.ts'

/** The application's own driver is the engine; the environment gives it a file and looks into it. */
export const sqlite: ServicePlug = {
  engine: 'sqlite',
  find: async () => ({ describe: 'through the application’s own driver', readable: [], start }),
}

async function start(context: ServiceContext): Promise<RunningService> {
  const { sandbox, store, template } = context
  const { path, byItself } = choosePlace(store, sandbox.root, context.forTests)
  if (path) {
    const argv = ['mkdir', '-p', dirname(path)]
    await sandbox.run({ argv, env: SYSTEM_ENV })
    if (template) await sandbox.writeFile(path, template)
    else if (store.migrations) await removeLeftovers(context, path)
  }
  const rows = path === null ? null : openSqliteStore(sandbox, store.name, path, template)
  return {
    instance: { name: store.name, engine: 'sqlite', version: store.driver, provider: 'file', fidelity: 'real' },
    address: { kind: 'file', path: byItself ? null : path },
    store: rows,
    seal: async () => (await rows?.seal()) ?? null,
    needsQuiet: async () => (await rows?.needsQuiet()) ?? false,
    close: async () => undefined,
  }
}

interface Place {
  /** Absolute inside the sandbox; `null`: the data never leaves the application's memory. */
  path: string | null
  /** The application goes there by itself: its variables stay unset. */
  byItself: boolean
}

/**
 * The project's own file for tests where it has one. Where a variable decides, a file of ours beside the one that is
 * used otherwise: tests are run outside the sandbox as well, and must not meet a developer's data there.
 */
function choosePlace(store: DataStore, root: string, forTests: ReadonlyMap<string, string>): Place {
  const decided = store.address.some(isDeciding)
  const file = store.file?.includes(':memory:') ? undefined : store.file
  if (file && (!decided || /test/i.test(basename(file)))) return { path: resolve(root, file), byItself: true }
  if (!decided) return { path: null, byItself: true }
  const [own] = store.address.filter(isDeciding).flatMap(({ name }) => testFileIn(forTests.get(name) ?? '') ?? [])
  if (own) return { path: resolve(root, own), byItself: false }
  return { path: resolve(root, dirname(file ?? ''), 'integration-test.sqlite3'), byItself: false }
}

const isDeciding = ({ part }: AddressVariable) => ['url', 'file', 'database'].includes(part)

/** A file in the project that is for tests by its name; whoever wrote the tests may remove it by that name, too. */
function testFileIn(value: string): string | null {
  const path = normalize(value.replace(/^(file|sqlite3?):(?!\/\/)/, ''))
  const isInside = value !== '' && !isAbsolute(path) && !path.startsWith('..') && !path.includes(':')
  return isInside && /test/i.test(basename(path)) ? path : null
}

/** A developer's database in the tree is not the state that migrations lead to. */
async function removeLeftovers({ sandbox }: ServiceContext, path: string): Promise<void> {
  for (const suffix of ['', '-wal', '-shm', '-journal']) await sandbox.removeFile(path + suffix).catch(() => undefined)
}
