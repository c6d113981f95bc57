import type { Endpoint } from '../../contracts/project.ts'
import { bareEndpoint, describeEndpoint } from './endpoints/endpoint.ts'
import { Interpreter, type World } from './evaluate/interpreter.ts'
import type { Value } from './evaluate/values.ts'
import { flatten, type Route } from './frameworks/flatten.ts'
import { partOf } from './frameworks/routers.ts'
import { plugs } from './frameworks/table.ts'
import type { Entry } from './project/entry.ts'

/** A project evaluated from the entry that serves most. */
export interface Evaluated {
  interp: Interpreter
  entry: Entry | null
  /** The application whose routes were read. */
  app: Value | null
  routes: Route[]
}

/** Evaluates from the likely entries until one serves routes; without any, the best attempt. */
export function evaluateProject(world: World, entries: Entry[], others: string[]): Evaluated {
  let best: Evaluated | null = null
  for (const [index, entry] of entries.entries()) {
    const interp = new Interpreter(world, entry.file)
    interp.module(entry.file)
    if (interp.parts.length === 0) for (const plug of plugs()) plug.serve?.(interp, entry)
    const found = { interp, entry, ...largestApp(interp) }
    if (found.routes.length > 0 && (index < 2 || found.routes.length > (best?.routes.length ?? 0))) best = found
    if (best && index > 6) break
    // Routes from where the project itself says it starts, or from what listens, are the ones served.
    const declared = /^(package\.json|Procfile|Dockerfile):/.test(entry.source)
    if (found.routes.length > 0 && (declared || found.interp.effects.some((effect) => effect.kind === 'listen'))) break
    best ??= found
  }
  if (best && best.routes.length > 0) return best
  // No entry leads to routes: look at every module by itself.
  const interp = new Interpreter(world, null)
  for (const file of others) interp.module(file)
  const found = { interp, entry: best?.entry ?? null, ...largestApp(interp) }
  return found.routes.length > 0 || !best ? found : best
}

/** Among the applications made while evaluating, the one with most routes. */
function largestApp(interp: Interpreter): { app: Value | null; routes: Route[] } {
  let best: { app: Value | null; routes: Route[] } = { app: null, routes: [] }
  const [late, early] = [true, false].map((last) =>
    interp.parts.filter((value) => (partOf(value)?.framework.lastResort ?? false) === last),
  )
  for (const value of [...(early ?? []), ...(late ?? [])]) {
    const part = partOf(value)
    if (!part?.app || (part.framework.lastResort && best.routes.length > 0)) continue
    const routes = flatten(part)
    if (routes.length > best.routes.length || !best.app) best = { app: value, routes }
  }
  return best
}

/** Describes every route; a route that cannot be followed keeps its method and path. */
export function describeRoutes(evaluated: Evaluated): Endpoint[] {
  const { interp, app, routes } = evaluated
  if (!app) return []
  // A second or two for all of them; one handler says little new after some thousand steps.
  interp.stepsPerHandler = Math.min(6_000, Math.max(1_500, Math.round(300_000 / routes.length)))
  return routes.map((route) => {
    try {
      return describeEndpoint(interp, route, app)
    } catch (error) {
      const source = `${route.file}:${route.line}`
      interp.warnings.push({
        message: `What this route does could not be followed: ${error instanceof Error ? error.message : error}`,
        source,
      })
      return bareEndpoint(route)
    }
  })
}
