import { statusOf } from '../../endpoints/status.ts'
import { isAbsent } from '../../evaluate/interpreter.ts'
import { member } from '../../evaluate/members.ts'
import { statusNamed } from '../../evaluate/packages.ts'
import { lit, native, obj, origin, type Sym, textOf, truth, UNDEFINED, type Value } from '../../evaluate/values.ts'
import { settings } from '../../schemas/validate.ts'
import { autoload } from './autoload.ts'
import { addHook, type Context } from './instance.ts'

type Plugin = (context: Context, options: Value) => void

/** A connection made by a package, so that the stores are found where they always are. */
const client =
  (decorator: string, module: string, maker: string): Plugin =>
  (context, options) => {
    const { interp } = context
    const make = maker ? member(interp, interp.package(module), maker) : interp.package(module)
    const target = textOf(member(interp, options, 'connectionString')) ?? textOf(member(interp, options, 'url'))
    const args = target && maker !== 'Pool' ? [lit(target), options] : [options]
    context.self.props.set(decorator, interp.call(make, args, UNDEFINED, 1, maker !== 'createPool'))
  }

/** Plugins of the framework's world that put something on the instance, or stand in every route's way. */
const PLUGINS: Record<string, Plugin> = {
  autoload,
  'bearer-auth': (context, options) => {
    const hook = member(context.interp, options, 'addHook')
    if (truth(hook) !== false) addHook(context, refuse(context), 0)
  },
  env: (context, options) => {
    if (options.k !== 'obj') return
    const { interp, self } = context
    const schema = options.props.get('schema')
    const environment = member(interp, interp.package('#process'), 'env')
    const key = textOf(options.props.get('confKey')) ?? 'config'
    if (schema && environment.k === 'obj') self.props.set(key, settings(interp, environment, schema))
  },
  postgres: client('pg', 'pg', 'Pool'),
  mysql: client('mysql', 'mysql2', 'createPool'),
  mongodb: client('mongo', 'mongodb', 'MongoClient'),
  redis: client('redis', 'ioredis', ''),
}

/** Registers a plugin that is a package's. */
export function registerKnown(context: Context, plugin: Sym, options: Value): void {
  const module = origin(plugin)?.module ?? ''
  // Registering is how such a package is called, and how it is told its secrets.
  context.interp.calls.push({ ...plugin, op: 'call', base: plugin, args: [options], props: new Map() })
  PLUGINS[module.replace(/^(@fastify\/|fastify-)/, '')]?.(context, options)
}

/** Lets nobody in who shows no credentials. */
const refuse = ({ interp }: Context): Value =>
  native('refuse', () => (interp.observer?.anonymous ? interp.raise(obj({ statusCode: lit(401) })) : UNDEFINED))

/** Members that known plugins bring, for where they are not decorated otherwise. */
export function known(context: Context, name: string): Value | undefined {
  const { interp } = context
  switch (name) {
    case 'auth':
      return native('auth', ([checks, options]) => anyOf(context, checks, options))
    case 'basicAuth':
    case 'verifyBearerAuth':
      return refuse(context)
    case 'httpErrors':
      return { ...obj(), host: { get: (error) => failure(error) } }
    case 'assert':
      return native('assert', ([condition, status]) => {
        if (condition && truth(condition) === true) return UNDEFINED
        const raise = () => interp.raise(obj({ statusCode: status ?? lit(500) }))
        if (condition && (truth(condition) === false || isAbsent(condition))) raise()
        else interp.maybe(raise)
        return UNDEFINED
      })
    default:
      return undefined
  }
}

/** `httpErrors.notFound()` makes an error of that status. */
function failure(name: string): Value | undefined {
  const status = name === 'createError' ? undefined : statusNamed(name)
  if (name !== 'createError' && !status) return undefined
  return native(name, ([first]) => obj({ statusCode: status ? lit(status) : (first ?? lit(500)) }))
}

/** `auth([a, b])`: one of them has to let the request in, or each of them. */
function anyOf(context: Context, checks: Value | undefined, options: Value | undefined): Value {
  const { interp } = context
  const all = textOf(options && member(interp, options, 'relation')) === 'and'
  const list = checks?.k === 'arr' ? checks.items : []
  return native('auth', ([request = UNDEFINED, reply = UNDEFINED], self) => {
    let failed: Value | null = null
    for (const check of list) {
      const { observer } = interp
      const before = observer?.status
      let refused: Value | null = null
      const done = native('done', ([error]) => {
        if (error && truth(error) !== false) refused = error
        return UNDEFINED
      })
      const each = check.k === 'arr' ? check.items : [check]
      for (const one of each) {
        const { value, thrown } = interp.capture(() => interp.call(one, [request, reply, done], self, 0))
        if (value === null) refused = thrown[0] ?? obj({ statusCode: lit(401) })
      }
      if ((observer?.status ?? 0) >= 400) refused ??= obj({ statusCode: lit(observer?.status ?? 401) })
      if (observer) observer.status = before
      if (refused && all) return interp.raise(refused)
      if (!refused && !all) return UNDEFINED
      failed = refused ?? failed
    }
    if (!failed || all) return UNDEFINED
    return interp.raise(statusOf(interp, failed) ? failed : obj({ statusCode: lit(401) }))
  })
}
