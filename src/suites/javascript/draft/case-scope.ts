import type { Json, JsonPath } from '../../../contracts/json.ts'
import type {
  Binding,
  Case,
  Credential,
  Expr,
  Observation,
  Pattern,
  RequestTemplate,
  RowExpectation,
} from '../../../contracts/observation.ts'
import type { DataStore, ProjectMap } from '../../../contracts/project.ts'
import { builderFor, builderName } from './builders.ts'
import type { ErrorShape } from './errors.ts'
import { exprDoc, PLAIN, type Uses } from './expressions.ts'
import { exprAt, pathWithin, requestEntityPath, valueAt } from './json.ts'
import { camel, singular, splitEndpoint, takeName } from './names.ts'
import { type Held, heldBindings, type PatternScope, shapeOf } from './patterns.ts'
import type { Code } from './print/code.ts'
import type { Doc } from './print/doc.ts'
import { accessPath, type Factories, type Factory } from './recipes.ts'
import type { Scenario } from './scenarios.ts'
import type { CleanupPlan } from './support/cleanup.ts'

/** What drafting one case needs to know of everything else. */
export interface DraftContext {
  code: Code
  uses: Uses
  map: ProjectMap
  factories: Factories
  scenarios: Scenario[]
  observations: Observation[]
  /** The store that tests look into, and where their own rows are in it; `null` when there is none they can reach. */
  database: { store: DataStore; cleanup: CleanupPlan } | null
  /** How refusals look alike, for a helper that says so. */
  errors: ErrorShape | null
}

/** Would a look at all own rows show what these looks would? Rows of other tables are not among them. */
export function areOwn(looks: RowExpectation[], { database }: DraftContext): boolean {
  const own = new Set(database?.cleanup.removals.map(({ table }) => table))
  return looks.every(({ table }) => own.has(table))
}

/** What it does before it asks, or sends beside a body, is part of no table. */
export function standsAlone({ removed, act: { headers } }: Case): boolean {
  return removed !== undefined || JSON.stringify(headers).includes('"is":"ref"')
}

/** The variables of one test: its bindings, and the parts of its request that are looked at again. */
export interface CaseScope extends PatternScope {
  readonly errors: ErrorShape | null
  /** The variable of a binding, which is in use from then on. */
  nameOf(binding: string): string
  isUsed(binding: string): boolean
  /** From here on `response.body` is there to be compared with. */
  holdAnswer(expected: Pattern | null, seen: Json | undefined): void
  /** The act, its fresh parameters replaced by the variables that hold them. */
  act(): RequestTemplate
  /** `const article = { … }` lines for request parts that were referred to; ask last. */
  hoisted(changes?: Doc): Doc[]
  /** The request's body as code, through its variable when it has one; `changed` adds what a table row brings. */
  bodyDoc(changes?: Doc): Doc | undefined
  /** The variable that can hold the request's entity, and where and what that is; `null` when there is none. */
  sent(): { path: JsonPath; properties: Record<string, Expr>; use(): string } | null
  take(wanted: string[]): string
  /** Gives a name back that is not used after all. */
  free(name: string): void
}

