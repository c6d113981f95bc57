import type { Interpreter } from '../evaluate/interpreter.ts'
import { callMember, member } from '../evaluate/members.ts'
import type { PackageModel } from '../evaluate/packages.ts'
import { type Obj, obj, origin, type Sym, textOf, UNDEFINED, type Value } from '../evaluate/values.ts'
import { type Step, stepsOf } from './steps.ts'

/** `createInsertSchema(table, refinements)` as the zod schema it makes, which others go on to change. */
export const drizzleZod: PackageModel = (interp, call, path) => {
  const kind = /^create(Insert|Select|Update)Schema$/.exec(path.at(-1) ?? '')?.[1]
  const columns = kind && columnsOf(interp, call.args[0])
  if (!columns) return null
  const refinements = call.args[1]
  const shape = obj({}, interp.depth)
  for (const [name, value] of columns.props) {
    const steps = stepsOf(value)?.steps ?? []
    let field = fieldOf(interp, steps)
    const given = refinements?.k === 'obj' ? refinements.props.get(name) : undefined
    if (given) field = given.k === 'fn' ? interp.call(given, [field], UNDEFINED, call.line) : given
    const has = (word: RegExp) => steps.some((step) => word.test(step.name))
    const isKey = has(/^primaryKey$/)
    const filled = has(/^(default|\$default|\$defaultFn|defaultNow|defaultRandom|autoincrement|generated.*)$/)
    const serial = has(/serial$/) || (isKey && steps.some(({ name }) => name === 'integer'))
    const nullable = !has(/^notNull$/) && !isKey
    if (!given && nullable) field = callMember(interp, field, 'nullable', () => [], call.line)
    const optional = kind === 'Update' || (kind === 'Insert' && (nullable || filled || serial))
    if (!given && optional) field = callMember(interp, field, 'optional', () => [], call.line)
    shape.props.set(name, field)
  }
  return zod(interp, 'object', [shape])
}

function zod(interp: Interpreter, word: string, args: Value[] = []): Value {
  return interp.call(member(interp, interp.package('zod'), word), args, UNDEFINED, 0)
}

/** The columns of `pgTable('name', { … })`, which may be made by a function that is given the column types. */
function columnsOf(interp: Interpreter, table: Value | undefined): Obj | null {
  const from = table && origin(table)
  if (!from?.module.startsWith('drizzle-orm') || table?.k !== 'sym') return null
  const [, columns] = table.args
  if (columns?.k === 'obj') return columns
  if (columns?.k !== 'fn') return null
  const made = interp.call(columns, [typesOf(table)], UNDEFINED, 0)
  return made.k === 'obj' ? made : null
}

function typesOf(table: Sym): Value {
  let at: Sym = table
  while (at.base) at = at.base
  return at
}

const TYPES: [RegExp, string][] = [
  [/^(text|varchar|char|citext|tinytext|mediumtext|longtext|uuid|numeric|decimal|inet|cidr|time|interval)$/, 'string'],
  [/^(integer|int|smallint|tinyint|mediumint|serial|smallserial|bigserial|bigint|year)$/, 'int'],
  [/^(real|doublePrecision|double|float)$/, 'number'],
  [/^boolean$/, 'boolean'],
  [/^(timestamp|date|datetime)$/, 'date'],
]

function fieldOf(interp: Interpreter, steps: Step[]): Value {
  const type = steps.find(
    ({ name, args }) => args && (TYPES.some(([pattern]) => pattern.test(name)) || /Enum$/.test(name)),
  )
  const options = type?.args?.find((arg): arg is Obj => arg.k === 'obj')
  const mode = textOf(options?.props.get('mode'))
  const values = options?.props.get('enum')
  if (values) return zod(interp, 'enum', [values])
  if (mode === 'boolean') return zod(interp, 'boolean')
  if (mode === 'timestamp' || mode === 'timestamp_ms') return zod(interp, 'date')
  if (mode === 'string') return zod(interp, 'string')
  const word = TYPES.find(([pattern]) => pattern.test(type?.name ?? ''))?.[1]
  if (word === 'int') return callMember(interp, zod(interp, 'number'), 'int', () => [], 0)
  const made = zod(interp, word ?? 'any')
  const length = options?.props.get('length')
  if (word === 'string' && length) return callMember(interp, made, 'max', () => [length], 0)
  if (type?.name === 'uuid') return callMember(interp, made, 'uuid', () => [], 0)
  return made
}

/** `IdParamsSchema` and its like, which a package hands out ready made. */
export function paramsSchema(interp: Interpreter, name: string, ...rules: string[]): Value {
  let field = zod(interp, rules[0] ?? 'string')
  for (const rule of rules.slice(1)) field = callMember(interp, field, rule, () => [], 0)
  return zod(interp, 'object', [obj({ [name]: field })])
}
