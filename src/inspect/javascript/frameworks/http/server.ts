import type { Interpreter } from '../../evaluate/interpreter.ts'
import { listen } from '../../evaluate/libraries.ts'
import type { PackageModel } from '../../evaluate/packages.ts'
import { native, obj, textOf, type Value } from '../../evaluate/values.ts'
import { newPart, partObject } from '../routers.ts'
import { discover } from './discover.ts'
import { httpPlug } from './index.ts'

/** `createServer(app)`: of an application that is known elsewhere only listening matters; a bare handler is one itself. */
export const servers: PackageModel = (interp, call, path) => {
  const name = path.at(-1) ?? ''
  if (!/^(createServer|createSecureServer|Server)$/.test(name) && !(path.length === 0 && call.op !== 'mem')) return null
  const app = call.args.find((arg) => arg.k !== 'obj' || arg.part)
  if (app && !isHandler(app)) return over(interp)
  return application(interp, app, call.line)
}

/** A server over an application. */
function over(interp: Interpreter): Value {
  const server = obj({}, interp.depth)
  server.open = true
  server.props.set(
    'listen',
    native('listen', (args, _self, line) => {
      listen(interp, args, line)
      return server
    }),
  )
  return server
}

function application(interp: Interpreter, handler: Value | undefined, line: number): Value {
  const part = newPart(interp, httpPlug, true, line)
  const handlers: Value[] = handler && isHandler(handler) ? [handler] : []
  let settled = false
  part.settle = () => {
    if (settled) return
    settled = true
    for (const one of handlers) part.layers.push(...discover(interp, one))
  }
  const server = partObject(interp, part, (name, self) => {
    if (name === 'listen')
      return native(name, (args, _self, at) => {
        listen(interp, args, at)
        return self
      })
    if (name === 'on' || name === 'addListener')
      return native(name, ([event, work]) => {
        if (textOf(event) === 'request' && work && isHandler(work)) handlers.push(work)
        return self
      })
    return undefined
  })
  server.open = true
  return server
}

const isHandler = (value: Value): boolean => value.k === 'fn' || value.k === 'native' || value.k === 'union'
