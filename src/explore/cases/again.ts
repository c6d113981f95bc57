import type { Binding, Case, Expr } from '../../contracts/observation.ts'
import { endpointKey } from '../../contracts/project.ts'
import { Arrangement } from '../arrangement.ts'
import { type Bench, variant } from '../bench.ts'
import { isLogin } from '../credentials.ts'
import type { Sighting } from '../execute.ts'
import { exprLeaves, withPart } from '../expressions.ts'
import { dotted } from '../fields.ts'
import type { Learned, Reached } from '../knowledge.ts'
import { lastKey } from '../leaves.ts'
import { reproduce } from '../oracles.ts'
import { isItem, lastLiteral, pathShape } from '../paths.ts'
import { isRefusal, isSuccess } from '../request.ts'
import { plainName, readable, withArticle } from '../words.ts'

/** A value that somebody has already, on creations and updates. */
export async function duplicateCases(bench: Bench, reached: Reached): Promise<void> {
  const { knowledge } = bench
  const { method } = reached.endpoint
  if (isLogin(reached.endpoint) || !reached.act.body || !['POST', 'PUT', 'PATCH'].includes(method)) return
  for (const { path, expr } of exprLeaves(reached.act.body)) {
    if (expr.is !== 'unique' && expr.is !== 'text') continue
    const holder = holderOf(bench, reached, plainName(lastKey(path)))
    if (!holder) continue
    const arrangement = new Arrangement(knowledge.recipes, reached.arrange)
    const taken = arrangement.need(holder.learned.recipe.name, { fresh: true })
    const value: Expr = { is: 'ref', from: taken, at: 'request', path: holder.path }
    const name = readable(lastKey(path))
    const subject = variant(reached, 'duplicate', dotted(path), `refuses ${withArticle(name)} that is taken`, {
      arrange: arrangement.bindings,
      act: { body: withPart(reached.act.body, path, value) },
    })
    const first = await bench.attempt(subject, 'pool', ` when the ${name} is taken`)
    if (first && isRefusal(first.act.response.status))
      bench.keep(subject, first, 'pool', [400, 409, 422].includes(first.act.response.status) ? 'promised' : 'observed')
  }
  if (method === 'POST') await sameTwice(bench, reached)
}

/** The recipe whose row holds this field in a column that allows each value once. */
function holderOf(
  bench: Bench,
  reached: Reached,
  name: string,
): { learned: Learned; path: (string | number)[] } | null {
  for (const learned of bench.knowledge.learned.values()) {
    const writes = endpointKey(learned.endpoint) === endpointKey(reached.endpoint)
    const updates = reached.sighting.changes.some(
      (change) => change.change === 'updated' && change.table === learned.table,
    )
    if (!writes && !updates) continue
    const unique = bench.knowledge.table(learned.table)?.unique ?? []
    if (!unique.some((columns) => columns.length === 1 && plainName(columns[0] ?? '') === name)) continue
    const leaf = exprLeaves(learned.recipe.steps.at(-1)?.body ?? null).find(
      ({ path }) => plainName(lastKey(path)) === name,
    )
    if (leaf) return { learned, path: leaf.path }
  }
  return null
}

/** The same account making the same kind of thing at the same place twice, where a constraint of several columns forbids it. */
async function sameTwice(bench: Bench, reached: Reached): Promise<void> {
  const learned = [...bench.knowledge.learned.values()].find(
    (candidate) => endpointKey(candidate.endpoint) === endpointKey(reached.endpoint),
  )
  if (!learned || learned.action || learned.recipe.kind === 'actor') return
  const table = bench.knowledge.table(learned.table)
  const several = (table?.unique ?? []).filter((columns) => columns.length > 1)
  if (several.length === 0) return
  const arrangement = new Arrangement(bench.knowledge.recipes, reached.arrange)
  arrangement.need(learned.recipe.name, { fresh: true })
  const subject = variant(
    reached,
    'duplicate',
    'twice',
    `refuses a second ${readable(learned.recipe.name)} by the same account`,
    { arrange: arrangement.bindings },
  )
  const first = await bench.attempt(subject, 'pool', ' the second time')
  if (first && isRefusal(first.act.response.status)) bench.keep(subject, first, 'pool', 'promised')
}

/** Verbs on a thing: the same again, and each after each other one. */
export async function workflowCases(bench: Bench, reached: Reached): Promise<void> {
  const { knowledge } = bench
  const key = endpointKey(reached.endpoint)
  const own = [...knowledge.learned.values()].find((learned) => endpointKey(learned.endpoint) === key)
  if (own?.action) {
    const parent = pathShape(reached.endpoint.path).replace(/\/[^/]+$/, '')
    for (const before of knowledge.learned.values()) {
      if (!before.action || pathShape(before.endpoint.path).replace(/\/[^/]+$/, '') !== parent) continue
      await afterAction(bench, reached, before, before === own)
    }
  }
  if (reached.endpoint.method === 'DELETE' && isItem(reached.endpoint.path)) await deleteReferenced(bench, reached)
}

async function afterAction(bench: Bench, reached: Reached, before: Learned, repeat: boolean): Promise<void> {
  const arrangement = new Arrangement(bench.knowledge.recipes, reached.arrange)
  const use = Object.fromEntries(
    Object.keys(before.recipe.needs).flatMap((local) => (arrangement.get(local) ? [[local, local]] : [])),
  )
  arrangement.need(before.recipe.name, { fresh: true, use })
  const done = readable(before.recipe.name)
  const verb = readable(lastLiteral(reached.endpoint.path))
  const subject = variant(reached, repeat ? 'repeat' : 'workflow', repeat ? '' : `after ${before.recipe.name}`, '', {
    arrange: arrangement.bindings,
  })
  const first = await bench.attempt(subject, 'fresh', repeat ? ' the second time' : ` after ${done}`)
  if (!first) return
  const refused = isRefusal(first.act.response.status)
  if (!refused && !(repeat && isSuccess(first.act.response.status))) return
  subject.title = refused ? `refuses to ${verb} ${repeat ? 'twice' : `after ${done}`}` : 'changes nothing when repeated'
  if (!refused && first.changes.length > 0) return
  bench.keep(subject, first, 'fresh', refused && first.act.response.status === 409 ? 'promised' : 'observed')
}

