import type { SgNode } from '@ast-grep/napi'
import type { Project } from '../project.ts'
import {
  after,
  argumentsOf,
  before,
  calleeName,
  chainOf,
  enclosingFunction,
  end,
  find,
  functionName,
  keyOf,
  linksOf,
  named,
  propertyOf,
  receiver,
  removeElement,
  replace,
  type Site,
  type Source,
  say,
  start,
  withAwait,
} from '../source.ts'
import { clauses, findSql, type Span, split } from '../sql.ts'
import { SECRET_NAME } from '../words.ts'

/** Fields of answers that are missing, have another name, or should not be there. */
export function findFields(source: Source, project: Project): Site[] {
  return [
    ...answerObjects(source.root).flatMap(ofObject),
    ...selected(source),
    ...picked(source.root),
    ...leaks(source, project),
  ]
}

const dropped = (node: SgNode, name: string, edit: Site['edits'][number], from: string): Site => ({
  kind: 'field_dropped',
  node,
  what: `the field ${name} is missing from ${from}`,
  edits: [edit],
})

/** Object literals that are, or become, an answer. */
function answerObjects(root: SgNode): SgNode[] {
  return find(root, 'object').filter((object) => {
    if (named(object).length === 0) return false
    let at = object
    // `{ error: { code } }`: what is inside is sent as well.
    for (let pair = at.parent(); pair?.kind() === 'pair' && pair.parent()?.kind() === 'object'; pair = at.parent()) {
      if (/^(where|data|include|select|attributes|order|orderBy)$/.test(keyOf(pair) ?? '')) return false
      at = pair.parent() as SgNode
    }
    const parent = at.parent()
    if (parent?.kind() === 'assignment_expression')
      return /(^|\.)body$/.test(parent.field('left')?.text() ?? '') && !/req/.test(parent.field('left')?.text() ?? '')
    if (parent?.kind() === 'arguments') {
      const call = parent.parent()
      if (call?.kind() !== 'call_expression' || !/^(json|send|jsonp)$/.test(calleeName(call))) return false
      return /^(res|response|reply|ctx|c|context|h)\b|\.(status|code|type)\(/.test(receiver(call)?.text() ?? '')
    }
    // A mapper or a function that puts an answer together.
    const arrow = parent?.kind() === 'parenthesized_expression' ? parent.parent() : null
    const isReturned =
      parent?.kind() === 'return_statement' || (arrow?.kind() === 'arrow_function' && isAnswered(arrow))
    return isReturned && !isInner(at) && !isForObservers(at)
  })
}

/** A function with a name of its own, or one that maps over what is then answered. */
function isAnswered(arrow: SgNode): boolean {
  const parent = arrow.parent()
  if (parent?.kind() !== 'arguments') return true
  const call = parent.parent()
  const chain = call && withAwait(chainOf(call))
  const around = chain?.parent()?.kind() as string | undefined
  return (
    around === 'return_statement' ||
    around === 'arrow_function' ||
    around === 'pair' ||
    around === 'assignment_expression'
  )
}

/** Options, configuration and the like: put together for somebody inside. */
function isInner(object: SgNode): boolean {
  const fn = enclosingFunction(object)
  const name = (fn && functionName(fn)) ?? ''
  return /config|option|setting|setup|connect|create(Server|App|Pool)|strategy|mock/i.test(name)
}

const OBSERVER =
  /^(apm|log(ger)?|console|pino|winston|sentry|tracer|span|metrics?|newrelic|rollbar|bugsnag|analytics)$/i

/** What a function of this file puts together is handed to nobody but logs, traces and metrics. */
function isForObservers(object: SgNode): boolean {
  const fn = enclosingFunction(object)
  const name = fn && functionName(fn)
  const root = object.ancestors().at(-1)
  if (!fn || !name || !root) return false
  const uses = find(root, 'identifier').filter((one) => one.text() === name && !isDeclared(one))
  return uses.length > 0 && uses.every(isTold)
}

/** `logger.info(summary(order))` for `summary`. */
function isTold(name: SgNode): boolean {
  const call = name.parent()
  const list = call?.kind() === 'call_expression' ? call.parent() : null
  const around = list?.kind() === 'arguments' ? list.parent() : null
  const on = around?.kind() === 'call_expression' ? receiver(around)?.text() : undefined
  return on !== undefined && OBSERVER.test(on.replace(/^this\.|\..*$/g, ''))
}

const isDeclared = (name: SgNode): boolean => name.parent()?.field('name')?.id() === name.id()

function ofObject(object: SgNode): Site[] {
  return named(object).flatMap((property): Site[] => {
    const key = keyOf(property)
    if (key === null || /^(statusCode|headers|stack)$/.test(key)) return []
    const from = `the answer ${say(object, 50)}`
    const value = property.field('value')
    const renamed: Site = {
      kind: 'field_renamed',
      node: property,
      what: `the field ${key} is called ${otherName(key)} in ${from}`,
      edits: [
        value ? replace(property.field('key') as SgNode, otherName(key)) : before(property, `${otherName(key)}: `),
      ],
    }
    return [dropped(property, key, removeElement(property), from), renamed]
  })
}

/** `userId` ↔ `user_id`; a single word gets a tail. */
function otherName(key: string): string {
  const snake = key.replace(/([a-z0-9])([A-Z])/g, (_, a: string, b: string) => `${a}_${b.toLowerCase()}`)
  if (snake !== key) return snake
  const camel = key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
  return camel !== key ? camel : `${key}Value`
}

/** Column lists of SELECT and RETURNING, in place or held by a constant. */
function selected(source: Source): Site[] {
  const inPlace = findSql(source).flatMap((sql) =>
    [...clauses(sql, 'SELECT'), ...clauses(sql, 'RETURNING')].flatMap((list) => ofColumns(sql.node, sql.offset, list)),
  )
  const constants = columnConstants(source).flatMap(({ node, list }) => ofColumns(node, start(node) + 1, list))
  return [...inPlace, ...constants]
}

/** `const COLUMNS = 'id, name AS "userName"'`, used inside other SQL. */
function columnConstants(source: Source): { node: SgNode; list: Span }[] {
  return find(source.root, 'variable_declarator').flatMap((one) => {
    const value = one.field('value')
    const name = one.field('name')?.text() ?? ''
    if (value?.kind() !== 'string' && value?.kind() !== 'template_string') return []
    const text = value.text().slice(1, -1)
    const parts = split({ from: 0, to: text.length, text }, ',')
    const isList =
      parts.length > 1 &&
      parts.every(({ text: part }) => /^[\w."]+(\s+AS\s+["\w]+)?$|^\(\s*SELECT\b.*\)\s*(AS\s+)?\w+$/is.test(part))
    return isList && source.text.includes(`\${${name}}`)
      ? [{ node: value, list: { from: 0, to: text.length, text } }]
      : []
  })
}

