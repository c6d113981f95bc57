import { collection } from './arrays.ts'
import { ABRUPT, type Interpreter, isAbsent } from './interpreter.ts'
import { assignInto, member, setMember } from './members.ts'
import type { PackageModel } from './packages.ts'
import { parsedUrl } from './urls.ts'
import { type Lit, lit, literal, native, obj, textOf, UNDEFINED, UNKNOWN, type Value } from './values.ts'

const ENTRY: Record<string, (name: string, value: Value) => Value> = {
  keys: (name) => lit(name),
  values: (_, value) => value,
  entries: (name, value) => ({ k: 'arr', items: [lit(name), value], open: false }),
}

const objects: PackageModel = (interp, call, [name = '', ...more]) => {
  const [first, ...rest] = call.args
  if (name === 'hasOwn' || (name === 'prototype' && more.join('.') === 'hasOwnProperty.call'))
    return owns(interp, first, rest[0])
  if (name === 'assign' && first) return assignInto(interp, first, rest)
  if (name === 'freeze' || name === 'seal') return first ?? UNDEFINED
  if (name === 'create') return first?.k === 'obj' ? { ...first, props: new Map(first.props) } : obj({}, interp.depth)
  if (name === 'fromEntries' && first?.k === 'arr') {
    const result = obj({}, interp.depth)
    result.open = first.open
    for (const pair of first.items) {
      const key = pair.k === 'arr' ? textOf(pair.items[0]) : undefined
      if (key !== undefined && pair.k === 'arr') result.props.set(key, pair.items[1] ?? UNDEFINED)
    }
    return result
  }
  if (name === 'defineProperty' && first && rest[1]?.k === 'obj') {
    const value = rest[1].props.get('value') ?? rest[1].props.get('get')
    if (value?.k === 'fn' && rest[1].props.has('get')) value.getter = true
    if (value) setMember(interp, first, textOf(rest[0]) ?? '', value)
    return first
  }
  const entry = ENTRY[name]
  if (!entry || !first) return null
  if (first.k === 'obj' && !first.host)
    return { k: 'arr', items: [...first.props].map(([key, value]) => entry(key, value)), open: first.open }
  return { k: 'arr', items: [], open: true }
}

function owns(interp: Interpreter, subject: Value | undefined, key: Value | undefined): Value {
  const name = textOf(key)
  if (!subject || name === undefined || (subject.k !== 'obj' && subject.k !== 'input')) return UNKNOWN
  const found = member(interp, subject, name)
  if (found.k === 'lit' && found.v === undefined) return lit(false)
  return found.k === 'input' && found.path.length > 0 ? { k: 'unknown', falseWithout: [found] } : lit(true)
}

const promise: PackageModel = (interp, call, [name]) => {
  const [first] = call.args
  if (call.op === 'new' && first) {
    const resolved: Value[] = []
    const resolve = native('resolve', ([value = UNDEFINED]) => {
      resolved.push(value)
      return UNDEFINED
    })
    let rejected = false
    const reject = native('reject', ([error = UNKNOWN]) => {
      rejected = true
      interp.throws.push(error)
      interp.observer?.thrown(error)
      return UNDEFINED
    })
    interp.call(first, [resolve, reject], UNDEFINED, call.line)
    if (rejected && resolved.length === 0) throw ABRUPT
    return resolved.length === 1 && resolved[0] ? resolved[0] : UNKNOWN
  }
  if (name === 'resolve') return first ?? UNDEFINED
  if (name === 'reject') return interp.raise(first ?? UNKNOWN)
  if (name === 'all' || name === 'allSettled') return first ?? UNKNOWN
  return UNKNOWN
}

function convert(to: (value: Lit['v']) => Lit['v'], type: 'string' | 'number' | 'integer' | 'boolean'): PackageModel {
  return (interp, call, path) => {
    const [first = UNDEFINED] = call.args
    if (path.length > 0 && !/^parse(Int|Float)$/.test(path[0] ?? '')) return numberCheck(interp, path[0] ?? '', first)
    if (first.k === 'input') interp.observer?.hint(first, path[0] === 'parseInt' ? 'integer' : type)
    if (first.k === 'env' || first.k === 'input' || isAbsent(first)) return first
    const known = literal(first)
    return known ? lit(to(known.v)) : UNKNOWN
  }
}

