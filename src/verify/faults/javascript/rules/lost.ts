import type { SgNode } from '@ast-grep/napi'
import type { Edit } from '../../fault.ts'
import { argumentsOf, calleeName, find, receiver, replace, type Source } from '../source.ts'
import { clauses, type Sql } from '../sql.ts'

/**
 * A write through node-postgres that answers as ever and is rolled back: in a transaction of its own on a pool, to a savepoint on a
 * client. `null` where it is not plain what the call goes to.
 */
export function loseInPg(call: SgNode, source: Source): Edit | null {
  const on = receiver(call)
  if (!on || calleeName(call) !== 'query') return null
  const name = on.text().split('.').at(-1) ?? ''
  const isPool = /pool$/i.test(name) || makesPool(source, name)
  const isClient = /^(client|conn|connection|trx|tx|t|pgClient|dbClient)$/i.test(name)
  if (!isPool && !isClient) return null
  const given = argumentsOf(call).map((one) => one.text())
  return replace(
    call,
    `(async (db, ...given) => {
      const pooled = 'totalCount' in db;
      const client = pooled ? await db.connect() : db;
      let whole = pooled;
      try {
        if (pooled) await client.query('BEGIN');
        else await client.query('SAVEPOINT lost_write').catch(() => { whole = true; return client.query('BEGIN'); });
        return await client.query(...given);
      } finally {
        await client.query(whole ? 'ROLLBACK' : 'ROLLBACK TO SAVEPOINT lost_write').catch(() => {});
        if (pooled) client.release();
      }
    })(${[on.text(), ...given].join(', ')})`.replace(/\n\s*/g, ' '),
  )
}

function makesPool(source: Source, name: string): boolean {
  return find(source.root, 'variable_declarator').some(
    (one) => one.field('name')?.text() === name && /new\s+(\w+\.)?Pool\(/.test(one.field('value')?.text() ?? ''),
  )
}

/** Through a wrapper whose connection nobody knows: the new row is taken away again before the answer goes out. */
export function loseInsertAfterwards(call: SgNode, sql: Sql): Edit | null {
  const on = receiver(call)
  const returning = clauses(sql, 'RETURNING')[0]
  if (!on || sql.verb !== 'INSERT' || !sql.table || calleeName(call) !== 'query') return null
  if (!returning || !/^\*|\bid\b|^_+$/.test(returning.text)) return null
  const run = `${on.text()}.query`
  return replace(
    call,
    `(async () => {
      const made = await ${call.text()};
      for (const row of made?.rows ?? made ?? []) await ${run}('DELETE FROM ${sql.table} WHERE id = $1', [row.id]);
      return made;
    })()`.replace(/\n\s*/g, ' '),
  )
}

/** A Prisma write inside a transaction that fails on purpose once the answer is known. */
export function loseInPrisma(call: SgNode): Edit | null {
  const on = receiver(call)
  const match = /^((?:this\.)?\w*(?:prisma|db|client)\w*)\.(\w+)$/i.exec(on?.text() ?? '')
  if (!match) return null
  const [, client, model] = match
  const given = argumentsOf(call).map((one) => one.text())
  return replace(
    call,
    `(async (lost) => {
      await ${client}.$transaction(async (inner) => {
        lost = await inner.${model}.${calleeName(call)}(${given.join(', ')});
        throw 'not kept';
      }).catch((error) => { if (error !== 'not kept') throw error; });
      return lost;
    })()`.replace(/\n\s*/g, ' '),
  )
}
