import type { Expr, Observation } from '../../../contracts/observation.ts'
import { createCaseScope, type DraftContext } from './case-scope.ts'
import { caseBody, type DraftedTest, referredPaths, reviewOf } from './draft-case.ts'
import { exprDoc } from './expressions.ts'
import type { Doc } from './print/doc.ts'
import { splitTitles } from './titles.ts'

/** Filters of one list that find the same thing, each by a value of its own. */
export interface Filters {
  members: Observation[]
  /** What every one of their queries has. */
  common: Record<string, Expr>
}

/** Filters that differ in one fixed value that finds and one that does not. */
export function findFilters(observations: Observation[]): Filters | null {
  const filters = observations.filter(({ case: { kind, follow } }) => kind === 'filter' && follow.length === 1)
  const [first] = filters
  if (!first) return null
  const common = Object.fromEntries(
    Object.entries(first.case.act.query).filter(([key, expr]) =>
      filters.every(({ case: { act, follow } }) => same(act.query[key], expr) && same(follow[0]?.query[key], expr)),
    ),
  )
  const members = filters.filter((one) => same(fixedOf(one), fixedOf(first)) && partsOf(one, common).every(isFixed))
  return members.length > 1 ? { members, common } : null
}

const fixedOf = ({ case: { arrange, act, follow }, expected, follow: followed }: Observation) => [
  arrange,
  { ...act, query: null },
  follow.map((template) => ({ ...template, query: null })),
  expected,
  followed,
]

/** The queries that find and that do not, without what all have. */
function partsOf({ case: { act, follow } }: Observation, common: Record<string, Expr>): Record<string, Expr>[] {
  const own = (query: Record<string, Expr>) =>
    Object.fromEntries(Object.entries(query).filter(([key]) => !(key in common)))
  return [own(act.query), own(follow[0]?.query ?? {})]
}

const isFixed = (query: Record<string, Expr>) => Object.values(query).every((expr) => expr.is === 'literal')

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)

/** One table with a row for each filter. */
export function draftFilters({ members, common }: Filters, context: DraftContext): DraftedTest {
  const { code } = context
  const [first] = members as [Observation]
  const scope = createCaseScope(context, first.case, referredPaths(first))
  const queryWith = (name: string): Doc => {
    const own = Object.entries(common).map(([key, expr]) => ({ key, value: exprDoc(expr, scope) }))
    return own.length > 0 ? code.object([...own, { spread: name }]) : name
  }
  const [matching, other] = [scope.take(['matching']), scope.take(['other', 'otherQuery'])]
  const body = caseBody(first, scope, context, { query: queryWith(matching), followQuery: queryWith(other) })
  const titles = splitTitles(members.map((member) => member.case.title))
  const cells = members.map((member, index) => {
    const parts = partsOf(member, common).map((properties) => exprDoc({ is: 'object', properties }, scope))
    return code.array([code.string(titles.labels[index] as string), ...parts])
  })
  const run = code.arrow(['_', matching, other], body, { async: true })
  const cases = members.map(({ case: { title, id } }) => ({ title, id }))
  const doc = code.statement(code.each(code.style.caseWord, code.rows(cells), titles.pattern, run))
  return { kind: 'filter', doc, cases, review: reviewOf(members) }
}
