import type { SgNode } from '@ast-grep/napi'
import type { Project } from '../project.ts'
import {
  after,
  argumentsOf,
  calleeName,
  find,
  named,
  propertyOf,
  receiver,
  replace,
  type Site,
  type Source,
  say,
} from '../source.ts'

/** Reads a token's payload and believes it. */
const believe = (token: string) => `JSON.parse(Buffer.from(String(${token}).split('.')[1], 'base64url').toString())`

/** Tokens that are believed unseen, passwords that are not compared. */
export function findCredentialChecks({ root, text }: Source, _project: Project): Site[] {
  return find(root, 'call_expression').flatMap((call): Site[] => {
    const name = calleeName(call)
    const on = receiver(call)?.text() ?? ''
    const args = argumentsOf(call)
    if (isTokenCheck(name, on, text) && args[0]) {
      const what = `the signature of the token is not checked any more (${say(call, 40)})`
      const payload = believe(args[0].text())
      const callback = args.at(-1)
      if (callback && args.length > 2 && isFunctionLike(callback)) {
        return [{ kind: 'auth', node: call, what, edits: [replace(call, `(${callback.text()})(null, ${payload})`)] }]
      }
      const answer = name === 'jwtVerify' ? `Promise.resolve({ payload: ${payload} })` : payload
      return [{ kind: 'auth', node: call, what, edits: [replace(call, answer)] }]
    }
    if (isPasswordCheck(name, on)) {
      if (args.at(-1) && isFunctionLike(args.at(-1) as SgNode)) return []
      const what = `any password is accepted: ${say(call, 50)} is always true`
      return [
        {
          kind: 'auth',
          node: call,
          what,
          edits: [replace(call, /Sync$/.test(name) ? 'true' : 'Promise.resolve(true)')],
        },
      ]
    }
    const options = args[0]
    if (
      /^(jwt|expressjwt|expressJwt|koaJwt|koajwt)$/.test(name) &&
      options?.kind() === 'object' &&
      propertyOf(options, 'secret')
    ) {
      if (propertyOf(options, 'credentialsRequired') || propertyOf(options, 'passthrough')) return []
      const last = named(options).at(-1)
      if (!last) return []
      const what = 'requests without a token are let through'
      return [
        { kind: 'auth', node: options, what, edits: [after(last, ', credentialsRequired: false, passthrough: true')] },
      ]
    }
    return []
  })
}

const isFunctionLike = (node: SgNode): boolean => /function/.test(node.kind() as string)

function isTokenCheck(name: string, on: string, text: string): boolean {
  if (name === 'jwtVerify') return true
  if (name === 'verify') return /jwt|jsonwebtoken/i.test(on) || (on === '' && /jsonwebtoken/.test(text))
  return name === 'verifyAsync' && /jwt/i.test(on)
}

const isPasswordCheck = (name: string, on: string): boolean =>
  (/^(compare|compareSync)$/.test(name) && /bcrypt|crypt|hash/i.test(on)) || (name === 'verify' && /argon/i.test(on))
