import { origin, type Sym, type Value } from '../evaluate/values.ts'

/** One link of a chain such as `Joi.string().min(3)`; `args` is `null` for a plain member such as `z.coerce`. */
export interface Step {
  name: string
  args: Value[] | null
}

/** A chain taken apart from its package on: `null` for what is none. */
export function stepsOf(value: Value): { module: string; steps: Step[] } | null {
  const from = origin(value)
  if (!from || value.k !== 'sym') return null
  const steps: Step[] = []
  for (let at: Sym = value; at.base; ) {
    if (at.op === 'mem') {
      steps.unshift({ name: at.name, args: null })
      at = at.base
    } else {
      const callee: Sym = at.base
      const named = callee.op === 'mem'
      steps.unshift({ name: named ? callee.name : '()', args: at.args })
      if (named && callee.base) at = callee.base
      else at = callee
    }
  }
  return { module: from.module, steps }
}
