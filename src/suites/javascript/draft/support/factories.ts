import type { JsonPath } from '../../../../contracts/json.ts'
import type { Binding, Expr, Observation, Recipe, RequestTemplate } from '../../../../contracts/observation.ts'
import { parametersOf } from '../builders.ts'
import { type DraftContext, headerName } from '../case-scope.ts'
import { entriesOf, requestDoc, type Scope, type Shape, type Uses } from '../expressions.ts'
import { exprAt, pathWithin } from '../json.ts'
import { camel, identifier, splitEndpoint, takeName } from '../names.ts'
import type { Code, Entry } from '../print/code.ts'
import { type Doc, indent, join, newline } from '../print/doc.ts'
import { accessPath, type Factories, type Factory, returnsEntityOnly } from '../recipes.ts'
import { type Scenario, scenarioOf } from '../scenarios.ts'

/** One function per recipe in use, dependencies first. Marks what they use in turn. */
export function factoryDocs({ factories, scenarios, code, uses, observations }: DraftContext): {
  docs: Doc[]
  names: string[]
} {
  const given = scenarios.filter((scenario) => scenario.used)
  for (const { bindings } of given)
    for (const { recipe } of bindings) {
      const factory = factories.get(recipe)
      if (factory) factory.used = true
    }
  const wanted = [...factories.values()].filter(({ used }) => used)
  for (const factory of wanted)
    for (const need of Object.values(factory.recipe.needs)) {
      const needed = factories.get(need)
      if (needed && !needed.used) {
        needed.used = true
        wanted.push(needed)
      }
    }
  const used = [...factories.values()].filter((factory) => factory.used)
  const builders = [...factories.values()].filter(({ builder }) => builder !== null)
  // What is sent, like what is made, notes what it needs of things made earlier: written before them, from the last to the first.
  const built = builders.map((factory) => builderDoc(factory, factories, observations, code, uses))
  const docs = used
    .toReversed()
    .map((factory) => factoryDoc(factory, factories, code, uses, observations))
    .toReversed()
  const shapes = [...uses.shapes.values()].filter((shape) => shape.used)
  const within = (name: string) => docs.filter((_, index) => used[index]?.name.startsWith(`${name}.`))
  const groups: [string, Doc[]][] = [
    ['build', built],
    ['create', within('create')],
    ['act', within('act')],
    ['given', given.map((scenario) => scenarioDoc(scenario, given, factories, code))],
    ['view', shapes.map((shape) => shapeDoc(shape, code))],
  ]
  const filled = groups.filter(([, members]) => members.length > 0)
  return {
    docs: filled.map(([name, members]) => groupDoc(name, members, code)),
    names: filled.map(([name]) => name),
  }
}

/** `const create = { async user() { … }, … }`. */
function groupDoc(name: string, members: Doc[], code: Code): Doc {
  const { style } = code
  const exported = style.esm || style.typescript ? 'export ' : ''
  const last = style.trailingCommas ? ',' : ''
  return [exported, code.constant(name, ['{', indent([newline, ...join([',', newline], members), last]), newline, '}'])]
}

/** What follows the dot in `create.user`. */
const member = (name: string) => name.slice(name.indexOf('.') + 1)

/** `async order() { … return { user, product, order } }`. */
function scenarioDoc({ name, bindings }: Scenario, all: Scenario[], factories: Factories, code: Code): Doc {
  const start = scenarioOf(bindings.slice(0, -1), all)
  const names = (list: Binding[]) => list.map(({ name: own }) => ({ key: camel(own), value: identifier(own) }))
  const made = bindings.slice(start?.bindings.length ?? 0).map(({ name: own, recipe, needs }) => {
    const factory = factories.get(recipe)
    const args = Object.keys(factory?.recipe.needs ?? {}).map((need) => identifier(needs[need] ?? need))
    return { own, value: ['await ', code.call(factory?.name ?? '', args)] as Doc }
  })
  const last = made.at(-1)
  const statements = made.slice(0, -1).map(({ own, value }) => code.constant(identifier(own), value))
  if (start)
    statements.unshift(code.statement(['const ', code.object(names(start.bindings)), ` = await ${start.name}()`]))
  const result = code.object([
    ...names(bindings.slice(0, -1)),
    ...(last ? [{ key: camel(last.own), value: last.value }] : []),
  ])
  if (statements.length === 0) return [`${member(name)}: async () => (`, result, ')']
  return [`async ${member(name)}() `, block([...statements, code.statement(['return ', result])])]
}

