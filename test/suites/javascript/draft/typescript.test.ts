import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { DraftInput } from '../../../../src/contracts/plugs.ts'
import { draftJestSuite } from '../../../../src/suites/jest/draft.ts'
import { vitest } from '../../../../src/suites/vitest/index.ts'
import { binding, expected, ref, request, sames, seen, unique } from './fixtures/build.ts'
import { shopInput } from './fixtures/shop.ts'

/** What the suite has from elsewhere. */
const GLOBALS = `
declare const expect: any
interface Each {
  <T extends any[] | [any]>(cases: readonly T[]): (title: string, run: (...row: T) => any) => void
  <T>(cases: readonly T[]): (title: string, run: (row: T) => any) => void
}
declare const it: { (title: string, run: () => any): void; each: Each }
declare const describe: { (title: string, run: () => any): void; each: Each }
declare const beforeAll: any
declare const afterEach: any
declare const afterAll: any
declare module 'vitest' {
  export const expect: any
  export const it: { (title: string, run: () => any): void; each: Each }
  export const describe: { (title: string, run: () => any): void; each: Each }
  export const beforeAll: any
  export const afterEach: any
  export const afterAll: any
}
declare module 'supertest' {
  export interface Response { status: number; text: string; type: string; body: any; headers: any }
  const request: any
  export default request
}
`

const OPTIONS = {
  strict: true,
  noUncheckedIndexedAccess: true,
  noUnusedLocals: true,
  exactOptionalPropertyTypes: true,
  target: 'es2022',
  module: 'esnext',
  moduleResolution: 'bundler',
  noEmit: true,
  typeRoots: [resolve('node_modules/@types')],
  types: ['node'],
}

/** Refusals of several endpoints, so that there is a file of who may ask for what. */
const [user, other] = [binding('user'), binding('other', 'user')]
const product = binding('product', 'product', { user: 'user' })
const byId = { id: ref('product.response.id') }
const refusals = ['PUT', 'PATCH'].flatMap((method) => [
  seen(
    'forbidden',
    'refuses another account',
    [user, product, other],
    request(`${method} /api/products/{id}`, { params: byId, as: 'other' }),
    expected(403, { error: { code: 'forbidden', message: 'Not yours' } }),
  ),
  seen(
    'unauthenticated',
    'refuses an expired credential',
    [user, product],
    request(`${method} /api/products/{id}`, { params: byId, as: { is: 'invalid', how: 'expired', as: 'user' } }),
    expected(401, { error: { code: 'unauthenticated', message: 'Expired' } }),
  ),
])

/** So that builders and shapes take things, and addresses have a query beside them. */
const login = { email: ref('user.response.user.email'), password: ref('user.request.password') }
const built = [
  ...['', 'no'].map((password) =>
    seen(
      'invalid',
      `refuses the password "${password}"`,
      [user],
      request('POST /api/auth/login', { body: { ...login, password } }),
      expected(401, { error: { code: 'wrong', message: 'Wrong' } }),
    ),
  ),
  ...[false, false, true, false].map((following, index) =>
    seen(
      'success',
      'reads a part',
      [user],
      request(`GET /parts/${index}`, { query: { q: unique('text', 'q') } }),
      expected(200, { seller: { ...sames('user.response.user', 'id', 'email', 'name'), following } }),
    ),
  ),
]

const { supertest: _, jest: __, ...others } = shopInput.map.dependencies

const own = (kind: string): Partial<DraftInput['map']> => ({
  dependencies: { ...others, vitest: { range: '^3.2.4', installed: '3.2.4', dev: true } },
  boot: shopInput.map.boot && { ...shopInput.map.boot, app: { file: 'src/app.ts', export: 'default', kind } },
})

test.each([
  ['for Jest and Supertest', draftJestSuite, {}],
  ['for Vitest and the client of Hono itself', vitest.draft, own('hono')],
  ['for Vitest and the client of Fastify itself', vitest.draft, own('fastify')],
])('a suite in TypeScript %s compiles where the project is strict', async (_title, draft, changes) => {
  const { exploration, map } = shopInput
  const input: DraftInput = {
    ...shopInput,
    map: {
      ...map,
      ...changes,
      typescript: true,
      moduleSystem: 'esm',
      tests: { ...map.tests, suffix: '.test.ts' },
    },
    exploration: { ...exploration, observations: [...exploration.observations, ...refusals, ...built] },
  }
  const folder = mkdtempSync(join(tmpdir(), 'draft-types-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const write = (path: string, content: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), content)
  }
  const { files } = await draft(input)
  for (const { path, content } of files) write(path, content)
  write('globals.d.ts', GLOBALS)
  write('src/app.ts', 'const app: any = null\nexport default app\n')
  write('src/db.ts', 'export const pool: any = null\n')
  write('tsconfig.json', JSON.stringify({ compilerOptions: OPTIONS, include: ['globals.d.ts', 'test'] }))
  const tsc = resolve('node_modules/typescript/bin/tsc')

  const compile = () => execFileSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' })
  expect(tryTo(compile)).toBe('')
  const factories = files.find(({ path }) => path.endsWith('factories.ts'))?.content
  expect(factories).toContain('login: (user: Entity, overrides: Entity = {}) => ({')
  expect(factories).toContain('seller: (user: Entity) => ({')
})

function tryTo(run: () => string): string {
  try {
    return run()
  } catch (error) {
    return (error as { stdout: string }).stdout
  }
}
