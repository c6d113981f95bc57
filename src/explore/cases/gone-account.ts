import type { Expr } from '../../contracts/observation.ts'
import { type Bench, variant } from '../bench.ts'
import type { Reached } from '../knowledge.ts'
import { isRefusal } from '../request.ts'

/** A credential outlives its account: once for the application, at what needs nothing but the account. */
export async function goneAccountCases(bench: Bench, reached: Reached): Promise<void> {
  const { credential } = reached.act
  const { knowledge } = bench
  if (credential.is !== 'valid' || reached.arrange.length > 1) return
  const [account] = reached.arrange
  const learned = account?.name === credential.as ? knowledge.learned.get(account.recipe) : undefined
  if (!account || !learned?.table || !learned.key) return
  const once = `${account.recipe} gone`
  if (bench.triedOnce.has(once)) return
  bench.triedOnce.add(once)
  const { column, at, path } = learned.key
  const value: Expr = { is: 'ref', from: account.name, at, path }
  const subject = variant(reached, 'unauthenticated', 'gone', 'refuses a credential whose account is gone', {
    removed: { table: learned.table, column, value },
  })
  const first = await bench.attempt(subject, 'fresh', ' to a credential whose account is gone')
  if (!first || !isRefusal(first.act.response.status)) return
  const { status } = first.act.response
  bench.keep(subject, first, 'fresh', status === 401 || status === 403 ? 'promised' : 'observed')
}
