import type { SgNode } from '@ast-grep/napi'
import type { FaultKind } from '../../fault.ts'
import type { Project } from '../project.ts'
import {
  argumentsOf,
  calleeName,
  chainOf,
  end,
  find,
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
} from '../source.ts'
import { isCaller, OWNER_KEY } from '../words.ts'

const WHERE =
  /^(where|andWhere|whereIn|whereNot|whereNull|whereNotNull|whereBetween|whereRaw|whereLike|whereILike|andWhereRaw|having)$/
const FINDS =
  /^(find(One|All|First|Many|Unique|ById|By|AndCount|AndCountAll|OneBy|OneOrFail|FirstOrThrow|UniqueOrThrow|OrFail|OrCreate|OneAndUpdate|OneAndDelete|OneAndRemove)?|update(One|Many)?|delete(One|Many)?|destroy|count|findAndCountAll|findOneAndUpdate|findOneAndDelete|aggregate|remove)$/

/** Conditions of query builders and ORMs, and `.filter(…)` over what was read. */
export function findBuilderConditions({ root }: Source, _project: Project): Site[] {
  return find(root, 'call_expression').flatMap((call) => {
    const name = calleeName(call)
    if (WHERE.test(name) && receiver(call)) return ofWhere(call)
    if (FINDS.test(name) && receiver(call)) return ofFind(call)
    return name === 'filter' && receiver(call) ? ofFilter(call) : []
  })
}

/** knex, TypeORM and Drizzle: `.where({ a, b })`, `.andWhere('a', b)`. */
function ofWhere(call: SgNode): Site[] {
  const args = argumentsOf(call)
  const [first] = args
  if (!first) return []
  const links = linksOf(chainOf(call))
  const subject = tableOf(call)
  if (first.kind() === 'object') return ofObject(first, subject, () => dropLink(call))
  if (/function/.test(first.kind() as string)) return []
  if (calleeName(first) === 'and') {
    return argumentsOf(first).map((part) =>
      site(kindOfText(part.text(), part.text()), part, say(part), subject, removeElement(part)),
    )
  }
  const key = first.text()
  const value =
    args
      .slice(1)
      .map((arg) => arg.text())
      .join(', ') || key
  // TypeORM's first `where` carries the parameters that later ones use.
  if (/:\w+/.test(key) && args.length > 1) {
    return [site(kindOfText(key, value), call, say(key), subject, replace(first, `'1 = 1'`))]
  }
  if (links.length < 2) return []
  const edit = dropLink(call)
  const condition = say(`${calleeName(call)}(${args.map((arg) => arg.text()).join(', ')})`)
  return edit ? [site(kindOfText(key.replace(/['"`]/g, ''), value), call, condition, subject, edit)] : []
}

/** Prisma, Sequelize, TypeORM, Mongoose: `find…({ where: { a, b } })`, `findOne({ a, b })`. */
function ofFind(call: SgNode): Site[] {
  const objects = argumentsOf(call).filter((arg) => arg.kind() === 'object')
  const where = objects
    .map((object) => propertyOf(object, 'where')?.field('value'))
    .find((one) => one?.kind() === 'object')
  const plain =
    objects[0] &&
    isModel(receiver(call)) &&
    !named(objects[0]).some((one) =>
      /^(data|select|include|attributes|where|relations|order|take|skip|limit|offset|raw|transaction|lean)$/.test(
        keyOf(one) ?? '',
      ),
    )
  const object = where ?? (plain ? objects[0] : undefined)
  if (!object) return []
  const subject = receiver(call)?.text() ?? ''
  // Looking one thing up by its key alone: without it the call is not valid, or finds any.
  const unique = /Unique|^(update|delete)$/.test(calleeName(call)) && where != null
  return ofObject(object, subject, () => (unique ? null : replace(object, '{}')))
}

const isModel = (node: SgNode | null): boolean =>
  /^[A-Z]\w*$|[Rr]epo(sitory)?$|[Mm]odel$/.test(node?.text().split('.').at(-1) ?? '')

function ofObject(object: SgNode, subject: string, dropAll: () => ReturnType<typeof replace> | null): Site[] {
  const properties = named(object).filter((one) => keyOf(one) !== null)
  return properties.flatMap((property) => {
    const key = keyOf(property) ?? ''
    const value = property.field('value')?.text() ?? key
    const edit = properties.length === 1 ? dropAll() : removeElement(property)
    const kind = kindOfText(key, value)
    return edit ? [site(kind, property, say(property), subject, edit)] : []
  })
}

function kindOfText(key: string, value: string): FaultKind {
  const bare = key.replace(/\s.*$/, '')
  const column = bare.split('.').at(-1) ?? bare
  if (/^_?id$/.test(column)) return 'filter'
  return OWNER_KEY.test(column) && isCaller(value) ? 'ownership' : 'filter'
}

function site(
  kind: FaultKind,
  node: SgNode,
  condition: string,
  subject: string,
  edit: ReturnType<typeof replace>,
): Site {
  const where = subject ? ` from the query on ${say(subject, 40)}` : ' from the query'
  return { kind, node, what: `the condition ${condition} is dropped${where}`, edits: [edit] }
}

/** Takes `.where(…)` out of its chain. */
function dropLink(call: SgNode): ReturnType<typeof replace> | null {
  const on = receiver(call)
  return on ? { start: end(on), end: end(call), text: '' } : null
}

function tableOf(call: SgNode): string {
  const [first] = linksOf(chainOf(call))
  const table = first && argumentsOf(first)[0]
  return table?.kind() === 'string'
    ? table.text().slice(1, -1)
    : (receiver(call)
        ?.text()
        .split(/[.(\s]/)[0] ?? '')
}

function ofFilter(call: SgNode): Site[] {
  const [condition] = argumentsOf(call)
  const on = receiver(call)
  if (!condition || !on || !/function/.test(condition.kind() as string)) return []
  if (/^(fs|path|process|Object)\b/.test(on.text())) return []
  // Cleaning a list of empty entries shows nowhere.
  if (/=>\s*!?!?\w+$/.test(condition.text())) return []
  const edit = { start: end(on), end: end(call), text: '' }
  return [
    {
      kind: 'filter',
      node: call,
      what: `the filter ${say(condition, 60)} over ${say(on, 30)} is dropped`,
      edits: [edit],
    },
  ]
}
