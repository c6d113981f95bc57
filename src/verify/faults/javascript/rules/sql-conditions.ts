import type { FaultKind } from '../../fault.ts'
import type { Project } from '../project.ts'
import { type Site, type Source, say } from '../source.ts'
import { boundValue, clauses, findSql, hasOr, type Span, type Sql, split } from '../sql.ts'
import { isCaller, OWNER_KEY } from '../words.ts'

/** Conditions of SQL that no longer decide anything. They stay in the text, since their parameters are bound. */
export function findSqlConditions(source: Source, _project: Project): Site[] {
  return findSql(source).flatMap((sql) =>
    clauses(sql, 'WHERE').flatMap((where) => {
      const parts = hasOr(where) ? [where] : split(where, 'AND')
      return parts.filter((part) => matters(sql, part)).map((part) => drop(sql, part))
    }),
  )
}

function drop(sql: Sql, part: Span): Site {
  const kind = kindOf(sql, part)
  const subject = sql.verb
    ? `the ${sql.verb}${sql.table ? ` on ${sql.table}` : ''}`
    : `the query${sql.table ? ` on ${sql.table}` : ''}`
  const at = sql.offset + part.from
  return {
    kind,
    node: sql.node,
    what: `the condition ${say(original(sql, part), 60)} is dropped from ${subject}`,
    edits: [
      { start: at, end: at, text: '(' },
      { start: at + part.text.length, end: at + part.text.length, text: ' OR 1 = 1)' },
    ],
  }
}

/** With the substitutions, which are masked in `text`. */
const original = (sql: Sql, part: Span): string => sql.node.text().slice(1 + part.from, 1 + part.to)

/** Rows that are only locked do no harm when there are more of them; a condition that is always true decides nothing. */
function matters(sql: Sql, part: Span): boolean {
  if (/\bFOR\s+(UPDATE|SHARE)\b/i.test(sql.text) && /\b(ANY|IN)\b/i.test(part.text)) return false
  return !/^(1\s*=\s*1|true)$/i.test(part.text) && !/^_+$/.test(part.text)
}

function kindOf(sql: Sql, part: Span): FaultKind {
  const column = /^\(?\s*([\w."]+)\s*=/.exec(part.text)?.[1]
  if (!column || !OWNER_KEY.test(column)) return 'filter'
  if (/=\s*[\w"]+\.[\w"]+\s*$/.test(part.text)) return 'filter'
  const value = boundValue(sql, part)
  return value && !isCaller(value) && !/user|owner|auth|account|tenant|member/i.test(value.text())
    ? 'filter'
    : 'ownership'
}
