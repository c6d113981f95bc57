import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { ProjectMap } from '../../src/contracts/project.ts'
import { dataStore, get, guestbook, start } from './projects.ts'

async function using(map: ProjectMap, look: (environment: Awaited<ReturnType<typeof start>>) => Promise<void>) {
  const environment = await start(map)
  try {
    await look(environment)
  } finally {
    await environment.stop()
  }
}

const boot = { source: 'x:1', build: null, app: null, before: [], portVariable: 'PORT', defaultPort: 3000 }
/** Creates its own table and says which rows it finds. */
const SELF_MADE = (connection: string) => `
  const { Client } = require('pg')
  const client = new Client(${connection})
  client.connect()
    .then(() => client.query('CREATE TABLE IF NOT EXISTS settings (name text PRIMARY KEY)'))
    .then(() => client.query("INSERT INTO settings VALUES ('theme') ON CONFLICT DO NOTHING"))
    .then(() => require('http').createServer((q, s) => s.end('up')).listen(process.env.PORT))`

it('lets the application make its schema at boot where nothing else does', async () => {
  const command = ['node', '-e', SELF_MADE('process.env.DATABASE_URL')]
  const map = { ...guestbook, stores: [dataStore({ migrations: null })], boot: { ...boot, command } }
  await using(map, async (environment) => {
    const [store] = environment.stores
    expect(await store?.snapshot()).toEqual({ settings: [{ name: 'theme' }] })
    await store?.query(`DELETE FROM settings`)
    await environment.reset()
    expect(await store?.snapshot()).toEqual({ settings: [{ name: 'theme' }] })
    expect((await environment.sandbox.state()).ports.map(({ port }) => port)).not.toContain(3000)
  })
})

it.each([
  ['localhost:5544/legacy', 'postgres'],
  ['db:5544/legacy', 'postgres'],
  ['localhost:5544/legacy', 'me'],
])('puts the database where the code has it: %s, for %s', async (literal, user) => {
  const command = ['node', '-e', SELF_MADE(`'postgres://${user}:x@${literal}'`)]
  const stores = [dataStore({ address: [], literal, user, migrations: { kind: 'sync', command: null, source: 'x:1' } })]
  await using({ ...guestbook, stores, boot: { ...boot, command } }, async (environment) => {
    expect(await environment.stores[0]?.snapshot()).toEqual({ settings: [{ name: 'theme' }] })
    expect(await environment.stores[0]?.databases()).toContain('legacy')
  })
})

it('builds once: clones get the output, and another tree its own', async () => {
  const root = await mkdtemp(join(tmpdir(), 'built-'))
  const tree = await mkdtemp(join(tmpdir(), 'tree-'))
  try {
    await writeFile(
      join(root, 'main.js'),
      'require("http").createServer((q, s) => s.end("first")).listen(process.env.PORT)',
    )
    const build = ['sh', '-c', 'mkdir -p dist && cp main.js dist/main.js && echo built >> builds.log']
    const map = { ...guestbook, root, stores: [], boot: { ...boot, build, command: ['node', 'dist/main.js'] } }
    await cp(join(root, 'main.js'), join(tree, 'main.js'))
    await writeFile(
      join(tree, 'main.js'),
      'require("http").createServer((q, s) => s.end("second")).listen(process.env.PORT)',
    )
    await using(map, async (environment) => {
      for (const [options, answer] of [
        [{}, 'first'],
        [{ tree }, 'second'],
      ] as const) {
        const clone = await environment.clone(options)
        expect((await clone.sandbox.readFile('builds.log')).toString()).toBe('built\n')
        const app = await clone.startApp()
        expect((await app.request(get('/'))).text).toBe(answer)
        await clone.stop()
      }
    })
  } finally {
    await rm(root, { recursive: true, force: true })
    await rm(tree, { recursive: true, force: true })
  }
})

it.each(['postgres', 'sqlite'])('applies Prisma migrations to %s where its engine is not installed', async (engine) => {
  const root = await mkdtemp(join(tmpdir(), 'prisma-'))
  try {
    for (const [name, sql] of [
      ['2_posts', 'CREATE TABLE posts (author integer REFERENCES users)'],
      ['1_users', 'CREATE TABLE users (id integer PRIMARY KEY)'],
    ] as const) {
      await mkdir(join(root, 'prisma/migrations', name), { recursive: true })
      await writeFile(join(root, 'prisma/migrations', name, 'migration.sql'), sql)
    }
    const migrations = { kind: 'prisma' as const, command: ['false'], dir: 'prisma/migrations', source: 'x:1' }
    await using(
      { ...guestbook, root, boot: null, stores: [dataStore({ engine, migrations })] },
      async (environment) => {
        const [store] = environment.stores
        expect((await store?.tables())?.map((table) => table.name)).toEqual(['posts', 'users'])
        // Recorded, so that the project's own command does not apply them again.
        const recorded = await store?.query('SELECT migration_name FROM _prisma_migrations ORDER BY 1')
        expect(recorded).toEqual([{ migration_name: '1_users' }, { migration_name: '2_posts' }])
      },
    )
  } finally {
    await rm(root, { recursive: true, force: true })
  }
})
