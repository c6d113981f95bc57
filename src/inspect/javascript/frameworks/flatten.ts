import type { Value } from '../evaluate/values.ts'
import type { FrameworkPlug } from './plug.ts'
import { type Declared, flattenHandlers, type Layer, METHODS, type Part, partOf } from './routers.ts'

/** One thing a request passes through. */
export interface ChainItem {
  value: Value
  /** Path it is mounted on, relative to the application. */
  mount: string
  kind: 'middleware' | 'param' | 'handler'
  /** Only requests to the very path pass it. */
  exact?: boolean
  /** Only requests of this method. */
  method?: string
  param?: string
  self?: Value
}

/** A route as declared, with everything a request to it passes, in order. */
export interface Route {
  framework: FrameworkPlug
  method: string
  /** As written, mounts included: `/users/:id`. */
  path: string
  chain: ChainItem[]
  declared?: Declared
  sample?: string
  file: string
  line: number
}

/** Joins a mount and a path with one slash between them. */
function joinPaths(prefix: string, path: string): string {
  const joined = `${prefix.replace(/\/+$/, '')}/${path.replace(/^\/+/, '')}`.replace(/\/{2,}/g, '/')
  return joined.length > 1 ? joined.replace(/\/$/, '') : '/'
}

/** Every route of an application, following mounted routers. */
export function flatten(app: Part): Route[] {
  const routes: Route[] = []
  walk(app, app.prefix, [], routes, [])
  const seen = new Set<string>()
  return routes.filter(({ method, path }) => {
    const key = `${method} ${path.replace(/:\w+/g, ':')}`
    return seen.has(key) ? false : seen.add(key)
  })
}

function walk(part: Part, prefix: string, inherited: ChainItem[], routes: Route[], open: Part[]): void {
  if (open.includes(part) || open.length > 20) return
  part.settle?.()
  const chain = [...inherited]
  for (const layer of part.layers) {
    for (const path of layer.paths) {
      const mount = joinPaths(prefix, path)
      if (layer.verb === 'use') mountAll(part, layer, mount, chain, routes, open)
      else if ((layer.verb === 'ALL' || part.framework.verbsPassOn) && passesOn(part, layer))
        for (const value of layer.handlers) chain.push({ value, mount, kind: 'middleware', ...given(layer) })
      else addRoutes(part, layer, mount, chain, routes)
    }
    if (layer.verb === 'use') answering(part, layer, prefix, chain, routes)
  }
}

function mountAll(part: Part, layer: Layer, mount: string, chain: ChainItem[], routes: Route[], open: Part[]): void {
  // Middleware named beside a router in one call guards that router, and whatever comes after under the same path.
  for (const value of flattenHandlers(layer.handlers)) {
    const child = partOf(value)
    if (child) walk(child, joinPaths(mount, child.prefix), applicable(chain, mount), routes, [...open, part])
    else chain.push({ value, mount, kind: 'middleware', ...given(layer) })
  }
}

/** Does the handler hand the request on, as middleware does? */
function passesOn(part: Part, { handlers, verb, paths }: Layer): boolean {
  const last = handlers.at(-1)
  // Of a package, under a verb of its own: a page that it makes, unless it stands before many paths.
  if (last?.k !== 'fn') return last?.k === 'sym' && (verb === 'ALL' || paths.every((path) => path.includes('*')))
  return last.fn.params.length >= part.framework.next
}

function addRoutes(part: Part, layer: Layer, path: string, chain: ChainItem[], routes: Route[]): void {
  if (/^\/?\(?\.?\*\w*\)?$|^\/\{?\*\w*\}?$/.test(path)) return
  const methods = layer.verb === 'ALL' ? METHODS.slice(0, 5).map((name) => name.toUpperCase()) : [layer.verb]
  const params = part.params.filter(({ name }) => new RegExp(`:${name}(?!\\w)`).test(path))
  for (const method of methods) {
    if (method === 'OPTIONS' || (method === 'HEAD' && layer.verb === 'ALL')) continue
    const own: ChainItem[] = [
      ...params.flatMap(({ name, handlers }) =>
        handlers.map((value) => ({ value, mount: path, kind: 'param' as const, param: name })),
      ),
      ...layer.handlers.map((value) => ({ value, mount: path, kind: 'handler' as const, ...given(layer) })),
    ]
    const { framework } = part
    routes.push({
      framework,
      method,
      path,
      chain: [...applicable(chain, path, method), ...own],
      ...(layer.declared ? { declared: layer.declared } : {}),
      ...(layer.sample ? { sample: layer.sample } : {}),
      file: layer.file,
      line: layer.line,
    })
  }
}

/** `use('/health', (req, res) => res.send('ok'))`: a function that takes no `next` answers by itself. */
function answering(part: Part, layer: Layer, prefix: string, chain: ChainItem[], routes: Route[]): void {
  const last = layer.handlers.at(-1)
  if (!part.framework.answersInUse || last?.k !== 'fn' || last.fn.params.length !== 2) return
  for (const path of layer.paths) {
    const full = joinPaths(prefix, path)
    if (full === '/' || full.includes('*')) continue
    const before = chain.filter((item) => item.value !== last)
    const own = { value: last, mount: full, kind: 'handler' as const }
    const at = { file: layer.file, line: layer.line }
    routes.push({
      framework: part.framework,
      method: 'GET',
      path: full,
      chain: [...applicable(before, full), own],
      ...at,
    })
  }
}

/** What a layer says of its handlers, where it says it. */
const given = ({ exact, self, verb }: Layer): Pick<ChainItem, 'exact' | 'self' | 'method'> => ({
  ...(exact ? { exact } : {}),
  ...(verb === 'use' || verb === 'ALL' ? {} : { method: verb }),
  ...(self ? { self } : {}),
})

function applicable(chain: ChainItem[], path: string, method?: string): ChainItem[] {
  const wanted = path.split('/').filter(Boolean)
  return chain.filter((item) => {
    const scope = item.mount.split('/').filter(Boolean)
    if (item.method && method && item.method !== method) return false
    if (item.exact && scope.length !== wanted.length && !item.mount.includes('*')) return false
    return scope.every((segment, index) => {
      const other = wanted[index]
      if (segment.includes('*')) return true
      return other !== undefined && (segment === other || segment.startsWith(':') || other.startsWith(':'))
    })
  })
}
