import type { Binding, Observation } from '../../../contracts/observation.ts'
import { tabulate } from './answers.ts'
import { areOwn, createCaseScope, type DraftContext } from './case-scope.ts'
import { caseBody, type DraftedTest, referredPaths, reviewOf } from './draft-case.ts'
import { splitTitles } from './titles.ts'

/** The same refused request after different last steps: paid already, cancelled already. */
export function findSteps(observations: Observation[], context: DraftContext): Observation[] | null {
  const groups = new Map<string, Observation[]>()
  for (const observation of observations) {
    const step = observation.case.arrange.at(-1)
    if (!step || !isStep(observation, step, context)) continue
    const { case: subject, expected } = observation
    const key = JSON.stringify([
      subject.arrange.slice(0, -1),
      subject.act,
      expected.status,
      expected.headers,
      expected.body === null,
      argumentsOf(step, context),
    ])
    groups.set(key, [...(groups.get(key) ?? []), observation])
  }
  return [...groups.values()].find((members) => members.length > 1) ?? null
}

/** The bindings that its factory is given, in that order. */
const argumentsOf = ({ recipe, needs }: Binding, { factories }: DraftContext): string[] =>
  Object.keys(factories.get(recipe)?.recipe.needs ?? {}).map((need) => needs[need] ?? need)

/** Is the last binding an action on what is there, which changes nothing that the test speaks of? */
function isStep(
  { case: subject, expected, follow, passes }: Observation,
  step: Binding,
  context: DraftContext,
): boolean {
  const factory = context.factories.get(step.recipe)
  const isAction = factory?.name.startsWith('act.') === true && Object.keys(step.overrides).length === 0
  const isRefusal = expected.status >= 400 && follow.length === 0 && passes.every(({ rows }) => rows.length === 0)
  const text = JSON.stringify([subject.act, expected.body])
  return (
    isAction &&
    isRefusal &&
    context.database !== null &&
    areOwn(expected.rows, context) &&
    !text.includes(`"from":${JSON.stringify(step.name)}`)
  )
}

/** A table with a row for each last step. */
export function draftSteps(members: Observation[], context: DraftContext): DraftedTest {
  const { code } = context
  const [first] = members as [Observation]
  const arrange = first.case.arrange.slice(0, -1)
  const scope = createCaseScope(context, { ...first.case, arrange }, members.flatMap(referredPaths))
  const titles = splitTitles(members.map((member) => member.case.title))
  const step = scope.take(['step', 'before'])
  const needs = argumentsOf(first.case.arrange.at(-1) as Binding, context).map(scope.nameOf)
  const table = tabulate(
    members,
    ({ case: subject }, index) => {
      const factory = context.factories.get(subject.arrange.at(-1)?.recipe ?? '')
      if (factory) factory.used = true
      return [code.string(titles.labels[index] as string), factory?.name ?? '']
    },
    scope,
  )
  const observation = { ...first, case: { ...first.case, arrange }, expected: { ...first.expected, body: table.body } }
  const body = caseBody(observation, scope, context, {
    looksAtAll: true,
    prepare: [code.statement(['await ', code.call(step, needs)])],
  })
  const run = code.arrow(['_', step, ...table.names], body, { async: true })
  const cases = members.map(({ case: { title, id } }) => ({ title, id }))
  const doc = code.statement(code.each(code.style.caseWord, code.rows(table.rows), titles.pattern, run))
  return { kind: first.case.kind, doc, cases, review: reviewOf(members) }
}
