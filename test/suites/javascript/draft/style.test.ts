import { check, format as prettify } from 'prettier'
import { describe, expect, test } from 'vitest'
import type { DraftInput } from '../../../../src/contracts/plugs.ts'
import { draftJestSuite } from '../../../../src/suites/jest/draft.ts'
import { articlesInput } from './fixtures/articles.ts'
import { shopInput } from './fixtures/shop.ts'
import { contentOf, withMap } from './fixtures/suite.ts'

describe('style', () => {
  test('follows the project: no semicolons, double quotes, arguments as Prettier 1 breaks them', async () => {
    const suite = await draftJestSuite(articlesInput)
    const text = contentOf(suite, 'tests/integration/articles.test.js')

    expect(text).not.toMatch(/;$/m)
    expect(text).toContain(`test("POST /api/articles creates an article", async () => {
  const user = await create.user()
  const article = build.article()
  const response = await user.api.post("/api/articles", { article })
  expectResponse(response, 200, {
    article: {
      ...article,
      id: like.uuid,`)
    expect(text).toContain(`
  const response = await user.api.post(
    \`/api/articles/\${article.slug}/comments\`,
    { comment }
  )
`)
  })

  test('indents with tabs and leaves trailing commas out where the project does', async () => {
    const input = withMap(shopInput, ({ tests }) => {
      tests.style = { semicolons: true, quotes: 'single', indent: 'tab', trailingCommas: false }
    })
    const { files } = await draftJestSuite(input)

    for (const { content } of files.filter(({ path }) => path.endsWith('.js'))) {
      expect(content).not.toMatch(/^ {2}/m)
      expect(content).not.toMatch(/,\n\s*[}\])]/)
    }
  })

  test("reads Prettier's line width", async () => {
    const existing = async (path: string) => (path === '.prettierrc' ? '{ "printWidth": 60 }' : null)
    const suite = await draftJestSuite({ ...shopInput, existing })

    const orders = contentOf(suite, 'test/integration/orders.test.js')
    // Prettier leaves the line with a title whole.
    const lines = orders.split('\n').filter((line) => !line.startsWith("it('"))
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(60)
    expect(orders).toContain(`
  expectError(
    again,
    409,
    'order_not_pending',
    'The order is already paid',
  );
`)
  })

  test('writes TypeScript for a project whose tests are TypeScript', async () => {
    const input = withMap(shopInput, (map) => {
      map.typescript = true
      map.tests.suffix = '.test.ts'
    })
    const suite = await draftJestSuite(input)

    expect(contentOf(suite, 'test/integration/orders.test.ts')).toMatch(/^import \{/)
    expect(contentOf(suite, 'test/integration/support/factories.ts')).toContain(
      '  async product(user: Entity, overrides: Entity = {}): Promise<Entity> {',
    )
    expect(suite.missing.map(({ name }) => name)).toEqual(['ts-jest', '@types/jest', '@types/supertest'])
  })

  test('brings a configuration where nothing says how TypeScript is to be loaded', async () => {
    const input = withMap(shopInput, (map) => {
      map.tests.suffix = '.test.ts'
      map.tests.configFile = null
    })
    const suite = await draftJestSuite(input)

    expect(suite.command).toBe('npx jest test/integration --config=jest.integration.config.cjs')
    expect(contentOf(suite, 'jest.integration.config.cjs')).toContain("preset: 'ts-jest'")
  })

  test('writes native ES modules with file extensions', async () => {
    const suite = await draftJestSuite(
      withMap(shopInput, (map) => {
        map.moduleSystem = 'esm'
      }),
    )

    expect(suite.command).toBe('NODE_OPTIONS=--experimental-vm-modules npx jest test/integration')
    expect(contentOf(suite, 'test/integration/orders.test.js')).toContain("from './support/index.js';")
    expect(contentOf(suite, 'test/integration/support/app.js')).toContain(
      "const { default: app } = await import('../../../src/app.js');",
    )
  })
})

test.each<[string, DraftInput, object]>([
  ['100 columns, single quotes', shopInput, { singleQuote: true, printWidth: 100 }],
  ['80 columns, no semicolons', articlesInput, { semi: false, arrowParens: 'avoid', trailingComma: 'es5' }],
])('is written as Prettier would write it: %s', async (_, input, options) => {
  const { files } = await draftJestSuite(input)
  const tests = files.filter(({ kind }) => kind === 'test')

  expect(tests.length).toBeGreaterThan(2)
  for (const { path, content } of tests) {
    const style = { ...options, filepath: path }
    const isSame = await check(content, style)
    expect(isSame ? content : await prettify(content, style), path).toBe(content)
  }
})
