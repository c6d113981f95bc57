import { describe, expect, it } from 'vitest'
import type { AddressVariable, EnvironmentVariable } from '../../src/contracts/project.ts'
import type { StoreAddress } from '../../src/environment/services/plug.ts'
import { deriveVariables } from '../../src/environment/variables/derive-variables.ts'
import { findReplaced } from '../../src/environment/variables/find-replaced.ts'
import { isLiveKey } from '../../src/workspace/production-guard.ts'
import { dataStore, projectMap } from './projects.ts'

const server: StoreAddress = {
  kind: 'server',
  scheme: 'postgresql',
  host: '127.0.0.1',
  port: 5432,
  user: 'app',
  password: 'pw',
  database: 'app_test',
}
const file: StoreAddress = { kind: 'file', path: '/scratch/main.sqlite3' }

function derive(options: {
  address: AddressVariable[]
  to?: StoreAddress
  driver?: string
  engine?: string
  variables?: EnvironmentVariable[]
  given?: Record<string, string>
  samples?: Record<string, string>
  /** Name of the application's port variable; the rest leaves it to the tests. */
  port?: { name: string; leave: boolean }
}) {
  const { address, to = server, driver = 'pg', engine = 'postgres' } = options
  return deriveVariables({
    map: projectMap({
      stores: [dataStore({ address, driver, engine })],
      variables: options.variables ?? [],
      boot: {
        command: [],
        source: 'x:1',
        build: null,
        portVariable: options.port?.name ?? null,
        defaultPort: null,
        app: null,
        before: [],
      },
    }),
    addresses: new Map([['main', to]]),
    envFiles: [{ path: '.env.example', sample: true, values: new Map(Object.entries(options.samples ?? {})) }],
    given: options.given ?? {},
    base: { PATH: '/bin' },
    port: 3000,
    unsteered: options.port?.leave ?? false,
    scratch: '/scratch',
  })
}

describe('the environment of tests', () => {
  const port = (leave: boolean, required = false) => {
    const variables: EnvironmentVariable[] = [{ name: 'PORT', source: 'x:1', required, secret: false, purpose: 'port' }]
    return derive({ address: [], variables, port: { name: 'PORT', leave } }).variables.PORT
  }

  it('has the mode that was found, unless tests that somebody wrote are to run', () => {
    const modeOf = (leave: boolean) =>
      derive({ address: [], given: { NODE_ENV: 'development' }, port: { name: 'PORT', leave } }).variables.NODE_ENV
    expect([modeOf(false), modeOf(true)]).toEqual(['development', 'test'])
  })

  it('names the application’s port, or leaves it to tests that start the application themselves, unless the code insists', () => {
    expect([port(false), port(true), port(true, true)]).toEqual(['3000', undefined, '3000'])
  })
})

it('takes a switch for no address', () => {
  const variables: EnvironmentVariable[] = [
    { name: 'USE_FAKE_MQ', source: 'x:1', required: false, secret: false, purpose: 'broker' },
  ]
  expect(derive({ address: [], variables }).variables).not.toHaveProperty('USE_FAKE_MQ')
})

describe('addresses', () => {
  it('come as a URL in the scheme that the code uses', () => {
    const address: AddressVariable[] = [{ name: 'DB', part: 'url', default: 'postgres://localhost/dev' }]
    expect(derive({ address }).variables.DB).toBe('postgres://app:pw@127.0.0.1:5432/app_test')
  })

  it('come in parts', () => {
    const parts = ['host', 'port', 'user', 'password', 'database'] as const
    const { variables } = derive({ address: parts.map((part) => ({ name: `DB_${part}`, part })) })
    expect(variables).toMatchObject({
      DB_host: '127.0.0.1',
      DB_port: '5432',
      DB_user: 'app',
      DB_password: 'pw',
      DB_database: 'app_test',
    })
  })

  it.each([
    ['postgres', 'knex', undefined, 'pg'],
    ['postgres', 'sequelize', 'sqlite', 'postgres'],
    ['postgres', 'knex', 'postgresql', 'postgresql'],
    ['sqlite', 'knex', undefined, 'sqlite3'],
    ['sqlite', 'knex', 'better-sqlite3', 'better-sqlite3'],
    ['sqlite', 'typeorm', 'postgres', 'sqlite'],
  ])('pick the engine: %s for %s with default %s is %s', (engine, driver, value, expected) => {
    const address: AddressVariable[] = [{ name: 'DB_CLIENT', part: 'client', ...(value ? { default: value } : {}) }]
    expect(derive({ address, engine, driver, to: engine === 'sqlite' ? file : server }).variables.DB_CLIENT).toBe(
      expected,
    )
  })

  it.each([
    ['prisma', 'file:./dev.db', 'file:/scratch/main.sqlite3'],
    ['sequelize', undefined, 'sqlite:/scratch/main.sqlite3'],
    ['better-sqlite3', './dev.db', '/scratch/main.sqlite3'],
  ])('of a file for %s with default %s: %s', (driver, value, expected) => {
    const address: AddressVariable[] = [{ name: 'DB', part: 'url', ...(value ? { default: value } : {}) }]
    expect(derive({ address, engine: 'sqlite', driver, to: file }).variables.DB).toBe(expected)
  })
})

