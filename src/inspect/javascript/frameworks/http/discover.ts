import { Walk } from '../../endpoints/walk.ts'
import type { Interpreter } from '../../evaluate/interpreter.ts'
import { obj, type Value } from '../../evaluate/values.ts'
import type { Route } from '../flatten.ts'
import type { Layer } from '../routers.ts'
import { type Candidate, candidatesIn, placeOf, withUuid } from './candidates.ts'
import { httpPlug } from './index.ts'

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']
/** A method and a name that no application knows. */
const NO_METHOD = 'XYZZY'
const NO_NAME = 'q7x-nowhere'
const REFUSED = new Set([404, 405, 501])

interface Outcome {
  /** Where the request came by, and what it was answered: two requests with the same are treated the same. */
  signature: string
  answered: boolean
  succeeded: boolean
  serves: boolean
}

/**
 * The routes of a handler that decides by itself: it is asked for every path its modules mention, and a route is what it
 * treats otherwise than a path it cannot know, under a method it treats otherwise than one it cannot know.
 */
export function discover(interp: Interpreter, handler: Value): Layer[] {
  const saved = interp.stepsPerHandler
  interp.stepsPerHandler = 1_500
  const known = new Map<string, Outcome>()
  const ask = (method: string, sample: string): Outcome => {
    const key = `${method} ${sample}`
    const found = known.get(key) ?? outcome(interp, handler, method, sample)
    known.set(key, found)
    return found
  }
  const layers: Layer[] = []
  const taken = new Map<string, Set<string>>()
  for (const candidate of candidatesIn(interp)) {
    const seen = taken.get(parentOf(candidate.path)) ?? new Set()
    const own = new Set<string>()
    const usual = ask(NO_METHOD, candidate.sample)
    for (const method of METHODS) {
      const { found, used } = best(ask, method, candidate)
      const isElsewhere = strangers(used).some((path) => ask(method, path).signature === found.signature)
      // The same as for its parent, whatever stands for the parameter: a prefix that was matched, no route of its own.
      const plain = `${method} ${ask(method, candidate.sample).signature}`
      if (isElsewhere || !found.serves || seen.has(plain)) continue
      const anyMethod = found.signature === ask(NO_METHOD, used.sample).signature
      if (anyMethod && (method !== 'GET' || !usual.succeeded)) continue
      own.add(plain)
      layers.push(layer(handler, method, used))
    }
    taken.set(candidate.path, own)
  }
  interp.stepsPerHandler = saved
  return layers
}

/** Paths of the same form that no application knows: what is treated like them is no route. */
function strangers({ path, sample }: Candidate): string[] {
  const names = path.split('/')
  const given = sample.split('/')
  const literal = names.findLastIndex((name) => name !== '' && !name.startsWith(':'))
  const last = given.map((part, index) => (index === literal ? NO_NAME : part)).join('/')
  const all = given.map((part, index) => (part === '' || names[index]?.startsWith(':') ? part : NO_NAME)).join('/')
  return literal < 0 ? [`/${NO_NAME}`, `/${NO_NAME}/${NO_NAME}`] : [...new Set([last, all])]
}

const parentOf = (path: string): string => path.replace(/\/[^/]*$/, '') || '/'

/** Some take numbers for identifiers, some nothing but UUIDs: what is accepted says more. */
function best(ask: (method: string, sample: string) => Outcome, method: string, candidate: Candidate) {
  const found = ask(method, candidate.sample)
  const other = found.succeeded ? null : withUuid(candidate)
  const second = other && ask(method, other.sample)
  return second?.succeeded && other ? { found: second, used: other } : { found, used: candidate }
}

function layer(handler: Value, method: string, candidate: Candidate): Layer {
  const { path, sample } = candidate
  const { file, line } = placeOf(candidate, method)
  return { verb: method, paths: [path], handlers: [handler], sample, file, line }
}

function outcome(interp: Interpreter, handler: Value, method: string, sample: string): Outcome {
  const route: Route = {
    framework: httpPlug,
    method,
    path: sample,
    chain: [{ value: handler, mount: '/', kind: 'handler' }],
    file: '',
    line: 0,
  }
  const walk = new Walk(interp, route, false)
  const sites = new Set<string>()
  walk.called = (file, line) => sites.add(`${file}:${line}`)
  walk.run(httpPlug.caller(walk, obj()))
  const statuses = [...walk.statuses].sort((a, b) => a - b)
  return {
    signature: `${statuses.join()} ${[...sites].sort().join()}`,
    answered: statuses.length > 0,
    succeeded: statuses.some((status) => status < 400),
    serves: statuses.some((status) => !REFUSED.has(status)),
  }
}
