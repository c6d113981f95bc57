import { posix } from 'node:path'
import type { Observation } from '../../../contracts/observation.ts'
import type { DraftInput } from '../../../contracts/plugs.ts'
import type { ReviewItem, Suite, SuiteFile } from '../../../contracts/suite.ts'
import { planAccess } from './access.ts'
import { accessFiles } from './access-files.ts'
import { planBuilders } from './builders.ts'
import type { DraftContext } from './case-scope.ts'
import { composeFile } from './compose.ts'
import { type Dialect, missingDependencies } from './dialect.ts'
import { draftAccess } from './draft-access.ts'
import { findErrorShape } from './errors.ts'
import type { Shape, Uses } from './expressions.ts'
import { draftFile, fileDoc, planFiles, type TestFile } from './files.ts'
import { fitToSize } from './fit-to-size.ts'
import { createOwnership, manifestFile } from './manifest.ts'
import { takeName } from './names.ts'
import { type Code, createCode } from './print/code.ts'
import { printDoc } from './print/doc.ts'
import { planFactories } from './recipes.ts'
import { planScenarios } from './scenarios.ts'
import { planMode, planServices, planVariables } from './services.ts'
import { settleReferences } from './settle.ts'
import { readStyle, type Style } from './style.ts'
import { planCleanup } from './support/cleanup.ts'
import { accessTo } from './support/handles.ts'
import { type Support, supportFiles } from './support/index.ts'
import { runnerImport } from './support/runner-import.ts'

const COMPOSE = 'docker-compose.test.yml'

/**
 * Writes a suite in a runner’s dialect from what exploring saw: test files, a few helpers, compose file and manifest, in the project's
 * own manner. Same input, same bytes. Nobody else's file is overwritten: ours goes beside it. What makes the suite too long to be
 * reviewed is left out, and named in `omitted`.
 */
export async function draftSuite(input: DraftInput, dialect: Dialect): Promise<Suite> {
  if (input.whole) return draftWhole(input, dialect)
  return fitToSize(input, (observations) =>
    draftWhole({ ...input, exploration: { ...input.exploration, observations } }, dialect),
  )
}

async function draftWhole(input: DraftInput, dialect: Dialect): Promise<Suite> {
  const { map, exploration } = input
  const style = dialect.modules(await readStyle(input))
  const words = await dialect.imports(input)
  const context = createContext(input, style)
  // The first pass finds out what tests need of the factories, the second writes them knowing it.
  const access = planAccess(context)
  context.observations = context.observations.filter((observation) => !access?.taken.has(observation))
  if (access) draftAccess(access, context)
  const plan = planFiles(map, context)
  // Planning drafted some files several times.
  for (const shape of context.uses.shapes.values()) Object.assign(shape, { saved: 0, seen: [] })
  for (const file of plan) draftFile(file, context)
  resetUses(context.uses)
  const testFiles: TestFile[] = plan.map((file) => draftFile(file, context))
  const fileName = takeName(['access', 'permissions'], new Set(testFiles.map(({ name }) => name)))
  if (access) testFiles.push(...accessFiles(fileName, access, context))
  const ownership = await createOwnership(input.existing)
  const services = planServices(map.stores)
  const variables = planVariables(input, services)
  const dir = map.tests.dir.replace(/\/+$/, '')
  const support = await supportFolder(dir, style, ownership.isOurs)
  const helpers = await supportFiles(input, context, {
    folder: `${dir}/${support}`,
    services,
    variables,
    mode: planMode(input),
    dialect,
    words,
  })
  const files: SuiteFile[] = [...helpers.files]
  const review: ReviewItem[] = []
  const cases: NonNullable<Suite['cases']> = []
  for (const file of testFiles) {
    const path = await ownership.freePath(`${dir}/${file.name}${map.tests.suffix}`)
    const { text, lines } = printFile(file, context, helpers, `./${support}`, words)
    files.push({ path, content: text, kind: 'test' })
    review.push(...reviewItems(file, path, text, lines))
    for (const test of file.tests)
      for (const { title, id } of test.cases) cases.push({ file: path, test: title, case: id })
  }
  if (services.length > 0) {
    const path = await ownership.freePath(COMPOSE)
    files.push({ path, content: composeFile(services), kind: 'compose' })
    if (path !== COMPOSE) renameIn(files, COMPOSE, path)
  }
  const config = await dialect.config(input, style)
  if (config) {
    const path = await ownership.freePath(config.path)
    files.push({ path, content: config.content, kind: 'config' })
    config.path = path
  }
  const { argv, env } = dialect.command(input, style, config?.path ?? null)
  const prefix = Object.entries(env).map(([name, value]) => `${name}=${value} `)
  const command = prefix.join('') + argv.join(' ')
  files.sort((a, b) => (a.path < b.path ? -1 : 1))
  return {
    runner: dialect.runner,
    files: [...files, manifestFile(files, command)],
    command,
    argv,
    cwd: '.',
    env: { ...variables, ...env },
    tests: cases.length,
    review,
    cases,
    missing: missingDependencies(input, style, dialect),
  }

  function createContext({ map }: DraftInput, style: Style): DraftContext {
    const uses: Uses = {
      unique: new Set(),
      helpers: new Set(),
      methods: new Set(),
      data: new Set(),
      calls: new Set(),
      shapes: new Map(),
    }
    const database = planDatabase(input)
    const settled = settleReferences(exploration.observations, exploration.recipes)
    const observations = database ? settled : settled.filter(({ case: { removed } }) => !removed).map(withoutRows)
    const errors = findErrorShape(observations)
    const factories = planFactories(exploration)
    planBuilders(factories, exploration.observations)
    const scenarios = planScenarios(observations, factories)
    return { code: createCode(style), uses, map, factories, scenarios, observations, database, errors }
  }
}