export function createCaseScope(
  context: DraftContext,
  subject: Case,
  paths: JsonPath[],
  options: { inline: boolean } = { inline: false },
): CaseScope {
  const { code, uses, factories, observations } = context
  const taken = new Set<string>()
  const names = new Map(subject.arrange.map(({ name }) => [name, takeName([camel(name)], taken)]))
  const used = new Set<string>()
  const variableOf = (binding: string) => names.get(binding) ?? camel(binding)
  const nameOf = (binding: string) => {
    used.add(binding)
    return variableOf(binding)
  }
  const { act } = subject
  const root = bodyRoot(subject, paths)
  const entity = exprAt(act.body, root)
  const variable = entity?.is === 'object' ? takeName(bodyNames(subject, factories, root), taken) : null
  const parameters = new Map<string, { name: string; expr: Expr }>()
  const built = builderFor(factories, { endpoint: act.endpoint, path: root, arrange: subject.arrange }, entity)
  let answered: Held | null = null
  let bodyUsed = !options.inline && !built && entity !== undefined && hasUnique(entity)

  function actReference(at: 'request' | 'response', path: JsonPath): string {
    if (at === 'response') return code.member('response.body', path)
    const rest = pathWithin(path, root)
    const part = exprAt(act.body, path)
    if (variable && rest && part) {
      bodyUsed = true
      return code.member(variable, rest)
    }
    return parameterReference(path)
  }

  /** A value of the path or the query: repeated when it is fixed, kept in a variable when it is fresh each time. */
  function parameterReference(path: JsonPath): string {
    const key = String(path.at(-1))
    const held = parameters.get(key)
    if (held) return held.name
    const expr = act.params[key] ?? act.query[key] ?? exprAt(act.body, path)
    if (expr?.is === 'unique') {
      const name = takeName([camel(key)], taken)
      parameters.set(key, { name, expr })
      return name
    }
    const doc = expr ? exprDoc(expr, scope) : 'undefined'
    return typeof doc === 'string' ? doc : 'undefined'
  }

  /** `build.article({ title })`. */
  function builtDoc(changes?: Doc): Doc {
    if (!built) return '{}'
    const { factory, given } = built
    factory.builder = builderName(factory)
    const things: Doc[] = given.map(nameOf)
    const own = [...built.changes].map(([key, expr]) => ({ key, value: expr ? exprDoc(expr, scope) : 'undefined' }))
    factory.builderChanged ||= own.length > 0 || changes !== undefined
    if (changes && own.length === 0) return code.call(factory.builder, [...things, changes])
    const spread = changes ? [{ spread: changes }] : []
    const changed = own.length + spread.length > 0 ? [code.object([...own, ...spread])] : []
    return code.call(factory.builder, [...things, ...changed])
  }

  function entityDoc(changes?: Doc): Doc {
    const spread = changes ? [{ spread: changes }] : []
    return changes ? code.object([...objectEntries(entity, scope), ...spread]) : exprDoc(entity as Expr, scope)
  }

  const scope: CaseScope = {
    code,
    uses,
    errors: context.errors,
    nameOf,
    isUsed: (binding) => used.has(binding),
    holdAnswer(expected, seen) {
      if (seen !== undefined && expected?.is === 'object')
        answered = { from: 'act', at: 'response', path: [], code: 'response.body', value: seen, answer: expected }
    },
    act() {
      const held = (part: RequestTemplate['params']) =>
        Object.fromEntries(
          Object.entries(part).map(([key, expr]): [string, Expr] => [
            key,
            parameters.has(key) ? { is: 'ref', from: 'act', at: 'request', path: [key] } : expr,
          ]),
        )
      return { ...act, params: held(act.params), query: held(act.query) }
    },
    reference(from, at, path) {
      // What a row of a table of cases brings.
      if (from.startsWith('$')) return code.member(from.slice(1), path)
      if (from.startsWith('~')) return `expect.stringContaining(${from.slice(1)})`
      if (from === 'act') return actReference(at, path)
      const binding = subject.arrange.find(({ name }) => name === from)
      const factory = binding && factories.get(binding.recipe)
      if (!factory) return code.member(nameOf(from), path)
      return code.member(nameOf(from), accessPath(factory, at, path, observations))
    },
    isPlain(from, at, path) {
      if (from === 'act') return false
      const binding = subject.arrange.find(({ name }) => name === from)
      const factory = factories.get(binding?.recipe ?? '')
      return binding !== undefined && factory !== undefined && isPlainPart(binding, factory, at, path)
    },
    credential: (credential) => credentialDoc(credential, scope, context, nameOf),
    client: (actor) => `${nameOf(actor)}.api`,
    held() {
      const own: Held[] =
        variable && entity ? [{ from: 'act', at: 'request', path: root, code: variable, value: shapeOf(entity) }] : []
      return [
        ...own,
        ...(answered ? [answered] : []),
        ...heldBindings(subject.arrange, factories, observations, variableOf),
      ]
    },
    hoisted(changes) {
      const lines = [...parameters.values()].map(({ name, expr }) => code.constant(name, exprDoc(expr, scope)))
      if (variable && entity && bodyUsed)
        lines.push(code.constant(variable, built ? builtDoc(changes) : entityDoc(changes)))
      return lines
    },
    bodyDoc(changes) {
      if (!act.body) return undefined
      const inner = variable && bodyUsed ? variable : null
      if (!inner && built) return wrap(root, builtDoc(changes), code)
      if (inner) return wrap(root, inner, code)
      return changes ? wrap(root, entityDoc(changes), code) : undefined
    },
    sent() {
      if (!variable || entity?.is !== 'object') return null
      const use = () => {
        bodyUsed = true
        return variable
      }
      return { path: root, properties: entity.properties, use }
    },
    take: (wanted) => takeName(wanted, taken),
    free: (name) => taken.delete(name),
  }
  return scope
}