/** `author: (user) => ({ username: user.username, … })`. */
function shapeDoc({ name, parameter, properties }: Shape, code: Code): Doc {
  const { style } = code
  const entries = properties.map(({ key, value }) => ({ key, value: value.replace(/^\*\./, `${parameter}.`) }))
  const params = [style.typescript ? `${parameter}: Entity` : parameter]
  return [`${member(name)}: `, code.lambda(params, ['(', code.object(entries), ')'])]
}

/** `article: (overrides) => ({ … })`. */
function builderDoc(factory: Factory, factories: Factories, observations: Observation[], code: Code, uses: Uses): Doc {
  const { style } = code
  const changed = factory.builderChanged || factory.overridden
  const scope: Scope = {
    code,
    uses,
    reference(from, at, path) {
      const needed = factories.get(factory.recipe.needs[from] ?? '')
      return code.member(identifier(from), needed ? accessPath(needed, at, path, observations) : path)
    },
    credential: () => '{}',
    client: () => 'api',
  }
  const entries = entriesOf(exprAt(factory.main.body, factory.requestPath), scope)
  const params = [
    ...parametersOf(factory).map((name) => (style.typescript ? `${identifier(name)}: Entity` : identifier(name))),
    ...(changed ? [style.typescript ? 'overrides: Entity = {}' : 'overrides'] : []),
  ]
  const object = code.object(changed ? [...entries, { spread: 'overrides' }] : entries)
  return [`${member(factory.builder as string)}: `, code.lambda(params, ['(', object, ')'])]
}

function factoryDoc(factory: Factory, factories: Factories, code: Code, uses: Uses, observations: Observation[]): Doc {
  const { recipe } = factory
  const taken = new Set([...Object.keys(recipe.needs).map(identifier), 'overrides', 'headers', 'client'])
  const steps = recipe.steps.map((step, index) => ({
    step,
    response: takeName(index === recipe.steps.length - 1 ? ['answer'] : [`${stepName(step)}Response`], taken),
    body: '',
    path: [] as JsonPath,
  }))
  const main = steps.at(-1) as (typeof steps)[number]
  main.response = 'response'
  const scope: Scope = {
    code,
    uses,
    reference(from, at, path) {
      const step = steps[Number(/^step(\d+)$/.exec(from)?.[1] ?? -1)]
      if (step) {
        if (at === 'response') return code.member(`${step.response}.body`, path)
        return code.member(step.body, pathWithin(path, step.path) ?? path)
      }
      const needed = factories.get(recipe.needs[from] ?? '')
      return code.member(identifier(from), needed ? accessPath(needed, at, path, observations) : path)
    },
    credential: (credential) => (credential.as === null ? '{}' : `${identifier(credential.as)}.headers`),
    client: (actor) => `${identifier(actor)}.api`,
  }
  const statements: Doc[] = []
  for (const one of steps) {
    const isMain = one === main
    const replaced = holdBody(one, isMain, factory, scope, statements, taken)
    statements.push(code.constant(one.response, requestDoc(one.step, scope, replaced ? { body: replaced } : {})))
    statements.push(code.statement(code.call('expectSuccess', [one.response])))
  }
  const isPlain = isPlainEntity(factory)
  if (isPlain) statements.pop()
  const sentVariable = main.body
  const { credential } = recipe
  const responses = steps.map(({ response }) => response)
  if (credential) statements.push(code.constant('headers', headersDoc(credential, responses, code)))
  const result = isPlain
    ? code.member('expectSuccess(response)', factory.entityPath as JsonPath)
    : returned(factory, sentVariable, code)
  statements.push(code.statement(['return ', result]))
  const type = code.style.typescript ? ': Entity' : ''
  const params = [
    ...Object.keys(recipe.needs).map((need) => `${identifier(need)}${type}`),
    ...(factory.overridden ? [code.style.typescript ? 'overrides: Entity = {}' : 'overrides'] : []),
  ]
  const returns = code.style.typescript ? ': Promise<Entity>' : ''
  return [`async ${member(factory.name)}(${params.join(', ')})${returns} `, block(statements)]
}

function block(statements: Doc[]): Doc {
  return ['{', indent([newline, ...join(newline, statements)]), newline, '}']
}

const stepName = (step: RequestTemplate) =>
  camel(
    splitEndpoint(step.endpoint)
      .path.split('/')
      .filter((part) => part && !part.startsWith('{'))
      .at(-1) ?? 'first',
  )

