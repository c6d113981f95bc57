import type { JsonPath } from '../../contracts/json.ts'
import type { Case } from '../../contracts/observation.ts'
import { endpointKey } from '../../contracts/project.ts'
import { Arrangement } from '../arrangement.ts'
import { schemaOf } from '../attempt.ts'
import { type Bench, variant } from '../bench.ts'
import { contextFor } from '../context.ts'
import { isLogin } from '../credentials.ts'
import type { Sighting } from '../execute.ts'
import { exprLeaves, withPart } from '../expressions.ts'
import { buildBody } from '../fields.ts'
import { judgeWrite, lostFields, movedBirths } from '../judge.ts'
import type { Reached } from '../knowledge.ts'
import { lastKey } from '../leaves.ts'
import { addFinding } from '../oracles.ts'
import { isSuccess } from '../request.ts'
import { bystandersOf } from './bystanders.ts'
import { followsOf } from './follows.ts'
import { successTitle } from './titles.ts'

/** The accepted request with what can be seen of its effect, and the shortest body that is accepted. */
export async function successCases(bench: Bench, reached: Reached): Promise<void> {
  const { knowledge } = bench
  const follow = followsOf(knowledge, reached)
  const title = successTitle(knowledge, reached)
  const alone = variant(reached, 'success', '', title, { follow })
  const beside = bystandersOf(knowledge, reached, follow)
  const amongOthers = beside
    ? variant(reached, 'success', '', title, { arrange: beside.arrange, follow: [...follow, ...beside.follow] })
    : alone
  const reads = reached.endpoint.method === 'GET'
  const share = reads ? 'same' : 'fresh'
  const tried = await bench.attempt(amongOthers, share)
  const [subject, first] =
    tried || !beside ? ([amongOthers, tried] as const) : ([alone, await bench.attempt(alone, share)] as const)
  if (!first || !isSuccess(first.act.response.status)) return
  if (judgeWrite(bench, reached, subject, first)) return
  const lost = lostFields(first)
  if (lost.length > 0) {
    noteLost(bench, subject, first.act.response.status, lost)
    for (const path of lost) reached.act = { ...reached.act, body: withPart(reached.act.body, path, null) }
    if (exprLeaves(reached.act.body).length > 0) await successCases(bench, reached)
    return
  }
  if (/^(PUT|PATCH)$/.test(reached.endpoint.method)) noteMovedBirths(bench, subject, first)
  const promised = reached.endpoint.statuses.includes(first.act.response.status) || first.act.response.status < 300
  bench.keep(subject, first, share, promised ? 'promised' : 'observed')
  await minimalBody(bench, reached)
}

/** A finding of its own; the rest of the update is looked at without those fields. */
function noteLost(bench: Bench, subject: Case, status: number, lost: JsonPath[]): void {
  const names = lost.map(lastKey).join(', ')
  const detail = `Answers ${status} with the new ${names}, but the stored row keeps the old value.`
  addFinding(bench.knowledge, { ...subject, id: `${subject.id} with ${names}` }, 'lost_write', detail, names)
}

/** A finding of its own, too; a suite does not take it for granted and does not fail for it either. */
function noteMovedBirths(bench: Bench, subject: Case, first: Sighting): void {
  for (const { table, column } of movedBirths(first)) {
    const detail = `Answers ${first.act.response.status} and moves ${column} in ${table} to another time; an update leaves the time of creation as it was.`
    addFinding(bench.knowledge, { ...subject, id: `${subject.id} with ${column}` }, 'contract_mismatch', detail, column)
  }
}

async function minimalBody(bench: Bench, reached: Reached): Promise<void> {
  const schema = schemaOf(bench.knowledge, reached.endpoint)
  if (!schema || !reached.act.body || isLogin(reached.endpoint)) return
  const arrangement = new Arrangement(bench.knowledge.recipes, reached.arrange)
  const { credential } = reached.act
  const signup = bench.knowledge.actors().some((actor) => actor.steps[0]?.endpoint === endpointKey(reached.endpoint))
  const context = contextFor(
    bench.knowledge,
    reached.endpoint,
    arrangement,
    credential.is === 'none' ? null : credential.as,
    signup,
  )
  const body = buildBody(schema, context, { minimal: true, amendments: reached.amendments })
  const size = exprLeaves(body).length
  if (size === 0 || size >= exprLeaves(reached.act.body).length) return
  const subject = variant(reached, 'success', 'minimal', 'needs the required fields only', {
    arrange: arrangement.bindings,
    act: { body },
  })
  const first = await bench.attempt(subject, 'fresh', ' when the optional fields are left out')
  if (first && isSuccess(first.act.response.status))
    bench.keep(subject, first, 'fresh', 'promised', { aspect: { is: 'variant', variant: 'minimal' } })
}