function numberCheck(interp: Interpreter, name: string, first: Value): Value {
  if (name === 'isInteger' && first.k === 'input') {
    interp.observer?.hint(first, 'integer')
    return { k: 'unknown', falseWithout: [first] }
  }
  if (name === 'isNaN' && first.k === 'input') {
    interp.observer?.hint(first, 'number')
    return { k: 'unknown', trueWithout: [first] }
  }
  const known = literal(first)
  if (name === 'isInteger' && known) return lit(Number.isInteger(known.v))
  if (name === 'raw') return UNKNOWN
  return UNKNOWN
}

const arrays: PackageModel = (interp, call, [name]) => {
  const [first] = call.args
  if (name === 'isArray' && first) {
    if (first.k === 'arr') return lit(true)
    if (first.k === 'input') {
      // A query parameter becomes a list only when it is repeated.
      if (first.from !== 'query') interp.observer?.hint(first, 'array')
      return { k: 'unknown', falseWithout: [first] }
    }
    return first.k === 'lit' || first.k === 'obj' ? lit(false) : UNKNOWN
  }
  if (name === 'from' && first?.k === 'arr') return first
  return name === 'of' ? { k: 'arr', items: call.args, open: false } : null
}

const quiet: PackageModel = () => UNDEFINED

/** What a client sent, however it was put together on the way. */
function inputIn(value: Value, depth = 5): Value | null {
  if (value.k === 'input') return value
  if (depth === 0) return null
  const inner =
    value.k === 'text'
      ? value.parts
      : value.k === 'arr'
        ? value.items
        : value.k === 'union'
          ? value.of
          : value.k === 'sym'
            ? [...value.args, ...(value.base ? [value.base] : [])]
            : []
  for (const one of inner) {
    const found = inputIn(one, depth - 1)
    if (found) return found
  }
  return null
}

const json: PackageModel = (_, call, [name]) => {
  const [first] = call.args
  const text = name === 'parse' ? textOf(first) : undefined
  if (text === undefined) return name === 'parse' && first ? inputIn(first) : null
  try {
    const parsed: unknown = JSON.parse(text)
    return typeof parsed === 'object' ? null : lit(parsed as Lit['v'])
  } catch {
    return null
  }
}

const processModel: PackageModel = (interp, call, [name]) => {
  if (name === 'exit' || name === 'abort' || name === 'kill') {
    interp.effects.push({
      kind: 'exit',
      file: call.file,
      line: call.line,
      args: call.args,
      unsure: interp.recovering > 0 || interp.depth > 0,
      loading: [...interp.loading],
    })
    throw ABRUPT
  }
  if (name === 'cwd') return lit('/')
  // Handlers of signals and of crashes are not part of any request.
  return UNKNOWN
}

/** The language's own functions, as far as routes, configuration and checks are built with them. */
export const language: Record<string, PackageModel> = {
  '#Object': objects,
  '#Promise': promise,
  '#Array': arrays,
  '#JSON': json,
  '#console': quiet,
  '#process': processModel,
  process: processModel,
  '#Number': convert(Number, 'number'),
  '#parseInt': convert((v) => Number.parseInt(String(v), 10), 'integer'),
  '#parseFloat': convert((v) => Number.parseFloat(String(v)), 'number'),
  '#String': convert(String, 'string'),
  '#Boolean': (_, call) => (call.args[0] ? ({ ...call.args[0] } as Value) : lit(false)),
  '#isNaN': (interp, call) => numberCheck(interp, 'isNaN', call.args[0] ?? UNDEFINED),
  '#Map': (interp, call) => (call.op === 'new' ? collection(interp, 'Map', call.args[0]) : null),
  '#Set': (interp, call) => (call.op === 'new' ? collection(interp, 'Set', call.args[0]) : null),
  '#URL': parsedUrl,
  '#RegExp': (_, { args: [source, flags] }) => {
    if (source?.k === 'regex') return source
    const text = textOf(source)
    return text === undefined ? null : { k: 'regex', source: text, flags: textOf(flags) ?? '' }
  },
  '#structuredClone': (_, call) => call.args[0] ?? UNDEFINED,
}
