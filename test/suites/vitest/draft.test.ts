import { expect, it } from 'vitest'
import type { DraftInput } from '../../../src/contracts/plugs.ts'
import { vitest } from '../../../src/suites/vitest/index.ts'
import { shopInput } from '../javascript/draft/fixtures/shop.ts'

const { supertest: _, jest: __, ...dependencies } = shopInput.map.dependencies
const map: DraftInput['map'] = {
  ...shopInput.map,
  dependencies: { ...dependencies, vitest: { range: '^3.2.4', installed: '3.2.4', dev: true } },
  moduleSystem: 'cjs',
  tests: { ...shopInput.map.tests, runner: 'vitest', runnerVersion: '3.2.4', configFile: 'vitest.config.mjs' },
}

const draftWith = (config: string, change: Partial<DraftInput['map']> = {}) =>
  vitest.draft({
    ...shopInput,
    map: { ...map, ...change },
    existing: async (path) => (path === 'vitest.config.mjs' ? config : null),
  })

it('imports the words of Vitest, as a module whatever the project writes, and does not watch', async () => {
  const suite = await draftWith('export default {}')
  expect(suite).toMatchObject({ runner: 'vitest', command: `npx vitest run ${map.tests.dir}`, env: {} })
  expect(suite.missing.map(({ name }) => name)).toEqual(['supertest'])
  for (const { path, content, kind } of suite.files) {
    if (kind === 'test') expect(content).toMatch(/^import \{ .*\b(it|test)\b.* \} from 'vitest'/)
    expect(path.endsWith('.js') && /^const .* = require\(|^module\.exports/m.test(content), path).toBe(false)
  }
})

it('takes them from the global scope where the project puts them there', async () => {
  const { files } = await draftWith('export default { test: { globals: true } }')
  expect(files.filter(({ content }) => content.includes("from 'vitest'"))).toEqual([])
})

it('brings a configuration where the project’s would not see its files', async () => {
  const hidden = await draftWith("export default { test: { include: ['unit/**/*.js'] } }")
  const config = hidden.files.find(({ kind }) => kind === 'config')
  expect(config?.path).toBe('vitest.integration.config.mjs')
  expect(config?.content).toContain(`include: ['${map.tests.dir}/**/*${map.tests.suffix}']`)
  expect(hidden.command).toBe(`npx vitest run ${map.tests.dir} --config=vitest.integration.config.mjs`)
  const seen = await draftWith(`export default { test: { include: ['**/*${map.tests.suffix}'] } }`)
  expect(seen.files.some(({ kind }) => kind === 'config')).toBe(false)
})

it('asks Hono by its own client, without a server and without Supertest', async () => {
  const app = { file: 'src/app.js', export: 'default', kind: 'hono' }
  const suite = await draftWith('', { boot: map.boot && { ...map.boot, app } })
  expect(suite.missing).toEqual([])
  const client = suite.files.find(({ path }) => path.endsWith('support/app.js'))?.content
  expect(client).toContain('await app.request(')
  expect(suite.files.map(({ content }) => content).join()).not.toContain("from 'supertest'")
})
