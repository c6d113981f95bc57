import type { Caller, Walk } from '../../endpoints/walk.ts'
import type { Value } from '../../evaluate/values.ts'
import { expressExchange } from '../express/request.ts'
import { argumentsOf } from './arguments.ts'
import { contextOf } from './guards.ts'
import { handlings } from './routes.ts'

/** Hands requests to controllers: what stands before them is asked as in Express, they get what their parameters name. */
export function nestCaller(walk: Walk, app: Value): Caller {
  const { request, response, enter } = expressExchange(walk, app)
  return {
    arguments(item, next) {
      enter(item)
      const own = item.kind === 'handler' && item.value.k === 'fn' ? handlings.get(item.value.fn) : undefined
      if (item.value.k !== 'fn' || !own) return [request, response, next]
      const context = contextOf(request, response, next, item.value, own.cls)
      return argumentsOf(item.value, { walk, request, response, next, context, ...own })
    },
    returned() {
      const last = walk.route.chain.at(-1)?.value
      const own = last?.k === 'fn' ? handlings.get(last.fn) : undefined
      if (walk.status === undefined) walk.answer(own?.success ?? 200)
      walk.respond()
    },
  }
}
