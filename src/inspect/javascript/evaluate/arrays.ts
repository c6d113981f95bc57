import type { Interpreter } from './interpreter.ts'
import { isOneOf } from './limits.ts'
import { element } from './statements.ts'
import { type Arr, join, lit, literal, native, obj, textOf, truth, UNDEFINED, UNKNOWN, type Value } from './values.ts'

type Method = (
  interp: Interpreter,
  list: Arr,
  args: Value[],
  each: (item: Value, index: number) => Value,
) => Value | null

const closed = (items: Value[], open = false): Arr => ({ k: 'arr', items, open })

const METHODS: Record<string, Method> = {
  map: (_, list, __, each) => closed(list.items.map(each), list.open),
  forEach: (_, list, __, each) => {
    list.items.forEach(each)
    return UNDEFINED
  },
  filter: (_, list, __, each) =>
    closed(
      list.items.filter((item, index) => truth(each(item, index)) !== false),
      list.open,
    ),
  find: (_, list, __, each) => pick(list, each),
  findLast: (_, list, __, each) => pick(list, each),
  some: (_, list, __, each) => quantify(list, each, true),
  every: (_, list, __, each) => quantify(list, each, false),
  flatMap: (_, list, __, each) => flat(list.items.map(each), list.open),
  flat: (_, list) => flat(list.items, list.open),
  reduce: (interp, list, [callback, start]) => {
    if (!callback || list.open) return null
    const items = start ? list.items : list.items.slice(1)
    return items.reduce(
      (sum, item, index) => interp.call(callback, [sum, item, lit(index), list], UNDEFINED, 0),
      start ?? list.items[0] ?? UNDEFINED,
    )
  },
  includes: (interp, list, [item]) => {
    if (!item) return null
    for (const one of list.items) interp.observer?.compared(item, one)
    const known = literal(item)
    if (!known || list.open || !list.items.every((one) => one.k === 'lit'))
      return item.k === 'input' ? isOneOf(item, list.open ? [] : list.items) : null
    return lit(list.items.some((one) => literal(one)?.v === known.v))
  },
  indexOf: (_, list, [item]) => {
    const known = item && literal(item)
    return known && !list.open ? lit(list.items.findIndex((one) => literal(one)?.v === known.v)) : null
  },
  join: (_, list, [separator]) => {
    const parts = list.items.map(textOf)
    if (list.open || parts.some((part) => part === undefined)) return null
    return lit(parts.join(textOf(separator) ?? ','))
  },
  concat: (_, list, args) =>
    closed(
      [...list.items, ...args.flatMap((arg) => (arg.k === 'arr' ? arg.items : [arg]))],
      list.open || args.some((arg) => arg.k === 'arr' && arg.open),
    ),
  slice: (_, list, [from, to]) => {
    const [start, end] = [from && literal(from)?.v, to && literal(to)?.v]
    return closed(list.items.slice(Number(start ?? 0), end === undefined ? undefined : Number(end)), list.open)
  },
  push: (interp, list, args) => {
    list.items.push(...args)
    if (list.depth !== undefined && interp.depth > list.depth) list.open = true
    return lit(list.items.length)
  },
  unshift: (_, list, args) => {
    list.items.unshift(...args)
    return lit(list.items.length)
  },
  pop: (_, list) => list.items.pop() ?? UNDEFINED,
  shift: (_, list) => list.items.shift() ?? UNDEFINED,
  reverse: (_, list) => closed([...list.items].reverse(), list.open),
  sort: (_, list) => list,
  at: (_, list, [index]) => list.items.at(Number(index && literal(index)?.v)) ?? UNDEFINED,
  values: (_, list) => list,
  entries: (_, list) =>
    closed(
      list.items.map((item, index) => closed([lit(index), item])),
      list.open,
    ),
  keys: (_, list) =>
    closed(
      list.items.map((_item, index) => lit(index)),
      list.open,
    ),
}

function pick(list: Arr, each: (item: Value, index: number) => Value): Value {
  let maybe: Value | null = null
  for (const [index, item] of list.items.entries()) {
    const found = truth(each(item, index))
    if (found) return maybe ? join(maybe, item) : item
    if (found === undefined) maybe = maybe ? join(maybe, item) : item
  }
  return maybe ? join(maybe, UNDEFINED) : list.open ? UNKNOWN : UNDEFINED
}