/** Goes by what is made unique in the request, else by what was answered. */
function isPlainPart(
  { overrides }: Binding,
  { main, entity, entityPath, requestPath }: Factory,
  at: 'request' | 'response',
  path: JsonPath,
): boolean {
  const rest = pathWithin(path, at === 'request' ? requestPath : (entityPath ?? []))
  const own = rest && overrides[[...requestPath, ...rest].join('.')]
  const sent = own ?? (rest && exprAt(exprAt(main.body, requestPath) ?? null, rest))
  if (sent?.is === 'unique') return PLAIN.has(sent.kind)
  if (own) return own.is === 'literal' && encodeURIComponent(String(own.value)) === String(own.value)
  const seen = rest && valueAt(entity, rest)
  return typeof seen === 'number' || (typeof seen === 'string' && /^[\w.-]+$/.test(seen))
}

function objectEntries(expr: Expr | undefined, scope: PatternScope) {
  if (expr?.is !== 'object') return []
  return Object.entries(expr.properties).map(([key, value]) => ({ key, value: exprDoc(value, scope) }))
}

function wrap(path: JsonPath, inner: Doc, code: Code): Doc {
  return path.toReversed().reduce<Doc>((doc, key) => code.object([{ key: String(key), value: doc }]), inner)
}

/** Where the variable for the body sits: inside the envelope unless something outside it is referred to. */
function bodyRoot({ act }: Case, paths: JsonPath[]): JsonPath {
  const root = requestEntityPath(act.body)
  return paths.every((path) => pathWithin(path, root) !== null || !exprAt(act.body, path)) ? root : []
}

function bodyNames({ act, arrange }: Case, factories: Factories, root: JsonPath): string[] {
  const { method } = splitEndpoint(act.endpoint)
  if (method === 'PUT' || method === 'PATCH') return ['changes', 'payload']
  const last = root.at(-1)
  const made = [...factories.values()].find((factory) => factory.main.endpoint === act.endpoint)
  const literals = act.endpoint.split('/').filter((segment) => segment && !segment.startsWith('{'))
  const noun = camel(made?.recipe.name ?? singular(literals.at(-1) ?? 'payload'))
  const free = [...(typeof last === 'string' ? [camel(last)] : [noun]), 'payload']
  return free.filter((name) => !arrange.some((binding) => camel(binding.name) === name))
}

function hasUnique(expr: Expr): boolean {
  if (expr.is === 'unique') return true
  if (expr.is === 'object') return Object.values(expr.properties).some(hasUnique)
  return expr.is === 'array' && expr.items.some(hasUnique)
}

/** References to the act's own request inside patterns. */
export function actPaths(patterns: Pattern[]): JsonPath[] {
  return patterns.flatMap((pattern): JsonPath[] => {
    if (pattern.is === 'same') return pattern.from === 'act' && pattern.at === 'request' ? [pattern.path] : []
    if (pattern.is === 'object') return actPaths(Object.values(pattern.properties))
    return 'items' in pattern ? actPaths(pattern.items) : []
  })
}

/** Headers for a credential: the actor's, or spoiled ones. */
export function credentialDoc(
  credential: Exclude<Credential, { is: 'none' }>,
  scope: PatternScope,
  { factories, code, map }: DraftContext,
  nameOf: (binding: string) => string,
): Doc {
  const actor = credential.as === null ? null : `${nameOf(credential.as)}.headers`
  if (credential.is === 'valid') return actor ?? '{}'
  if (actor && credential.how !== 'malformed') {
    scope.uses.helpers.add(credential.how)
    return `${credential.how}(${actor})`
  }
  const way = [...factories.values()].map(({ recipe }) => recipe.credential).find(Boolean)
  if (way && 'cookie' in way) return code.object([{ key: 'Cookie', value: code.string(`${way.cookie}=malformed`) }])
  const scheme = map.auth[0]
  const header = headerName(way?.header ?? scheme?.header ?? 'authorization')
  const prefix = (way ? way.prefix.trim() : scheme?.prefixes[0]) ?? ''
  return code.object([{ key: header, value: code.string(`${prefix} malformed`.trim()) }])
}

/** `x-api-key` → `X-Api-Key`. */
export function headerName(name: string): string {
  return name.replace(/(^|-)[a-z]/g, (start) => start.toUpperCase())
}
