import type { Observation } from '../../../contracts/observation.ts'
import { endpointKey, type ProjectMap } from '../../../contracts/project.ts'
import type { DraftContext } from './case-scope.ts'
import type { DraftedTest } from './draft-case.ts'
import { draftShared } from './draft-shared.ts'
import { draftCases } from './draft-table.ts'
import { splitEndpoint } from './names.ts'
import { type Doc, join, newline, printDoc } from './print/doc.ts'

export interface TestFile {
  /** Without folder and suffix: `articles`, `articles.comments`. */
  name: string
  /** Before the tests. */
  head?: Doc
  /** Side by side, without `describe`: each title names its endpoint. */
  tests: DraftedTest[]
}

/** What goes into one file. */
export interface FilePlan {
  name: string
  endpoints: string[]
  /** Only what succeeds, or only what is refused, of an endpoint that is too much for one file. */
  part?: 'success' | 'refusals'
}

/** Lines of the tests; imports come on top. */
const MOST_LINES = 288

/** Happy path first, then errors, edges and workflows. */
const ORDER = [
  ['success', 'list', 'paging', 'filter'],
  ['invalid', 'unauthenticated', 'forbidden', 'not_found'],
  ['duplicate', 'repeat'],
  ['workflow'],
].flat()

const byKind = (a: Observation, b: Observation) => ORDER.indexOf(a.case.kind) - ORDER.indexOf(b.case.kind)

const isRefusal = ({ case: { kind } }: Observation) =>
  ORDER.indexOf(kind) >= ORDER.indexOf('invalid') && kind !== 'workflow'

/** The tests of one file, in the order of the route table; what its endpoints refuse alike comes last. */
export function draftFile({ name, endpoints, part }: FilePlan, context: DraftContext): TestFile {
  const own = context.observations.filter(
    (observation) =>
      endpoints.includes(observation.case.endpoint) && (!part || isRefusal(observation) === (part === 'refusals')),
  )
  const shared = draftShared(own, context)
  const rest = shared.rest.map(titled)
  const tests = endpoints.flatMap((endpoint) => {
    const cases = rest.filter(({ case: subject }) => subject.endpoint === endpoint).sort(byKind)
    return draftCases(cases, context)
  })
  return { name, tests: [...tests, ...shared.tests] }
}

/** Its title names the endpoint. */
function titled(observation: Observation): Observation {
  const { case: subject } = observation
  const { title } = splitEndpoint(subject.endpoint)
  return { ...observation, case: { ...subject, title: `${title} ${subject.title}` } }
}

/** All of a file but what it imports. */
export const fileDoc = ({ head, tests }: TestFile): Doc =>
  join([newline, newline], [...(head ? [head] : []), ...tests.map(({ doc }) => doc)])

/** One file a resource; from a long one the largest sub-resource or action leaves until the rest fits. */
export function planFiles(map: ProjectMap, context: DraftContext): FilePlan[] {
  const known = map.endpoints.map(endpointKey)
  const rank = (endpoint: string) => (known.includes(endpoint) ? known.indexOf(endpoint) : known.length)
  const seen = [...new Set(context.observations.map(({ case: { endpoint } }) => endpoint))]
  const endpoints = seen.sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1))
  return splitBy(endpoints, (endpoint) => resourceOf(endpoint, map)).flatMap(({ key: name, list }) =>
    fitted({ name, endpoints: list }, (endpoint) => subResource(endpoint, name) || action(endpoint), context),
  )
}

/** As it stands in the name of a file. */
export function resourceOf(endpoint: string, map: ProjectMap): string {
  const found = map.endpoints.find((one) => endpointKey(one) === endpoint)?.resource || literals(endpoint)[0] || 'root'
  return found.replace(/[^\w-]+/g, '-').replace(/^-+|-+$/g, '') || 'root'
}

function fitted(plan: FilePlan, unitOf: (endpoint: string) => string, context: DraftContext): FilePlan[] {
  if (fits(plan, context)) return [plan]
  const { name, endpoints } = plan
  const units = splitBy(endpoints, unitOf).map(({ key, list }) => ({ name: `${name}.${key}`, endpoints: list }))
  if (units.length < 2) {
    const parts: FilePlan[] = [
      { name, endpoints, part: 'success' },
      { name: `${name}.refusals`, endpoints, part: 'refusals' },
    ]
    return parts.filter((part) => draftFile(part, context).tests.length > 0)
  }
  const sizes = units.map((unit) => linesOf(draftFile(unit, context), context))
  const largest = units[sizes.indexOf(Math.max(...sizes))] as FilePlan
  const rest = endpoints.filter((endpoint) => !largest.endpoints.includes(endpoint))
  return [...fitted({ name, endpoints: rest }, unitOf, context), ...fitted(largest, unitOf, context)]
}

const fits = (plan: FilePlan, context: DraftContext) => fitsInFile(draftFile(plan, context), context)

/** Is it short enough to be read in one go? */
export const fitsInFile = (file: TestFile, context: DraftContext): boolean => linesOf(file, context) <= MOST_LINES

function linesOf(file: TestFile, context: DraftContext): number {
  const { width, indent } = context.code.style
  return printDoc(fileDoc(file), { width, indent }).text.split('\n').length
}

/** The items in groups of the same key, in the order in which the keys come up. */
export function splitBy<T>(items: T[], keyOf: (item: T) => string): { key: string; list: T[] }[] {
  const groups = new Map<string, T[]>()
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item])
  return [...groups].map(([key, list]) => ({ key, list }))
}

const literals = (endpoint: string) =>
  splitEndpoint(endpoint)
    .path.split('/')
    .filter((part) => part && !part.startsWith('{') && part !== 'api' && !/^v\d+$/.test(part))

/** `comments` for `/articles/{slug}/comments/{id}`; '' for the resource itself. */
function subResource(endpoint: string, resource: string): string {
  const parts = literals(endpoint)
  return parts[parts.indexOf(resource) + 1] ?? ''
}

function action(endpoint: string): string {
  const { method, path } = splitEndpoint(endpoint)
  const single = path.endsWith('}')
  if (method === 'GET') return single ? 'read' : 'list'
  if (method === 'POST') return 'create'
  return method === 'DELETE' ? 'delete' : 'update'
}
