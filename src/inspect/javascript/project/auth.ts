import type { AuthScheme, Endpoint } from '../../../contracts/project.ts'
import { origin, textOf, type Value } from '../evaluate/values.ts'
import type { Evaluated } from '../routes.ts'
import { lineOfMatch, variablesIn } from './evidence.ts'
import { isTest, type SourceTree } from './sources.ts'

const SIGNERS =
  /^(jsonwebtoken|jose|express-jwt|koa-jwt|koa-jwt2|jwt-simple|passport-jwt|fast-jwt|njwt|@fastify\/jwt|fastify-jwt|hono\/jwt|@nestjs\/jwt|@tsndr\/.*)$/
const BEARER =
  /(headers?(\?\.|\.|\??\.?\[\s*['"`]|\(\s*['"`])|\b(get|header)\(\s*['"`]|[{,]\s*)authorization\b|fromAuthHeader|(express|koa|fastify|hono|nestjs)[-/]jwt|jwtVerify|bearer-auth|http-bearer/i
const SESSIONS =
  /['"`](express-session|cookie-session|koa-session|koa-generic-session|@fastify\/(secure-)?session|fastify-(secure-)?session|hono-sessions)['"`]/
const API_KEY =
  /(^|-)api-?key$|^x-.*(?<!idempotency-)key$|(^|-)(auth|access|admin|api|service|internal)-(token|key|secret)$|^(x-)?token$/

/** How callers prove who they are, read from where the code looks for it. */
export function findAuth(tree: SourceTree, evaluated: Evaluated, endpoints: Endpoint[]): AuthScheme[] {
  const schemes: AuthScheme[] = []
  const secretVariable = secretOf(evaluated)
  const files = [...tree.sources].filter(([path]) => !isTest(path) && evaluated.interp.modules.has(path))
  const add = (kind: AuthScheme['kind'], header: string, prefixes: string[], source: string) => {
    if (schemes.some((scheme) => scheme.kind === kind && scheme.header === header)) return
    schemes.push({ kind, header, prefixes, secretVariable, source })
  }
  const readers = files.filter(
    ([, text]) => BEARER.test(text) && /verify|jwt|split|startsWith|replace|match|exec|passport|token/i.test(text),
  )
  const words = ['Bearer', 'Token', 'JWT'].filter((word) => readers.some(([, text]) => names(text, word)))
  const reader = readers.find(([, text]) => words.some((word) => names(text, word))) ?? readers[0]
  const basic = files.find(([, text]) => /express-basic-auth|koa-basic-auth|BasicStrategy|['"`/^]Basic /.test(text))
  const checks = readers.some(
    ([, text]) => !/allowedHeaders|exposeHeaders|allowHeaders/.test(text) || names(text, 'Bearer'),
  )
  if (reader && checks && (words.length > 0 || !basic))
    add(
      'bearer',
      'authorization',
      words.length > 0 ? words : ['Bearer'],
      `${reader[0]}:${lineOfMatch(reader[1], BEARER)}`,
    )
  if (basic) add('basic', 'authorization', ['Basic'], `${basic[0]}:${lineOfMatch(basic[1], /[Bb]asic/)}`)
  for (const name of new Set(endpoints.flatMap(({ headers }) => headers.map((header) => header.name)))) {
    const reader = API_KEY.test(name) && files.find(([, text]) => text.toLowerCase().includes(name))
    if (reader) add('api-key', name, [], `${reader[0]}:${lineOfMatch(reader[1].toLowerCase(), new RegExp(name))}`)
  }
  for (const [path, text] of files) {
    const cookie = /cookies(?:\.get\(\s*['"]|\.|\[['"])(\w*(?:token|jwt|auth|sid|session)\w*)/i.exec(text)
    if (cookie) add('cookie', 'cookie', [], `${path}:${lineOfMatch(text, /cookies(\.|\[)/)}`)
    if (SESSIONS.test(text)) add('session', 'cookie', [], `${path}:${lineOfMatch(text, SESSIONS)}`)
  }
  return schemes
}

/** Is the word written as the scheme before a token? */
function names(text: string, word: string): boolean {
  if (word === 'Bearer' && /fromAuthHeaderAsBearerToken|http-bearer/.test(text)) return true
  // A message such as 'Token invalid' begins with the word too.
  const end = word === 'Bearer' ? `['"\`]|\\s|\\\\s` : `['"\`]|\\s['"\`$([.]|\\\\s`
  return new RegExp(`['"\`/^(]${word}(${end})`, word === 'Bearer' ? 'i' : '').test(text)
}

/** The variable that the tokens' secret comes from. */
function secretOf(evaluated: Evaluated): string | null {
  for (const call of evaluated.interp.calls) {
    const from = call.base && origin(call.base)
    if (!from || !SIGNERS.test(from.module)) continue
    const options = call.args.find((arg): arg is Value & { k: 'obj' } => arg.k === 'obj')
    const named = options?.props.get('secret') ?? options?.props.get('secretOrKey')
    const positional = /sign|verify|encode|decode/.test(from.path.at(-1) ?? '') ? call.args[1] : undefined
    for (const secret of [positional, named]) {
      const [variable] = variablesIn(secret)
      if (variable && textOf(secret) !== '') return variable.name
      if (variable) return variable.name
    }
  }
  return null
}