/** Keeps a body in a variable where overrides or the result need it; the code of what to send instead. */
function holdBody(
  one: { step: RequestTemplate; body: string; path: JsonPath },
  isMain: boolean,
  factory: Factory,
  scope: Scope,
  statements: Doc[],
  taken: Set<string>,
): Doc | null {
  const { code } = scope
  const needed = isMain
    ? factory.overridden || factory.sent.size > 0 || factory.wholeRequest || refersToStep(factory.recipe)
    : refersToStep(factory.recipe)
  const built = isMain && factory.builder !== null && !factory.wholeRequest
  if (built && factory.sent.size === 0 && !refersToStep(factory.recipe))
    return envelope(factory.requestPath, builderCall(factory), code)
  if (!one.step.body || !needed) return null
  const path = isMain && !factory.wholeRequest ? factory.requestPath : []
  const entity = exprAt(one.step.body, path)
  if (entity?.is !== 'object') return null
  one.path = path
  one.body = takeName(
    [camel(String(path.at(-1) ?? (isMain ? factory.recipe.name : `${stepName(one.step)}Body`))), 'sent'],
    taken,
  )
  const overrides: Entry[] = isMain && factory.overridden ? [{ spread: 'overrides' }] : []
  const inside = isMain && factory.overridden && factory.wholeRequest && factory.requestPath.length > 0
  const value: Doc = built
    ? builderCall(factory)
    : inside
      ? wrapEntity(one.step.body, factory.requestPath, scope)
      : code.object([...entriesOf(entity, scope), ...overrides])
  statements.push(code.constant(one.body, value))
  return envelope(path, one.body, code)
}

const builderCall = (factory: Factory) =>
  `${factory.builder}(${[...parametersOf(factory).map(identifier), ...(factory.overridden ? ['overrides'] : [])].join(', ')})`

function envelope(path: JsonPath, inner: Doc, code: Code): Doc {
  return path.toReversed().reduce<Doc>((doc, key) => code.object([{ key: String(key), value: doc }]), inner)
}

function wrapEntity(body: Expr, path: JsonPath, scope: Scope): Doc {
  const entity = exprAt(body, path)
  const inner = scope.code.object([...entriesOf(entity, scope), { spread: 'overrides' }])
  return path.toReversed().reduce<Doc>((doc, key) => scope.code.object([{ key: String(key), value: doc }]), inner)
}

const refersToStep = ({ steps }: Recipe) => /"from":"step\d+","at":"request"/.test(JSON.stringify(steps))

/** Just what was answered. */
const isPlainEntity = (factory: Factory) => returnsEntityOnly(factory) && !factory.recipe.credential

/** The entity, or it with what else tests ask for. */
function returned(factory: Factory, sent: string, code: Code): Doc {
  const entity = factory.entityPath ? code.member('response.body', factory.entityPath) : null
  const entries: Entry[] = entity ? [{ spread: entity }] : []
  for (const key of factory.beside) entries.push({ key, value: code.member('response.body', [key]) })
  for (const key of factory.sent)
    entries.push({ key, value: code.member(sent, factory.wholeRequest ? [...factory.requestPath, key] : [key]) })
  if (factory.wholeRequest) entries.push({ key: 'request', value: sent })
  if (factory.wholeResponse) entries.push({ key: 'response', value: 'response.body' })
  if (factory.wholeEntity && entity) entries.push({ key: 'json', value: entity })
  if (factory.recipe.credential)
    entries.push({ key: 'headers', value: 'headers' }, { key: 'api', value: 'client(headers)' })
  if (entity && entries.length === 1) return entity
  return code.object(entries)
}

function headersDoc(credential: NonNullable<Recipe['credential']>, responses: string[], code: Code): Doc {
  const response = responses[credential.step] ?? 'response'
  if ('cookie' in credential) {
    const cookies = `${response}.get(${code.string('Set-Cookie')})${code.style.typescript ? '!' : ''}`
    const pair = code.lambda(['cookie'], `cookie.split(${code.string(';')})[0]`)
    return code.object([{ key: 'Cookie', value: [`${cookies}.map(`, pair, `).join(${code.string('; ')})`] }])
  }
  const token = code.member(`${response}.body`, credential.path)
  const prefix = credential.prefix.trim()
  const value = prefix ? code.template([`${prefix} `, { code: token }]) : token
  return code.object([{ key: headerName(credential.header), value }])
}