/** The store that has tables, where the project's handle or its driver leads tests to it. */
function planDatabase({ map, exploration, tables }: DraftInput): DraftContext['database'] {
  const store = map.stores.find(({ name }) => (tables[name] ?? []).length > 0)
  const isReachable = store && accessTo(store, map.dependencies, () => ({ line: '', name: 'db' })) !== null
  return isReachable ? { store, cleanup: planCleanup(exploration, tables[store.name] ?? []) } : null
}

/** For tests that cannot look into the database. */
function withoutRows(observation: Observation): Observation {
  const { expected, follow } = observation
  return { ...observation, expected: { ...expected, rows: [] }, follow: follow.map((one) => ({ ...one, rows: [] })) }
}

/** Lines that a helper has beside its properties, and some to make up for looking it up. */
const WORTH = 7

/** The value that a property has in most places. */
function mostSeen({ seen }: Shape, key: string): string | undefined {
  const values = seen.filter((one) => one.startsWith(`${key} `)).map((one) => one.slice(key.length + 1))
  const count = (value: string) => values.filter((other) => other === value).length
  return values.toSorted((a, b) => count(b) - count(a))[0]
}

/** Helpers that are objects: only their members are used. */
const GROUPS = new Set(['act', 'api', 'build', 'create', 'given', 'like', 'unique', 'view'])

function resetUses(uses: Uses): void {
  const taken = new Set<string>()
  for (const shape of uses.shapes.values()) {
    shape.often = shape.saved >= shape.properties.length + WORTH
    shape.properties = shape.properties.map(({ key, value }) => ({ key, value: mostSeen(shape, key) ?? value }))
    if (shape.often) shape.name = takeName([shape.name], taken)
  }
  for (const set of [uses.unique, uses.helpers, uses.methods, uses.data, uses.calls]) set.clear()
}

/** `support`, or a name beside it when somebody's file would be overwritten there. */
async function supportFolder(dir: string, style: Style, isOurs: (path: string) => Promise<boolean>): Promise<string> {
  const extension = style.typescript ? 'ts' : 'js'
  const names = ['app', 'assertions', 'database', 'environment', 'factories', 'index', 'unique']
  for (let count = 1; ; count += 1) {
    const folder = count === 1 ? 'support' : `support-${count}`
    const ours = await Promise.all(names.map((name) => isOurs(`${dir}/${folder}/${name}.${extension}`)))
    if (ours.every(Boolean)) return folder
  }
}

function printFile(file: TestFile, context: DraftContext, helpers: Support, folder: string, words: string | null) {
  const { code } = context
  const layout = { width: code.style.width, indent: code.style.indent }
  const body = printDoc(fileDoc(file), layout)
  // A title may speak of rows.
  const spoken = body.text.replace(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/g, "''")
  const isUsed = (name: string) =>
    new RegExp(`(?<![\\w$]|(?<!\\.\\.)\\.)${name}${GROUPS.has(name) ? '\\s*\\.' : '\\b(?!:)'}`).test(spoken)
  const own = importLines(helpers.names.filter(isUsed), helpers, folder, code)
  const start = `${words === null ? '' : runnerImport(body.text, words, code.style)}${own}`
  const text = `${start}\n${body.text}`
  const shift = start.split('\n').length
  return { text, lines: new Map([...body.lines].map(([id, line]) => [id, line + shift])) }
}

/** One line where it fits, otherwise one for each file of helpers. */
function importLines(names: string[], { modules, importFrom }: Support, folder: string, code: Code): string {
  const { style } = code
  const from = (file: string) => code.string(importFrom(`${folder}/${file}`))
  const line = (list: string[], file: string) => {
    const object = code.object(list.map((name) => ({ key: name, value: name })))
    const doc =
      style.esm || style.typescript
        ? ['import ', ...(list.length > 0 ? [object, ' from '] : []), from(file)]
        : [...(list.length > 0 ? ['const ', object, ' = '] : []), `require(${from(file)})`]
    return printDoc(code.statement(doc), { width: style.width, indent: style.indent }).text
  }
  const whole = line(names, 'index')
  if (!whole.trimEnd().includes('\n')) return whole
  const others = modules.map(({ name, names: own }) => ({ name, used: names.filter((one) => own.includes(one)) }))
  const rest = names.filter((name) => !others.some(({ used }) => used.includes(name)))
  const apart = others.filter(({ used }) => used.length > 0).map(({ name, used }) => line(used, name))
  return [line(rest, 'index'), ...apart].join('')
}

function reviewItems(file: TestFile, path: string, text: string, lines: Map<string, number>): ReviewItem[] {
  const source = text.split('\n')
  return file.tests.flatMap(({ review }): ReviewItem[] => {
    const line = review ? lines.get(review.id) : undefined
    if (!review || line === undefined) return []
    const [shown, rest] = [review.observed.slice(0, 4), review.observed.length - 4]
    const more = rest > 0 ? ` and ${rest} more` : ''
    return [
      {
        file: path,
        line,
        assertion: (source[line - 1] ?? '').trim(),
        why: `observed only: ${shown.join(', ')}${more}`,
      },
    ]
  })
}

function renameIn(files: SuiteFile[], from: string, to: string): void {
  for (const file of files) file.content = file.content.replaceAll(from, posix.normalize(to))
}
