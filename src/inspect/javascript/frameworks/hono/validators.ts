import { input } from '../../endpoints/credentials.ts'
import type { Walk } from '../../endpoints/walk.ts'
import { type Input, origin, type Sym, textOf, UNDEFINED } from '../../evaluate/values.ts'

const TARGETS: Record<string, Input['from']> = {
  json: 'body',
  form: 'body',
  query: 'query',
  param: 'params',
  header: 'headers',
  cookie: 'cookies',
}

/** `zValidator('json', schema)` and those of its kind; `validator('json', check)` of the framework itself. */
export function honoValidator(walk: Walk, value: Sym): void {
  const [target, rule] = value.args
  const from = TARGETS[textOf(target) ?? '']
  if (!from || !rule || !/alidator$/.test(origin(value)?.path.findLast((part) => part !== '()') ?? '')) return
  const root = input(from)
  if (rule.k === 'fn') walk.interp.maybe(() => walk.interp.call(rule, [root, UNDEFINED], UNDEFINED, value.line))
  else walk.validated(root, rule, undefined)
  walk.statuses.add(400)
}
