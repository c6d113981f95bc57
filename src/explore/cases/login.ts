import type { Expr } from '../../contracts/observation.ts'
import { endpointKey } from '../../contracts/project.ts'
import { type Bench, literal, variant } from '../bench.ts'
import { isLogin } from '../credentials.ts'
import { exprAt, withPart } from '../expressions.ts'
import { fieldsOf } from '../fields.ts'
import type { Reached } from '../knowledge.ts'
import { lastKey } from '../leaves.ts'
import { addFinding } from '../oracles.ts'
import { isRefusal } from '../request.ts'

/** The wrong password and an account that is not there. */
export async function loginCases(bench: Bench, reached: Reached): Promise<void> {
  const body = reached.act.body
  if (!isLogin(reached.endpoint) || !body) return
  const fields = fieldsOf(reached.endpoint.body?.schema ?? {})
  const password = fields.find((field) => /pass|pwd/i.test(lastKey(field.path)))
  const name = fields.find((field) => field !== password && exprAt(body, field.path)?.is === 'ref')
  const ways = [
    ...(password
      ? [
          {
            detail: 'wrong password',
            words: 'the wrong password',
            path: password.path,
            value: literal('Wrong-Horse-43'),
          },
        ]
      : []),
    ...(name
      ? [
          {
            detail: 'unknown account',
            words: 'an unknown account',
            path: name.path,
            value: unknownName(lastKey(name.path)),
          },
        ]
      : []),
  ]
  for (const way of ways) {
    const subject = variant(reached, 'invalid', way.detail, `refuses ${way.words}`, {
      act: { body: withPart(body, way.path, way.value) },
    })
    const first = await bench.attempt(subject, 'pool', ` to ${way.words}`)
    if (!first) continue
    if (isRefusal(first.act.response.status)) bench.keep(subject, first, 'pool', 'promised')
    else
      addFinding(
        bench.knowledge,
        subject,
        'auth_missing',
        `${endpointKey(reached.endpoint)} answers ${first.act.response.status} to ${way.words}; 401 was expected.`,
        way.detail,
      )
  }
}

function unknownName(key: string): Expr {
  return { is: 'unique', kind: /mail/i.test(key) ? 'email' : 'word', label: 'nobody' }
}
