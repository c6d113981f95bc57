import type { Case, Expr, RequestTemplate } from '../contracts/observation.ts'
import { splitWords } from './words.ts'

/** Shell lines that show a case against `$BASE_URL`: what the arrangement makes stands as `$ARTICLE_SLUG`, tokens as `$USER_TOKEN`. */
export function curlFor(subject: Pick<Case, 'act'>, header = 'authorization', prefix = 'Bearer '): string {
  const { act } = subject
  const [method = 'GET', pattern = '/'] = act.endpoint.split(' ')
  const path = pattern.replace(/\{([^}]+)\}/g, (_, name: string) => shown(act.params[name] ?? null))
  const query = Object.entries(act.query).map(([name, expr]) => `${name}=${shown(expr)}`)
  const parts = [`curl -i -X ${method} "$BASE_URL${path}${query.length > 0 ? `?${query.join('&')}` : ''}"`]
  const credential = credentialOf(act)
  if (credential) parts.push(`-H "${header}: ${prefix}${credential}"`)
  if (act.body) {
    parts.push(`-H 'content-type: ${act.contentType}'`)
    const raw = act.body.is === 'literal' && typeof act.body.value === 'string' ? act.body.value : null
    parts.push(`-d '${raw === null ? quoted(act.body) : raw.replace(/'/g, `'\\''`)}'`)
  }
  return parts.join(' ')
}

function credentialOf({ credential }: RequestTemplate): string | null {
  if (credential.is === 'none') return null
  if (credential.is === 'valid') return `$${variable([credential.as, 'token'])}`
  return credential.how === 'malformed' ? 'not-a-token' : `$${credential.how.toUpperCase()}_TOKEN`
}

/** Inside double quotes. */
function shown(expr: Expr | null): string {
  if (!expr) return ''
  if (expr.is === 'ref') return `$${variable([expr.from, ...expr.path.map(String).slice(-1)])}`
  if (expr.is === 'unique') return sample(expr)
  if (expr.is === 'text') return expr.parts.map((part) => (typeof part === 'string' ? part : shown(part))).join('')
  return expr.is === 'literal' ? String(expr.value) : ''
}

/** JSON inside single quotes, with the quotes left for each variable. */
function quoted(expr: Expr): string {
  switch (expr.is) {
    case 'literal':
      return JSON.stringify(expr.value).replace(/'/g, `'\\''`)
    case 'unique':
      return expr.kind === 'integer' ? sample(expr) : JSON.stringify(sample(expr))
    case 'ref':
      return /id$/i.test(String(expr.path.at(-1)))
        ? `'"$${variable([expr.from, ...expr.path.map(String).slice(-1)])}"'`
        : `"'"$${variable([expr.from, ...expr.path.map(String).slice(-1)])}"'"`
    case 'text':
      return JSON.stringify(shown(expr))
    case 'array':
      return `[${expr.items.map(quoted).join(',')}]`
    case 'object':
      return `{${Object.entries(expr.properties)
        .map(([key, property]) => `${JSON.stringify(key)}:${quoted(property)}`)
        .join(',')}}`
  }
}

function sample({ kind, label }: Extract<Expr, { is: 'unique' }>): string {
  const word = label.toLowerCase()
  return {
    email: `${word}@example.com`,
    word: `${word}1`,
    text: `${label} 1`,
    uuid: '3f2b8c1e-5a4d-4e6f-8a7b-9c0d1e2f3a4b',
    integer: '1001',
    phone: '+15550100200',
    url: `https://example.com/${word}`,
  }[kind]
}

function variable(parts: string[]): string {
  return parts.flatMap(splitWords).join('_').toUpperCase()
}
