import type { Case, Credential } from '../../contracts/observation.ts'
import { endpointKey } from '../../contracts/project.ts'
import { Arrangement } from '../arrangement.ts'
import { type Bench, variant } from '../bench.ts'
import type { Sighting } from '../execute.ts'
import type { Knowledge, Reached } from '../knowledge.ts'
import { addFinding } from '../oracles.ts'
import { isItem } from '../paths.ts'
import { bindingsOf } from '../recipes.ts'
import { isRefusal, isSuccess } from '../request.ts'
import { readerOf } from './reads.ts'

/** No credential, garbage, a spoiled one. */
export async function unauthenticatedCases(
  bench: Bench,
  reached: Pick<Reached, 'endpoint' | 'arrange' | 'act'>,
): Promise<void> {
  const { credential } = reached.act
  if (credential.is !== 'valid') return
  const ways: { detail: string; title: string; credential: Credential }[] = [
    { detail: 'none', title: 'refuses a request without a credential', credential: { is: 'none' } },
    {
      detail: 'malformed',
      title: 'refuses a malformed credential',
      credential: { is: 'invalid', how: 'malformed', as: credential.as },
    },
    {
      detail: 'tampered',
      title: 'refuses a tampered credential',
      credential: { is: 'invalid', how: 'tampered', as: credential.as },
    },
  ]
  let guarded = reached.endpoint.auth === 'required'
  for (const way of ways) {
    const subject = variant(reached, 'unauthenticated', way.detail, way.title, { act: { credential: way.credential } })
    const first = await bench.attempt(
      subject,
      'pool',
      ` to ${way.detail === 'none' ? 'a request without a credential' : `a ${way.detail} credential`}`,
    )
    if (!first) continue
    const { status } = first.act.response
    if (status >= 400 || (status >= 300 && guarded)) {
      guarded = true
      bench.keep(subject, first, 'pool', status === 401 || status === 403 ? 'promised' : 'observed')
    } else if (guarded && isSuccess(status)) {
      const what = way.detail === 'none' ? 'no credential at all' : `a ${way.detail} credential`
      addFinding(
        bench.knowledge,
        subject,
        'auth_missing',
        `Answers ${status} to ${what}; 401 was expected.`,
        way.detail,
      )
    }
  }
}

/** Somebody else's credential on a thing that belongs to the first. */
export async function forbiddenCases(bench: Bench, reached: Reached): Promise<void> {
  const { credential } = reached.act
  const { knowledge } = bench
  if (credential.is !== 'valid' || Object.values(reached.act.params).every((expr) => expr.is !== 'ref')) return
  const asker = reached.arrange.find((binding) => binding.name === credential.as)
  if (!asker) return
  const arrangement = new Arrangement(knowledge.recipes, reached.arrange)
  const stranger = arrangement.need(asker.recipe, { fresh: true })
  if (!owns(reached, credential.as)) return
  const subject = variant(reached, 'forbidden', 'other', refusalOf(reached), {
    arrange: arrangement.bindings,
    act: { credential: { is: 'valid', as: stranger } },
  })
  const first = await bench.attempt(subject, 'pool', ` to another account`)
  if (!first) return
  const { status } = first.act.response
  if (isRefusal(status)) {
    bench.keep(subject, first, 'pool', [401, 403, 404].includes(status) ? 'promised' : 'observed')
    return
  }
  if (!isSuccess(status)) return
  const hole = trespass(knowledge, reached, subject, first)
  if (!hole) return
  const closed = await readingIsPrivate(bench, reached, subject)
  if (!isItem(reached.endpoint.path) && !closed) return
  addFinding(
    knowledge,
    subject,
    'ownership_missing',
    `Answers ${status} to an account that does not own it, and ${hole}; a refusal was expected.`,
  )
}

/** What the path names was made by this account, or is it. */
function owns(reached: Reached, actor: string): boolean {
  const named = Object.values(reached.act.params).flatMap((expr) => (expr.is === 'ref' ? [expr.from] : []))
  const last = named.at(-1)
  if (!last) return false
  if (last === actor) return true
  const binding = reached.arrange.find((candidate) => candidate.name === last)
  return binding !== undefined && Object.values(binding.needs).includes(actor)
}

/** How another account's row was changed or removed, in words; `null` when it was not. */
function trespass(knowledge: Knowledge, reached: Reached, subject: Case, sighting: Sighting): string | null {
  const { credential } = reached.act
  if (!sighting.rows || credential.is !== 'valid') return null
  const owner = subject.arrange.find((binding) => binding.name === credential.as)
  if (!owner) return null
  const person = knowledge.learned.get(owner.recipe)
  const ownerRow = knowledge.rowOf(owner.recipe, sighting.made.get(owner.name), sighting.rows.before)
  const people = knowledge.table(person?.table ?? null)
  const id = people?.primaryKey[0]
  if (!ownerRow || !people || !id) return null
  for (const change of sighting.changes) {
    if (change.change === 'inserted') continue
    const row = change.change === 'updated' ? change.before : change.row
    const verb = change.change === 'updated' ? 'changes' : 'deletes'
    if (change.table === people.name && String(row[id]) === String(ownerRow[id]))
      return `${verb} another account's row in ${change.table}`
    const learned = knowledge.makerOf(change.table)
    const columns = learned?.owners.map((candidate) => candidate.column) ?? []
    const column = columns.find((name) => String(row[name]) === String(ownerRow[id]))
    if (column) return `${verb} a row of ${change.table} whose ${column} is another account`
  }
  return null
}

/** Whether others are refused to read it: then verbs on it are private too. */
async function readingIsPrivate(bench: Bench, reached: Reached, subject: Case): Promise<boolean> {
  const path = reached.endpoint.path.replace(/\/[^/{}]+$/, '')
  const reader = readerOf(bench.knowledge, { ...reached.endpoint, path })
  if (reader?.act.credential.is !== 'valid') return false
  const used = bindingsOf({ ...reader.act, credential: { is: 'none' } })
  if (!used.every((name) => subject.arrange.some((binding) => binding.name === name))) return false
  const sighting = await bench.attempt(
    {
      ...subject,
      id: `${subject.id} read`,
      endpoint: endpointKey(reader.endpoint),
      act: { ...reader.act, credential: subject.act.credential },
    },
    'pool',
  )
  return sighting !== null && isRefusal(sighting.act.response.status)
}

function refusalOf({ endpoint }: Reached): string {
  if (endpoint.method === 'GET') return 'is not shown to another account'
  if (endpoint.method === 'DELETE') return 'refuses a deletion by another account'
  return endpoint.method === 'POST' ? 'refuses another account' : 'refuses an update by another account'
}
