import type { SgNode } from '@ast-grep/napi'
import { type Project, uses } from '../project.ts'
import {
  after,
  argumentsOf,
  calleeName,
  chainOf,
  enclosingFunction,
  find,
  functionName,
  isUnused,
  linksOf,
  receiver,
  replace,
  type Site,
  type Source,
  say,
  withAwait,
} from '../source.ts'
import { clauses, readSql, type Sql, split } from '../sql.ts'
import { loseInPg, loseInPrisma, loseInsertAfterwards } from './lost.ts'

const RUNS_SQL = /^(query|execute|run|raw|none|one|oneOrNone|any|many|exec|\$executeRaw|\$executeRawUnsafe|unsafe)$/

/** Writes that are not made, or not kept, while the answer stays as it was where that is possible. */
export function findWrites(source: Source, project: Project): Site[] {
  return find(source.root, 'call_expression').flatMap((call) => {
    const sql = sqlOf(source, call)
    if (sql) return ofSql(call, sql, source)
    return [...ofBuilder(call), ...ofOrm(call, project), ...ofPlainCode(call), ...ofCalls(call, project)]
  })
}

/** The statement that a call runs, in place or held by a constant. */
function sqlOf(source: Source, call: SgNode): Sql | null {
  if (!RUNS_SQL.test(calleeName(call)) || !receiver(call)) return null
  const [first] = argumentsOf(call)
  if (!first) return null
  if (first.kind() === 'string' || first.kind() === 'template_string') return readSql(first)
  if (first.kind() === 'call_expression') {
    const [inner] = argumentsOf(first)
    return inner?.kind() === 'string' || inner?.kind() === 'template_string' ? readSql(inner) : null
  }
  if (first.kind() !== 'identifier') return null
  const declared = find(source.root, 'variable_declarator')
    .filter((one) => one.field('name')?.text() === first.text() && one.range().start.index < call.range().start.index)
    .at(-1)
  const value = declared?.field('value')
  return value?.kind() === 'string' || value?.kind() === 'template_string' ? readSql(value) : null
}

function ofSql(call: SgNode, sql: Sql, source: Source): Site[] {
  if (!/INSERT|UPDATE|DELETE/.test(sql.verb)) return []
  const subject = `${sql.verb} ${sql.verb === 'INSERT' ? 'into' : sql.verb === 'DELETE' ? 'from' : 'of'} ${sql.table ?? 'the table'}`
  const sites: Site[] = []
  if (isUnused(call)) {
    sites.push({ kind: 'write', node: call, what: `the ${subject} is not made`, edits: [replace(call, 'undefined')] })
  } else {
    const lost = loseInPg(call, source) ?? loseInsertAfterwards(call, sql)
    if (lost) sites.push({ kind: 'write', node: call, what: `the ${subject} is answered but not kept`, edits: [lost] })
    else if (sql.verb !== 'INSERT') {
      const where = clauses(sql, 'WHERE')[0]
      const at = where && sql.offset + where.to
      if (at)
        sites.push({
          kind: 'write',
          node: call,
          what: `the ${subject} touches no row`,
          edits: [{ start: at, end: at, text: ' AND 1 = 0' }],
        })
    }
  }
  return [...sites, ...lostColumns(sql)]
}

