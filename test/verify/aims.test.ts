import { expect, it } from 'vitest'
import type { AddressVariable, DataStore, ProjectMap } from '../../src/contracts/project.ts'
import type { Suite } from '../../src/contracts/suite.ts'
import { findAims } from '../../src/verify/aims.ts'

function aims(
  engine: string,
  address: AddressVariable[],
  values: Record<string, string>,
  env: Record<string, string> = {},
  variables: { name: string; purpose: string }[] = [],
) {
  const store: DataStore = {
    name: engine,
    engine,
    driver: 'knex',
    source: 'db.js:1',
    address,
    migrations: null,
    seeds: null,
    handle: null,
  }
  const map = { stores: [store], variables } as unknown as ProjectMap
  return findAims(map, { env } as unknown as Suite, values).map((aim) => aim.env)
}

it('keeps everything of a URL but the host', () => {
  const value = 'postgresql://app:secret@127.0.0.1:5433/app_test?sslmode=disable'
  expect(aims('postgres', [{ name: 'DATABASE_URL', part: 'url' }], { DATABASE_URL: value })).toEqual([
    { DATABASE_URL: 'postgresql://app:secret@prod-db.example.com/app_test?sslmode=disable' },
  ])
})

it.each(['url', 'file'] as const)(
  'points a file database (%s) at a server, alone and with the engine switched',
  (part) => {
    const address: AddressVariable[] = [
      { name: 'DB_CLIENT', part: 'client', default: 'sqlite3' },
      { name: 'DB_CONNECTION', part },
    ]
    expect(aims('sqlite', address, { DB_CONNECTION: '/tmp/test.sqlite3' })).toEqual([
      { DB_CONNECTION: 'postgres://prod-db.example.com/app' },
      { DB_CONNECTION: 'postgres://prod-db.example.com/app', DB_CLIENT: 'pg' },
    ])
  },
)

it('takes hosts, and what the suite itself sets, and leaves files, ports and other hosts alone', () => {
  const address: AddressVariable[] = [
    { name: 'PGHOST', part: 'host' },
    { name: 'PGPORT', part: 'port' },
    { name: 'DB_FILE', part: 'file' },
  ]
  expect(
    aims('postgres', address, { PGHOST: '127.0.0.1', HOST: '0.0.0.0' }, { CACHE: 'redis://localhost:6379/0' }),
  ).toEqual([{ PGHOST: 'prod-db.example.com' }, { CACHE: 'redis://prod-db.example.com/0' }])
})

it('leaves a plain file alone, and takes an unset address that the code reads', () => {
  const address: AddressVariable[] = [{ name: 'DB_FILE', part: 'file' }]
  const variables = [
    { name: 'REPORTS_DATABASE_URL', purpose: 'database' },
    { name: 'POOL_SIZE', purpose: 'database' },
    { name: 'HOME_URL', purpose: 'http' },
  ]
  expect(aims('sqlite', address, { DB_FILE: '/tmp/a.db' }, {}, variables)).toEqual([
    { REPORTS_DATABASE_URL: 'postgres://prod-db.example.com/app' },
  ])
})
