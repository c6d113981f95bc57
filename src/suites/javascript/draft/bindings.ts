import type { JsonPath } from '../../../contracts/json.ts'
import type { Binding, Expr } from '../../../contracts/observation.ts'
import type { CaseScope, DraftContext } from './case-scope.ts'
import { exprDoc } from './expressions.ts'
import { exprAt, pathWithin } from './json.ts'
import { camel } from './names.ts'
import type { Doc } from './print/doc.ts'
import type { Factory } from './recipes.ts'
import { type Scenario, scenarioOf } from './scenarios.ts'

/**
 * `const { user, article } = await given.article()` for what many tests start with, `const other = await create.article(user, { title })`
 * for each other binding; without the variable where nothing refers to it.
 */
export function bindingDocs(bindings: Binding[], scope: CaseScope, context: DraftContext): Doc[] {
  const docs: Doc[] = []
  const scenario = scenarioOf(bindings, context.scenarios)
  // From the last to the first: what a later one needs is in use.
  for (const binding of bindings.slice(scenario?.bindings.length ?? 0).toReversed()) {
    const factory = context.factories.get(binding.recipe)
    if (factory) docs.unshift(bindingDoc(binding, factory, scope))
  }
  if (scenario) docs.unshift(scenarioDoc(scenario, scope))
  return docs
}

function scenarioDoc(scenario: Scenario, scope: CaseScope): Doc {
  const { code } = scope
  scenario.used = true
  const names = scenario.bindings.map(({ name }) => name).filter(scope.isUsed)
  const made: Doc = ['await ', code.call(scenario.name, [])]
  if (names.length === 0) return code.statement(made)
  const entries = names.map((name) => ({ key: camel(name), value: scope.nameOf(name) }))
  return code.statement(['const ', code.object(entries), ' = ', made])
}

function bindingDoc(binding: Binding, factory: Factory, scope: CaseScope): Doc {
  const { code } = scope
  factory.used = true
  const used = scope.isUsed(binding.name)
  const args: Doc[] = Object.keys(factory.recipe.needs).map((need) => scope.nameOf(binding.needs[need] ?? need))
  const overrides = overridesOf(binding, factory)
  if (overrides.size > 0) {
    factory.overridden = true
    args.push(code.object([...overrides].map(([key, expr]) => ({ key, value: exprDoc(expr, scope) }))))
  }
  const made: Doc = ['await ', code.call(factory.name, args)]
  return used ? code.constant(scope.nameOf(binding.name), made) : code.statement(made)
}

/** Overrides as whole values of the entity's own keys. */
function overridesOf(binding: Binding, factory: Factory): Map<string, Expr> {
  const values = new Map<string, Expr>()
  for (const [dotted, expr] of Object.entries(binding.overrides)) {
    const path = pathWithin(dotted.split('.'), factory.requestPath)
    const [key, ...rest] = path ?? []
    if (key === undefined) continue
    const name = String(key)
    const original = exprAt(factory.main.body, [...factory.requestPath, name]) ?? { is: 'object', properties: {} }
    const present = values.get(name) ?? renamed(original, binding.needs)
    values.set(name, rest.length === 0 ? expr : withPart(present, rest, expr))
  }
  return values
}

/** A recipe's expression in the words of the case that uses it. */
function renamed(expr: Expr, names: Record<string, string>): Expr {
  switch (expr.is) {
    case 'ref':
      return { ...expr, from: names[expr.from] ?? expr.from }
    case 'object':
      return {
        is: 'object',
        properties: Object.fromEntries(
          Object.entries(expr.properties).map(([key, part]) => [key, renamed(part, names)]),
        ),
      }
    case 'array':
      return { is: 'array', items: expr.items.map((item) => renamed(item, names)) }
    case 'text':
      return { is: 'text', parts: expr.parts.map((part) => (typeof part === 'string' ? part : renamed(part, names))) }
    default:
      return expr
  }
}

function withPart(expr: Expr, path: JsonPath, part: Expr): Expr {
  const [key, ...rest] = path
  if (key === undefined) return part
  if (expr.is === 'array') {
    const items = [...expr.items]
    items[Number(key)] = withPart(items[Number(key)] ?? { is: 'object', properties: {} }, rest, part)
    return { is: 'array', items }
  }
  const properties = { ...(expr.is === 'object' ? expr.properties : {}) }
  properties[String(key)] = withPart(properties[String(key)] ?? { is: 'object', properties: {} }, rest, part)
  return { is: 'object', properties }
}