function quantify(list: Arr, each: (item: Value, index: number) => Value, wanted: boolean): Value {
  const results = list.items.map((item, index) => truth(each(item, index)))
  if (results.includes(wanted)) return lit(wanted)
  return list.open || results.includes(undefined) ? UNKNOWN : lit(!wanted)
}

function flat(items: Value[], open: boolean): Arr {
  const parts = items.flatMap((item) => (item.k === 'arr' ? item.items : [item]))
  return closed(parts, open || items.some((item) => item.k === 'arr' && item.open))
}

/** A list's own method on what is known of it; `null` for what cannot be told. */
export function callArray(interp: Interpreter, list: Arr, name: string, args: Value[], line: number): Value | null {
  const callback = args[0]
  const each = (item: Value, index: number): Value =>
    callback ? interp.call(callback, [item, lit(index), list], args[1] ?? UNDEFINED, line) : UNKNOWN
  const method = METHODS[name]
  if (!method) return null
  if (list.open && list.items.length === 0 && callback?.k === 'fn' && name !== 'push') {
    const given = name === 'reduce' ? [UNKNOWN, UNKNOWN] : [element(interp, list)]
    const result = interp.maybe(() => interp.call(callback, given, UNDEFINED, line))
    return name === 'map' && result ? closed([result], true) : name === 'filter' ? list : null
  }
  // What a request does with a long list shows in its first items.
  const long = interp.observer && callback?.k === 'fn' && list.items.length > 30
  return method(interp, long ? { ...list, items: list.items.slice(0, 30), open: true } : list, args, each)
}

const isCode = (value: Value): boolean =>
  value.k === 'fn' ||
  value.k === 'native' ||
  value.k === 'class' ||
  (value.k === 'obj' && [...value.props.values()].some((one) => one.k === 'fn' || one.k === 'native'))

/** `Map` and `Set` over what they are given. */
export function collection(interp: Interpreter, name: string, from: Value | undefined): Value {
  if (name === 'Set') {
    const list = from?.k === 'arr' ? from : closed([], Boolean(from))
    const set = obj({}, interp.depth)
    set.open = true
    set.props.set(
      'has',
      native('has', ([item]) => (item && METHODS.includes?.(interp, list, [item], () => UNKNOWN)) ?? UNKNOWN),
    )
    return set
  }
  const map = obj({}, interp.depth)
  map.open = true
  const entries = new Map<string, Value>()
  for (const pair of from?.k === 'arr' ? from.items : []) {
    const key = pair.k === 'arr' ? textOf(pair.items[0]) : undefined
    if (key !== undefined && pair.k === 'arr') entries.set(key, pair.items[1] ?? UNDEFINED)
  }
  const anyEntry = () => (entries.size > 0 ? [...entries.values()].reduce(join) : UNKNOWN)
  // A table of code is complete; rows that are kept come and go.
  const isTable = () => entries.size > 0 && [...entries.values()].every(isCode)
  const isMissing = (key: Value | undefined) =>
    textOf(key) !== undefined && !entries.has(textOf(key) ?? '') && isTable()
  map.props.set(
    'has',
    native('has', ([key]) => (entries.has(textOf(key) ?? '') ? lit(true) : isMissing(key) ? lit(false) : UNKNOWN)),
  )
  map.props.set(
    'get',
    native('get', ([key]) => entries.get(textOf(key) ?? '') ?? (isMissing(key) ? UNDEFINED : anyEntry())),
  )
  map.props.set(
    'set',
    native('set', ([key, value], self) => {
      entries.set(textOf(key) ?? '', value ?? UNDEFINED)
      return self
    }),
  )
  const pairs = () => closed([...entries].map(([key, value]) => closed([lit(key), value])))
  map.props.set('entries', native('entries', pairs))
  map.props.set(
    'values',
    native('values', () => closed([...entries.values()])),
  )
  map.props.set(
    'forEach',
    native('forEach', ([callback], _self, line) => {
      for (const [key, value] of entries) if (callback) interp.call(callback, [value, lit(key)], UNDEFINED, line)
      return UNDEFINED
    }),
  )
  return map
}