/** Deleting what something else refers to. */
async function deleteReferenced(bench: Bench, reached: Reached): Promise<void> {
  const target = Object.values(reached.act.params).at(-1)
  const binding = target?.is === 'ref' ? reached.arrange.find((candidate) => candidate.name === target.from) : undefined
  if (!binding) return
  for (const learned of bench.knowledge.learned.values()) {
    const local = Object.entries(learned.recipe.needs).find(([, recipe]) => recipe === binding.recipe)?.[0]
    // A verb counts where it leaves a row of its own: a like, a membership.
    const own = learned.table !== null && learned.table !== bench.knowledge.learned.get(binding.recipe)?.table
    if (
      !local ||
      (learned.action && !own) ||
      learned.recipe.kind === 'actor' ||
      bench.knowledge.recipes.get(binding.recipe)?.kind === 'actor'
    )
      continue
    const arrangement = new Arrangement(bench.knowledge.recipes, reached.arrange)
    arrangement.need(learned.recipe.name, { fresh: true, use: { [local]: binding.name } })
    const other = readable(learned.recipe.name)
    const subject = variant(reached, 'workflow', `with ${learned.recipe.name}`, '', { arrange: arrangement.bindings })
    const first = await bench.attempt(subject, 'fresh', ` when there is a ${other}`)
    if (!first) continue
    const refused = isRefusal(first.act.response.status)
    if (!refused && (!isSuccess(first.act.response.status) || first.changes.length < 2)) continue
    const parent = bench.knowledge.learned.get(binding.recipe)?.table
    const touched = (table: string | null | undefined, kind?: 'deleted') =>
      first.changes.some((change) => change.table === table && (!kind || change.change === kind))
    if (!refused && touched(parent, 'deleted') && !touched(learned.table)) {
      noteOrphan(bench, subject, learned, `the ${readable(binding.recipe)} and leaves its ${other}`)
      continue
    }
    if (!refused && touched(parent, 'deleted')) await deleteReferencedByOther(bench, reached, binding, learned)
    subject.title = refused
      ? `refuses while there is ${withArticle(other)}`
      : `${touched(learned.table) ? 'removes' : 'keeps'} what belongs to it (${other})`
    bench.keep(subject, first, 'fresh', refused && first.act.response.status === 409 ? 'promised' : 'observed')
  }
}

/** What another account did to the thing has to go with it, too. */
async function deleteReferencedByOther(
  bench: Bench,
  reached: Reached,
  target: Binding,
  learned: Learned,
): Promise<void> {
  const credential = learned.recipe.steps.at(-1)?.credential
  const doer = credential?.is === 'valid' ? credential.as : null
  const role = doer === null ? undefined : learned.recipe.needs[doer]
  const local = Object.entries(learned.recipe.needs).find(([, recipe]) => recipe === target.recipe)?.[0]
  if (doer === null || role === undefined || local === undefined) return
  const arrangement = new Arrangement(bench.knowledge.recipes, reached.arrange)
  const other = arrangement.need(role, { fresh: true })
  arrangement.need(learned.recipe.name, { fresh: true, use: { [local]: target.name, [doer]: other } })
  const made = readable(learned.recipe.name)
  const subject = variant(reached, 'workflow', `with ${learned.recipe.name} of another`, '', {
    arrange: arrangement.bindings,
  })
  const first = await bench.attempt(subject, 'fresh', ` when there is a ${made} of another account`)
  if (!first || !isSuccess(first.act.response.status)) return
  const parent = bench.knowledge.learned.get(target.recipe)?.table
  const isGone = first.changes.some(({ table, change }) => table === parent && change === 'deleted')
  if (
    isGone &&
    hadRowOf(bench, first, learned, { need: doer, name: other, role }) &&
    first.changes.every(({ table }) => table !== learned.table)
  )
    noteOrphan(bench, subject, learned, `the ${readable(target.recipe)} and leaves the ${made} of another account`)
}

/** Whether this account had a row there before: only what was there can have been left. */
function hadRowOf(
  { knowledge }: Bench,
  { rows, made }: Sighting,
  learned: Learned,
  account: { need: string; name: string; role: string },
): boolean {
  const row = rows && knowledge.rowOf(account.role, made.get(account.name), rows.before)
  const person = knowledge.learned.get(account.role)
  const [key] = knowledge.table(person?.table ?? null)?.primaryKey ?? []
  const id = row?.[key ?? person?.key?.column ?? 'id']
  const columns = learned.owners.filter(({ need }) => need === account.need).map(({ column }) => column)
  if (!rows || learned.table === null || id === undefined) return false
  return (rows.before[learned.table] ?? []).some((one) => columns.some((column) => String(one[column]) === String(id)))
}

function noteOrphan({ knowledge }: Bench, subject: Case, { table }: Learned, what: string): void {
  if (table === null) return
  const detail = `Deletes ${what}, which belongs to nothing from then on (a row of ${table}).`
  const { endpoint } = subject
  const shown = reproduce(knowledge.map, subject)
  knowledge.findings.add(
    { kind: 'ineffective_delete', endpoint, detail, reproduce: shown, case: subject, table },
    table,
  )
}
