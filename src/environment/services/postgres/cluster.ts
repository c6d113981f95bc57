import { createHash } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { AgentError } from '../../../contracts/errors.ts'
import type { Running, Sandbox } from '../../../contracts/sandbox.ts'
import { cacheDir } from '../../../workspace/directories.ts'
import { pack, SYSTEM_ENV, unpack } from '../../archive.ts'
import { type Connection, connectThrough, ROLE } from './connect.ts'
import type { PostgresBinaries } from './find-binaries.ts'

const INITDB_OPTIONS = ['--username=postgres', '--auth=trust', '--encoding=UTF8', '--no-sync', '--wal-segsize=1']

/** Nothing here has to survive a crash of the machine. */
const SERVER_OPTIONS = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
  shared_buffers: '32MB',
  max_connections: '200',
  listen_addresses: '127.0.0.1',
}

/** A PostgreSQL server inside a sandbox. */
export interface Cluster {
  connect(database: string): Promise<Connection>
  /** Stops the server, hands out its data directory (tar), and starts it again. */
  dump(): Promise<Buffer>
}

/**
 * Starts a server on `port` of the sandbox's loopback, from `data` (as `dump` gave it) or, without, from a freshly
 * initialised directory that is kept in the cache. It carries `marker` as the setting `integration_tests.marker`.
 */
export async function startCluster(options: {
  sandbox: Sandbox
  binaries: PostgresBinaries
  port: number
  marker: string
  data: Buffer | null
}): Promise<Cluster> {
  const { sandbox, binaries, port, marker } = options
  const home = join(sandbox.scratch, `postgres-${port}`)
  const env = await prepareProgramEnvironment(sandbox, binaries)
  const inSandbox = { sandbox, binaries, env, home }
  await unpack(sandbox, home, options.data ?? (await initialData(inSandbox)))
  let server = await launch(inSandbox, port, marker)
  return {
    connect: async (database) => connectThrough(await sandbox.relay(port), database),
    async dump() {
      await server.kill('SIGINT')
      await server.exited
      const data = await pack(sandbox, home, ['data'])
      server = await launch(inSandbox, port, marker)
      return data
    },
  }
}

interface InSandbox {
  sandbox: Sandbox
  binaries: PostgresBinaries
  env: Record<string, string>
  home: string
}

async function prepareProgramEnvironment(
  sandbox: Sandbox,
  binaries: PostgresBinaries,
): Promise<Record<string, string>> {
  const env: Record<string, string> = { ...SYSTEM_ENV, HOME: sandbox.scratch, TZ: 'UTC' }
  if (binaries.libraryLinks.length === 0) return env
  const libraries = join(sandbox.scratch, 'postgres-libraries')
  const links = binaries.libraryLinks.map(({ name, target }) => `ln -sf '${target}' '${join(libraries, name)}'`)
  await sandbox.run({ argv: ['sh', '-c', [`mkdir -p '${libraries}'`, ...links].join(' && ')], env })
  const variable = process.platform === 'darwin' ? 'DYLD_LIBRARY_PATH' : 'LD_LIBRARY_PATH'
  return { ...env, [variable]: `${libraries}:${join(binaries.home, 'lib')}` }
}

/** A data directory as initdb leaves it plus our role, from the cache where it was made before. */
async function initialData(inside: InSandbox): Promise<Buffer> {
  const { binaries } = inside
  const key = createHash('sha256')
    .update(JSON.stringify([binaries.bin, binaries.version, INITDB_OPTIONS, ROLE]))
    .digest('hex')
    .slice(0, 16)
  const cached = join(cacheDir(), 'postgres', `${binaries.version}-${key}.tar`)
  const kept = await readFile(cached).catch(() => null)
  if (kept) return kept
  const data = await initialise(inside)
  // A cache that cannot be written costs half a second next time, nothing else.
  await keep(cached, data).catch(() => undefined)
  return data
}

async function initialise({ sandbox, binaries, env, home }: InSandbox): Promise<Buffer> {
  const fresh = `${home}-fresh`
  const initdb = async (locale: string) =>
    sandbox.run({
      argv: [join(binaries.bin, 'initdb'), ...INITDB_OPTIONS, `--locale=${locale}`, '-D', join(fresh, 'data')],
      env,
    })
  // C.UTF-8 is what containers sort by as well when told so; not every system has it.
  let made = await initdb('C.UTF-8')
  if (made.exitCode !== 0 && /locale/i.test(made.stderr)) made = await initdb('C')
  if (made.exitCode !== 0) throw cannotStart(binaries, `initdb: ${made.stderr || made.stdout}`)
  const role = await sandbox.run({
    argv: [join(binaries.bin, 'postgres'), '--single', '-D', join(fresh, 'data'), 'postgres'],
    stdin: `CREATE ROLE ${ROLE.user} SUPERUSER LOGIN PASSWORD '${ROLE.password}'\n`,
    env,
  })
  if (role.exitCode !== 0) throw cannotStart(binaries, role.stderr)
  const data = await pack(sandbox, fresh, ['data'])
  await sandbox.run({ argv: ['rm', '-rf', fresh], env })
  return data
}

/** Written aside and renamed: two runs may fill the cache at once. */
async function keep(path: string, data: Buffer): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const aside = `${path}.${process.pid}`
  await writeFile(aside, data)
  await rename(aside, path)
}

async function launch({ sandbox, binaries, env, home }: InSandbox, port: number, marker: string): Promise<Running> {
  const settings = {
    ...SERVER_OPTIONS,
    port: String(port),
    unix_socket_directories: home,
    'integration_tests.marker': marker,
  }
  const server = await sandbox.spawn({
    argv: [
      join(binaries.bin, 'postgres'),
      '-D',
      join(home, 'data'),
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    env,
  })
  let log = ''
  let ended = false
  for (const stream of [server.stdout, server.stderr]) {
    stream.on('data', (chunk) => {
      log = (log + chunk).slice(-4_000)
    })
  }
  server.exited.then(() => {
    ended = true
  })
  const socket = await sandbox.relay(port)
  const deadline = Date.now() + 30_000
  for (;;) {
    try {
      const connection = await connectThrough(socket, 'postgres')
      await connection.close()
      return server
    } catch (error) {
      if (ended || Date.now() > deadline) throw cannotStart(binaries, `${log}\n${(error as Error).message}`)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }
}

function cannotStart(binaries: PostgresBinaries, output: string): AgentError {
  return new AgentError('environment', 'SERVICE_DOES_NOT_START', `PostgreSQL does not start: ${output.trim()}`, {
    value: binaries.bin,
    next: 'Run `agent doctor`; INTEGRATION_TEST_BUILDER_POSTGRES=embedded or =native tries the other provider.',
  })
}
