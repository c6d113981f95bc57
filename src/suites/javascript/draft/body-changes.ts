import type { JsonPath } from '../../../contracts/json.ts'
import type { Expr, Observation } from '../../../contracts/observation.ts'
import { commonBody } from './builders.ts'
import { referredPaths } from './draft-case.ts'
import { exprAt, pathWithin, walkExpr } from './json.ts'

/** Keys of an entity with what they have in place of the usual; `undefined`: left out. */
export type Changes = Record<string, Expr | undefined>

/** A way to the entity, and its usual keys. */
export type Common = ReturnType<typeof commonBody>

/** The body that the requests to an endpoint share. */
export const commonOf = (all: Observation[], endpoint: string): Common =>
  commonBody(all.filter(({ case: { act } }) => act.endpoint === endpoint).map(({ case: { act } }) => act.body))

/** It as the body of a request. */
export const shell = ({ path, properties }: Common): Expr =>
  path
    .toReversed()
    .reduce<Expr>((inner, key) => ({ is: 'object', properties: { [key]: inner } }), { is: 'object', properties })

/** In what a body departs from the common one; `null` when it does so outside the entity, or with what a test makes. */
export function departures(body: Expr | null, common: Common): Changes | null {
  const entity = exprAt(body, common.path)
  if (entity?.is !== 'object' || !same(around(body, common.path), around(shell(common), common.path))) return null
  const keys = new Set([...Object.keys(common.properties), ...Object.keys(entity.properties)])
  const changed = [...keys].filter((key) => !same(common.properties[key], entity.properties[key]))
  if (changed.some((key) => hasReference(entity.properties[key]))) return null
  return Object.fromEntries(changed.map((key) => [key, entity.properties[key]]))
}

const MOST = 3

/** The same for the row of a table: a few keys, and none that a refusal's own assertions look for. */
export function changesOf(observation: Observation, all: Observation[]): Changes | null {
  const { act, kind } = observation.case
  const common = commonOf(all, act.endpoint)
  const changes = departures(act.body, common)
  const changed = Object.keys(changes ?? {})
  const referred = referredPaths(observation).map((path) => String(pathWithin(path, common.path)?.[0]))
  const looked = kind !== 'success' && changed.some((key) => referred.includes(key))
  return changed.length > 0 && changed.length <= MOST && !looked ? changes : null
}

/** The body with the entity itself blanked. */
function around(body: Expr | null, path: JsonPath): unknown {
  const [key, ...rest] = path
  if (key === undefined) return '*'
  if (body?.is !== 'object') return body
  return Object.entries(body.properties).map(([name, inner]) => [name, name === key ? around(inner, rest) : inner])
}

function hasReference(expr: Expr | undefined): boolean {
  let found = false
  walkExpr(expr ?? null, (inner) => {
    if (inner.is === 'ref') found = true
  })
  return found
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)