function ofColumns(node: SgNode, offset: number, list: Span): Site[] {
  const parts = split(list, ',')
  // A single column is asked for by code that needs it; with DISTINCT or a count it is no field.
  if (parts.length < 2) return []
  return parts.flatMap((part, index): Site[] => {
    const match =
      /^(?:[\w"]+\.)?"?(\w+)"?(?:\s+AS\s+"?(\w+)"?)?$/i.exec(part.text) ?? /()\bAS\s+"?(\w+)"?$/is.exec(part.text)
    if (!match || /^_+$/.test(part.text)) return []
    const name = match[2] ?? match[1] ?? ''
    const next = parts[index + 1]
    const previous = parts[index - 1]
    const from = offset + (next ? part.from : (previous?.to ?? part.from))
    const to = offset + (next ? next.from : part.to)
    const sites = [dropped(node, name, { start: from, end: to, text: '' }, 'what is selected')]
    const alias = match[2]
    if (alias) {
      const at = offset + part.from + part.text.lastIndexOf(alias)
      const what = `the field ${alias} is called ${otherName(alias)} in what is selected`
      sites.push({
        kind: 'field_renamed',
        node,
        what,
        edits: [{ start: at, end: at + alias.length, text: otherName(alias) }],
      })
    }
    return sites
  })
}

/** `_.pick(user, ['a', 'b'])`, `.select('a', 'b')`, `select: { a: true }`, `attributes: ['a', 'b']`. */
function picked(root: SgNode): Site[] {
  const lists = find(root, 'call_expression').flatMap((call): SgNode[] => {
    const name = calleeName(call)
    const args = argumentsOf(call)
    if (name === 'pick' && !isSigned(call))
      return args.slice(1).flatMap((arg) => (arg.kind() === 'array' ? named(arg) : []))
    const first = args[0]
    if (/^(select|first|returning|columns)$/.test(name) && receiver(call) && linksOf(call).length > 1) {
      const items = first?.kind() === 'array' ? named(first) : args
      return items.length > 1 ? items : []
    }
    return []
  })
  const strings = lists
    .filter((item) => item.kind() === 'string' && !/\*/.test(item.text()))
    .map((item): Site => {
      const name = item.text().slice(1, -1)
      const site = dropped(item, name, removeElement(item), 'what is selected')
      return isWritten(item) ? { ...site, kind: 'value_lost', what: `${name} is not written` } : site
    })
  const flags = find(root, 'pair').flatMap((pair): Site[] => {
    const key = keyOf(pair)
    const value = pair.field('value')
    if (key === 'attributes' && value?.kind() === 'array' && named(value).length > 1) {
      return named(value)
        .filter((item) => item.kind() === 'string')
        .map((item) => dropped(item, item.text().slice(1, -1), removeElement(item), 'what is selected'))
    }
    if (key !== 'select' || value?.kind() !== 'object' || named(value).length < 2) return []
    return named(value)
      .filter((one) => one.field('value')?.text() === 'true')
      .map((one) => dropped(one, keyOf(one) ?? '', removeElement(one), 'what is selected'))
  })
  return [...strings, ...flags]
}

const inCall = (node: SgNode, names: RegExp): boolean =>
  node.ancestors().some((one) => one.kind() === 'call_expression' && names.test(calleeName(one)))
/** What is inside a token is its maker's business. */
const isSigned = (node: SgNode): boolean => inCall(node, /^sign$/)
const isWritten = (node: SgNode): boolean => inCall(node, /^(insert|update|create|save|upsert)$/)

function leaks(source: Source, project: Project): Site[] {
  const { root } = source
  const leak = (node: SgNode, name: string, edit: Site['edits'][number]): Site => ({
    kind: 'field_leaked',
    node,
    what: `${name} is shown to the caller`,
    edits: [edit],
  })
  const omitted = find(root, 'call_expression').flatMap((call): Site[] => {
    const [subject, names] = argumentsOf(call)
    if (calleeName(call) !== 'omit' || !subject || !names || !SECRET_NAME.test(names.text().replace(/\W/g, '')))
      return []
    return [leak(call, say(names), replace(call, `({ ...${subject.text()} })`))]
  })
  const deleted = find(root, 'expression_statement').flatMap((statement): Site[] => {
    const match = /^delete\s+[\w.]+\.(\w+);?$/.exec(statement.text())
    return match?.[1] && (SECRET_NAME.test(match[1]) || /^_?id$|email|token/i.test(match[1]))
      ? [leak(statement, match[1], replace(statement, ';'))]
      : []
  })
  const excluded = find(root, 'pair').flatMap((pair): Site[] => {
    const value = pair.field('value')
    if (keyOf(pair) === 'exclude' && value?.kind() === 'array') return [leak(pair, say(value), replace(value, '[]'))]
    if (keyOf(pair) !== 'select' || value?.kind() !== 'object' || named(value).length < 2) return []
    const call = pair.parent()?.parent()?.parent()
    const model = call?.kind() === 'call_expression' ? receiver(call)?.text() : undefined
    if (
      !model ||
      !/\.(user|account|member|customer)s?$/i.test(model) ||
      propertyOf(value, 'password') ||
      !project.sources.some(({ text }) => /\bpassword: true/.test(text))
    )
      return []
    const last = named(value).at(-1)
    return last ? [leak(pair, 'password', after(last, ', password: true'))] : []
  })
  return [...omitted, ...deleted, ...excluded, ...rests(root, leak), ...secretColumns(source, project, leak)]
}

/** `const { password, ...rest } = user` */
function rests(root: SgNode, leak: (node: SgNode, name: string, edit: Site['edits'][number]) => Site): Site[] {
  return find(root, 'object_pattern').flatMap((pattern): Site[] => {
    const value = pattern.parent()?.field('value')
    const rest = named(pattern).find((one) => one.kind() === 'rest_pattern')
    const secret = named(pattern).find((one) => SECRET_NAME.test(one.text()) && one.id() !== rest?.id())
    if (!value || !rest || !secret) return []
    const name = rest.text().replace('...', '')
    return [
      leak(pattern, secret.text(), {
        start: end(pattern),
        end: end(value),
        text: ` = ${value.text()}, __shown = Object.assign(${name}, { ${secret.text()} })`,
      }),
    ]
  })
}

/** A column list of a table whose secret column it leaves out. */
function secretColumns(
  source: Source,
  project: Project,
  leak: (node: SgNode, name: string, edit: Site['edits'][number]) => Site,
): Site[] {
  const sqls = findSql(source)
  const inPlace = sqls.flatMap((sql): Site[] => {
    const column = [...(project.secrets.get(sql.table ?? '') ?? [])][0]
    const list = sql.verb === 'SELECT' ? clauses(sql, 'SELECT')[0] : clauses(sql, 'RETURNING')[0]
    if (!column || !list || split(list, ',').length < 2 || list.text.includes(column)) return []
    const at = sql.offset + list.to
    return [leak(sql.node, column, { start: at, end: at, text: `, ${column}` })]
  })
  const constants = columnConstants(source).flatMap(({ node, list }): Site[] => {
    const name = node.parent()?.field('name')?.text() ?? ''
    const sql = sqls.find(
      (one) => one.table && project.secrets.has(one.table) && one.node.text().includes(`\${${name}}`),
    )
    const column = [...(project.secrets.get(sql?.table ?? '') ?? [])][0]
    if (!column || list.text.includes(column)) return []
    return [leak(node, column, { start: end(node) - 1, end: end(node) - 1, text: `, ${column}` })]
  })
  return [...inPlace, ...constants]
}
