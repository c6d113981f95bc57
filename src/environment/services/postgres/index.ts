import type { DataStore } from '../../../contracts/project.ts'
import { choosePort } from '../choose-port.ts'
import type { RunningService, ServiceContext, ServicePlug } from '../plug.ts'
import { startCluster } from './cluster.ts'
import { type Connection, ROLE } from './connect.ts'
import { findPostgresBinaries, type PostgresBinaries } from './find-binaries.ts'
import { openPostgresStore } from './store.ts'

const DEFAULT_PORT = 5432
/** Guards that look for `test` in the name, as many suites have, find it. */
const DEFAULT_DATABASE = 'app_test'

/** A real PostgreSQL server in the sandbox. */
export const postgres: ServicePlug = {
  engine: 'postgres',
  async find(store) {
    const binaries = await findPostgresBinaries(store.version ? Number.parseInt(store.version, 10) : null)
    if ('unblock' in binaries) return binaries
    const { provider, version, home } = binaries
    return {
      describe: `${provider} ${version} in ${home}`,
      readable: [home],
      start: (context) => start(binaries, context),
    }
  },
}

async function start(binaries: PostgresBinaries, context: ServiceContext): Promise<RunningService> {
  const { sandbox, store, marker, template } = context
  warnOfOtherVersion(binaries, store, context.progress)
  const fixed = readLiteral(store.literal)
  const port = fixed.port ?? (await choosePort(sandbox, DEFAULT_PORT))
  const database = fixed.database ?? DEFAULT_DATABASE
  const cluster = await startCluster({ sandbox, binaries, port, marker, data: template })
  if (!template) {
    const admin = await cluster.connect('postgres')
    if (store.user && !KNOWN_ROLES.includes(store.user)) await createRole(admin, store.user)
    await admin.rows(`CREATE DATABASE "${database}" OWNER ${ROLE.user}`)
    await admin.close()
  }
  const rows = openPostgresStore(cluster, store.name, database, marker)
  return {
    instance: {
      name: store.name,
      engine: 'postgres',
      version: binaries.version,
      provider: binaries.provider,
      fidelity: 'real',
    },
    address: { kind: 'server', scheme: 'postgresql', host: 'localhost', port, ...ROLE, database },
    store: rows,
    async seal() {
      await rows.seal()
      return cluster.dump()
    },
    needsQuiet: () => rows.needsQuiet(),
    close: () => rows.close(),
  }
}

/** The role under which `initdb` made the cluster, and ours. */
const KNOWN_ROLES = ['postgres', ROLE.user]

/** Whatever password it comes with: inside the sandbox the server asks for none. */
async function createRole(admin: Connection, name: string): Promise<void> {
  await admin.rows(`CREATE ROLE "${name.replaceAll('"', '""')}" SUPERUSER LOGIN`)
}

function warnOfOtherVersion(binaries: PostgresBinaries, store: DataStore, progress: (message: string) => void): void {
  if (store.version && Number.parseInt(store.version, 10) !== binaries.major) {
    progress(`PostgreSQL ${binaries.version} stands in for the project's version ${store.version}`)
  }
}

/** `host:port/database` that the application has in its code: inside the sandbox, the server is just there. */
function readLiteral(literal: string | undefined): { port?: number; database?: string } {
  const match = /^[^/]*?(?::(\d+))?(?:\/([\w$-]+))?$/.exec(literal ?? '')
  return {
    ...(match?.[1] ? { port: Number(match[1]) } : {}),
    ...(match?.[2] ? { database: match[2] } : {}),
  }
}