it('give a connection without a user one, unless a URL has it', () => {
  expect(derive({ address: [{ name: 'DB_HOST', part: 'host' }] }).variables).toMatchObject({ PGUSER: 'app' })
  expect(derive({ address: [{ name: 'DB', part: 'url' }] }).variables.PGUSER).toBeUndefined()
})

describe('other variables', () => {
  const variable = (parts: Partial<EnvironmentVariable>): EnvironmentVariable => ({
    name: 'X',
    source: 'a:1',
    required: true,
    secret: false,
    purpose: 'other',
    ...parts,
  })
  const decide = (parts: Partial<EnvironmentVariable>, more = {}) =>
    derive({ address: [], variables: [variable(parts)], ...more }).variables.X

  it('get a secret that is long, the same every time, and nobody’s', () => {
    const secret = decide({ purpose: 'secret', secret: true }) ?? ''
    expect(secret).toMatch(/^test-secret-x-[0-9a-f]{32}$/)
    expect(secret).toBe(decide({ purpose: 'secret', secret: true }))
    expect(isLiveKey(secret)).toBe(false)
  })

  it('keep the default of the code', () => {
    expect(decide({ purpose: 'secret', default: 'dev' })).toBeUndefined()
    expect(decide({ default: '5' })).toBeUndefined()
    expect(decide({ purpose: 'http', default: 'http://localhost:3000' })).toBeUndefined()
  })

  it('lead nowhere when they would lead out', () => {
    expect(decide({ purpose: 'http', default: 'https://api.example-corp.net' })).toBe('http://127.0.0.1:9')
    expect(decide({ purpose: 'cache', default: 'rediss://cache.example-corp.net:6379' })).toBe('rediss://127.0.0.1:9')
  })

  it('take harmless values from sample files, never addresses or secrets', () => {
    expect(decide({}, { samples: { X: 'blue' } })).toBe('blue')
    expect(decide({}, { samples: { X: 'https://api.example-corp.net' } })).toBe('test')
    expect(decide({ purpose: 'secret', secret: true }, { samples: { X: 'abc' } })).toMatch(/^test-secret/)
  })

  it('are what the caller says', () => {
    expect(decide({}, { given: { X: 'mine' }, samples: { X: 'blue' } })).toBe('mine')
    expect(derive({ address: [], given: { NODE_ENV: 'ci' } }).variables.NODE_ENV).toBe('ci')
  })

  it('are left out when nobody needs them', () => {
    expect(decide({ required: false })).toBeUndefined()
  })

  it('count as required when one of several readings requires them', () => {
    const variables = [variable({ required: false }), variable({ required: true })]
    expect(derive({ address: [], variables }).variables.X).toBe('test')
  })
})

it('reports replaced values with their host alone', () => {
  const map = projectMap({ stores: [dataStore()] })
  const machine = {
    DATABASE_URL: 'postgres://root:hunter2@db.example-corp.net/live',
    PGHOST: 'pg.example-corp.net',
    EDITOR: 'vi',
  }
  const replaced = findReplaced(map, { DATABASE_URL: 'postgresql://app:app@127.0.0.1/x' }, [], machine)
  expect(replaced).toEqual([
    { name: 'DATABASE_URL', was: 'db.example-corp.net', source: 'environment' },
    { name: 'PGHOST', was: 'pg.example-corp.net', source: 'environment' },
  ])
})

describe('values that a library would choke on', () => {
  const variable = (name: string): EnvironmentVariable => ({
    name,
    source: 'app.js:1',
    required: false,
    secret: false,
    purpose: 'other',
  })

  it.each([
    ['EXPIRES_IN', 'jwt_expires_in', '1h'],
    ['EXPIRES_IN', '7d', '7d'],
    ['ACCESS_TOKEN_EXPIRY', undefined, '1h'],
    ['JWT_EXPIRATION_MINUTES', '<minutes>', '1'],
    ['BCRYPT_ROUNDS', 'your rounds', '4'],
    ['APP_NAME', 'your_app_name', undefined],
    ['APP_NAME', 'Bookshop', 'Bookshop'],
  ])('%s, sampled as %s', (name, sample, value) => {
    const samples = sample === undefined ? {} : { [name]: sample }
    const { variables } = derive({ address: [], variables: [variable(name)], samples })
    expect(variables[name]).toBe(value)
  })
})
