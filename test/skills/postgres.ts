import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, rm, symlink } from 'node:fs/promises'
import { createServer } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { findPostgresBinaries } from '../../src/environment/services/postgres/find-binaries.ts'

/** A throw-away PostgreSQL cluster with one database, on a free port. */
export async function startPostgres(database: string): Promise<{ url: string; stop(): Promise<void> }> {
  const found = await findPostgresBinaries(null)
  if ('unblock' in found) throw new Error(`${found.why}. ${found.unblock}`)
  const { bin, home, libraryLinks } = found
  const dir = await mkdtemp(path.join(os.tmpdir(), 'itb-pg-'))
  await chmod(dir, 0o777)
  for (const { name, target } of libraryLinks) await symlink(target, path.join(dir, name))
  const libraries = `${dir}:${path.join(home, 'lib')}`
  const env = {
    PATH: process.env.PATH,
    ...(libraryLinks.length > 0 ? { LD_LIBRARY_PATH: libraries, DYLD_LIBRARY_PATH: libraries } : {}),
  }
  // PostgreSQL refuses to run as root.
  const identity = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {}
  const data = path.join(dir, 'data')
  const initdb = ['-D', data, '-U', 'tester', '-A', 'trust', '-E', 'UTF8', '--locale=C', '-N']
  execFileSync(path.join(bin, 'initdb'), initdb, { ...identity, env, stdio: 'pipe' })
  const port = await freePort()
  const settings = ['-c', 'fsync=off', '-c', 'listen_addresses=127.0.0.1', '-c', `unix_socket_directories=${dir}`]
  const server = spawn(path.join(bin, 'postgres'), ['-D', data, '-p', String(port), ...settings], {
    ...identity,
    env,
    stdio: 'ignore',
  })
  const url = (name: string) => `postgres://tester@127.0.0.1:${port}/${name}`
  await createDatabase(url('postgres'), database)
  return {
    url: url(database),
    async stop() {
      server.kill('SIGINT')
      if (server.exitCode === null) await once(server, 'exit')
      await rm(dir, { recursive: true, force: true })
    },
  }
}

async function createDatabase(admin: string, database: string): Promise<void> {
  const deadline = Date.now() + 20_000
  for (;;) {
    const client = new pg.Client({ connectionString: admin })
    try {
      await client.connect()
      await client.query(`CREATE DATABASE ${database}`)
      return await client.end()
    } catch (error) {
      await client.end().catch(() => {})
      if (Date.now() > deadline) throw error
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}