/** `SET a = $1, b = $2`: one column keeps what it had. Its parameter stays bound. */
function lostColumns(sql: Sql): Site[] {
  const [set] = sql.verb === 'UPDATE' ? clauses(sql, 'SET') : []
  const parts = set ? split(set, ',') : []
  if (parts.length < 2) return []
  return parts.flatMap((part): Site[] => {
    const match = /^("?\w+"?)\s*=\s*/.exec(part.text)
    if (!match?.[1] || /^"?(updated|modified)/i.test(match[1])) return []
    const at = sql.offset + part.from + match[0].length
    const edits = [
      { start: at, end: at, text: `CASE WHEN 1 = 1 THEN ${match[1]} ELSE ` },
      { start: sql.offset + part.to, end: sql.offset + part.to, text: ' END' },
    ]
    return [
      { kind: 'value_lost', node: sql.node, what: `${match[1]} is not written by the UPDATE of ${sql.table}`, edits },
    ]
  })
}

const BUILDER_WRITE = /^(insert|update|del|delete|increment|decrement|upsert|truncate)$/

/** knex, Kysely, Drizzle: a chain that starts at a table. */
function ofBuilder(call: SgNode): Site[] {
  const name = calleeName(call)
  const on = receiver(call)
  if (!BUILDER_WRITE.test(name) || !on) return []
  const chain = chainOf(call)
  const links = linksOf(chain)
  const root = links[0]
  const onTable =
    root &&
    /^['"`]/.test(argumentsOf(root)[0]?.text() ?? '') &&
    !/\.(get|post|put|patch|delete|use|route|all)$/.test(root.field('function')?.text() ?? '') &&
    root.id() !== call.id()
  const drizzle =
    root?.id() === call.id() &&
    /^(db|tx|trx|database|drizzle)$/i.test(on.text()) &&
    links.some((link) => /^(values|set|where|returning)$/.test(calleeName(link)))
  if (!onTable && !drizzle) return []
  const table =
    argumentsOf(root as SgNode)[0]
      ?.text()
      .replace(/['"`]/g, '') ?? ''
  const what = `the ${name === 'del' ? 'delete' : name} on ${table} is not made`
  if (isUnused(chain)) return [{ kind: 'write', node: call, what, edits: [replace(chain, 'undefined')] }]
  const values = drizzle ? links.find((link) => calleeName(link) === 'values') : call
  const [given] = values ? argumentsOf(values) : []
  if (name === 'insert' && given) {
    return [
      {
        kind: 'write',
        node: call,
        what: `${what}, only answered`,
        edits: [replace(chain, `Promise.resolve([].concat(${given.text()}))`)],
      },
    ]
  }
  if (drizzle || !onTable) return []
  const verb = call.field('function')?.field('property')
  const list = call.field('arguments')
  return verb && list
    ? [
        {
          kind: 'write',
          node: call,
          what: `${what}, the row is only read`,
          edits: [replace(verb, 'select'), replace(list, '()')],
        },
      ]
    : []
}

const ORM_WRITE =
  /^(create|save|update|destroy|delete|remove|upsert|insert|bulkCreate|insertMany|createMany|updateMany|deleteMany|updateOne|deleteOne|findByIdAndUpdate|findByIdAndDelete|findOneAndUpdate|findOneAndDelete|findByIdAndRemove|increment|decrement)$/

/** Prisma, Sequelize, TypeORM, Mongoose. */
function ofOrm(call: SgNode, project: Project): Site[] {
  const name = calleeName(call)
  const on = receiver(call)
  if (!ORM_WRITE.test(name) || !on) return []
  const subject = `${say(on, 40)}.${name}`
  const what = `${subject}(…) is not made`
  const prisma = uses(project, '@prisma/client') && loseInPrisma(call)
  if (prisma) return [{ kind: 'write', node: call, what: `${subject}(…) is answered but not kept`, edits: [prisma] }]
  if (!uses(project, 'sequelize', 'typeorm', 'mongoose', 'objection', 'sequelize-typescript')) return []
  // `create` of TypeORM makes an object and stores nothing; of anything else in lower case it may be the project's own.
  const last = on.text().split('.').at(-1) ?? ''
  if (/Factory$|rout(er|es?)|^(app|server|fastify)$|\)$/i.test(last)) return []
  const model = /^[A-Z]\w*$/.test(last) || /([Rr]epo(sitory)?|[Mm]odel)$/.test(last)
  if (!model && !/^(save|update|destroy|remove|increment|decrement|deleteOne|delete)$/.test(name)) return []
  if (
    !model &&
    /[Ss]ervice|[Cc]ontroller|cache|redis|storage|session|cookie|^fs$|Set$|Map$|this$|axios|http|client/.test(last)
  )
    return []
  if (!model && !(isUnused(call) || name === 'save')) return []
  if (uses(project, 'typeorm') && name === 'create') return []
  if (isUnused(call)) return [{ kind: 'write', node: call, what, edits: [replace(call, 'undefined')] }]
  const stand = standIn(name, on, call, project, model)
  return stand ? [{ kind: 'write', node: call, what: `${what}, only answered`, edits: [replace(call, stand)] }] : []
}

/** What the write would answer, without it. */
function standIn(name: string, on: SgNode, call: SgNode, project: Project, model: boolean): string | null {
  const [first] = argumentsOf(call)
  const value = first?.text() ?? 'undefined'
  const sequelize = uses(project, 'sequelize', 'sequelize-typescript')
  const isStatic = model
  if (name === 'create')
    return sequelize ? `Promise.resolve(${on.text()}.build(${value}))` : `Promise.resolve(new ${on.text()}(${value}))`
  if (name === 'save') return `Promise.resolve(${uses(project, 'typeorm') && isStatic ? value : on.text()})`
  if (name === 'update' && sequelize) return isStatic ? 'Promise.resolve([1])' : `Promise.resolve(${on.text()})`
  if (name === 'destroy') return 'Promise.resolve(1)'
  if (/^(findByIdAndUpdate|findByIdAndDelete|findByIdAndRemove)$/.test(name)) return `${on.text()}.findById(${value})`
  if (/^(findOneAndUpdate|findOneAndDelete)$/.test(name)) return `${on.text()}.findOne(${value})`
  if (/^(delete|remove|deleteOne|updateOne|deleteMany|updateMany)$/.test(name)) {
    return 'Promise.resolve({ affected: 1, acknowledged: true, deletedCount: 1, modifiedCount: 1, matchedCount: 1 })'
  }
  return null
}

const FILE_WRITE = /^(writeFile|writeFileSync|appendFile|appendFileSync|unlink|unlinkSync|rm|rmSync)$/

/** Files and collections that outlive the request. */
function ofPlainCode(call: SgNode): Site[] {
  const name = calleeName(call)
  const on = receiver(call)
  if (!isUnused(call)) return []
  const file = FILE_WRITE.test(name) && (on === null || /^(fs|fsp|promises|fs\.promises)$/.test(on.text()))
  const kept = /^(push|set|delete|splice|unshift|add)$/.test(name) && on !== null && isKept(on)
  if (!file && !kept) return []
  return [{ kind: 'write', node: call, what: `${say(call, 60)} is not made`, edits: [replace(call, 'undefined')] }]
}

/** A collection made when the module is loaded. */
function isKept(on: SgNode): boolean {
  const name = /^\w+/.exec(on.text())?.[0]
  if (!name || name === 'app' || name === 'router') return false
  let top: SgNode = on
  let inside = false
  for (let at = on.parent(); at; at = at.parent()) {
    if (/function|method_definition/.test(at.kind() as string)) inside = true
    top = at
  }
  return (
    inside &&
    top.children().some((child) => {
      const declaration = child.kind() === 'export_statement' ? child.field('declaration') : child
      return (declaration?.children() ?? []).some(
        (one) =>
          one.kind() === 'variable_declarator' &&
          one.field('name')?.text() === name &&
          /^(array|object|new_expression)$/.test(one.field('value')?.kind() as string) &&
          /^(\[|\{|new (Map|Set)\b)/.test(one.field('value')?.text() ?? ''),
      )
    })
  )
}

/** What an application does once, before its first request. */
const AT_START = /^(init|start|boot|setup|connect|listen|main|run|migrate|seed|ensure)/i

/** `await products.moveStock(client, lines, TAKE)`: one of several places that call a function which writes. */
function ofCalls(call: SgNode, project: Project): Site[] {
  const name = calleeName(call)
  const several = (project.writers.get(name) ?? 0) > 1
  if (!several || !isUnused(call)) return []
  if (receiver(call) && (ORM_WRITE.test(name) || BUILDER_WRITE.test(name))) return []
  const fn = enclosingFunction(call)
  if (fn === null || AT_START.test(name) || AT_START.test(functionName(fn) ?? '')) return []
  return [{ kind: 'write', node: call, what: `${say(call, 60)} is not called`, edits: [replace(call, 'undefined')] }]
}

const REPEATED = /^(sendMail|send|publish|emit|sendToQueue|add|enqueue|dispatch|notify|sendMessage)$/

/** Inserts and messages made twice. What is absolute (`SET a = 1`, DELETE) may be repeated without harm. */
export function findDuplicates(source: Source, project: Project): Site[] {
  return find(source.root, 'call_expression').flatMap((call): Site[] => {
    const sql = sqlOf(source, call)
    const relative = sql?.verb === 'UPDATE' && /\bSET\b[^;]*?\b(\w+)"?\s*=\s*(?:\w+\.)?"?\1"?\s*[-+*]/i.test(sql.text)
    if (sql && (sql.verb === 'INSERT' || relative))
      return twice(call, `the ${sql.verb} on ${sql.table ?? 'the table'} is made twice`)
    const name = calleeName(call)
    const chain = chainOf(call)
    const [root] = linksOf(chain)
    const onTable = root && root.id() !== call.id() && /^['"`]/.test(argumentsOf(root)[0]?.text() ?? '')
    if (/^(insert|increment|decrement)$/.test(name) && onTable)
      return twice(chain, `the ${name} on ${argumentsOf(root)[0]?.text().replace(/['"`]/g, '')} is made twice`)
    const model = /^[A-Z]\w*$/.test(receiver(call)?.text() ?? '') || /^prisma\.\w+$/.test(receiver(call)?.text() ?? '')
    if (/^(create|bulkCreate)$/.test(name) && model && uses(project, 'sequelize', 'mongoose', '@prisma/client'))
      return twice(call, `${say(receiver(call) as SgNode, 40)}.create is made twice`)
    const messenger = /mail|queue|channel|producer|publisher|broker|transporter|notif|sms|kafka|amqp|events?$/i.test(
      receiver(call)?.text() ?? '',
    )
    return REPEATED.test(name) && messenger ? twice(call, `${say(call, 50)} happens twice`) : []
  })
}

/** Inside a `try` that takes a failure for nothing, the second time changes nothing. */
function isForgiven(node: SgNode): boolean {
  const block = node
    .ancestors()
    .find((one) => one.parent()?.kind() === 'try_statement' && one.kind() === 'statement_block')
  const handler = block?.parent()?.field('handler')
  return (
    handler != null &&
    !/\b(throw|next|return|await|res|reply|reject)\b|=[^=>]/.test(
      handler
        .field('body')
        ?.text()
        .replace(/[!=]==?/g, '') ?? '',
    )
  )
}

function twice(call: SgNode, what: string): Site[] {
  if (isForgiven(call)) return []
  const awaited = withAwait(call)
  const target = awaited.kind() === 'await_expression' ? awaited : call
  if (target.id() !== awaited.id()) return []
  const text = target.text()
  if (isUnused(call) && target.parent()?.kind() === 'expression_statement') {
    return [{ kind: 'duplicate', node: call, what, edits: [after(target, `; ${text}`)] }]
  }
  // In an expression: the first answer is waited for and forgotten.
  const again =
    awaited.kind() === 'await_expression' ? `(${text}, ${text})` : `Promise.resolve(${text}).then(() => ${text})`
  return [{ kind: 'duplicate', node: call, what, edits: [replace(target, again)] }]
}
