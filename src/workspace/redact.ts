import { isLiveKey } from './production-guard.ts'

const SECRET_NAME =
  /secret|token|passw(or)?d|passphrase|pwd$|credential|private|api_?key|_key$|^key$|auth|dsn|cookie|session_?id/i
/** Too short, or too ordinary, to be told from plain text. */
const SHORTEST = 6
const ORDINARY =
  /^(true|false|null|undefined|none|test|testing|password|postgres|localhost|development|production|\d{1,8}|\/.*)$/i

/** Values of an environment that must not show up in logs, transcripts or files; passwords inside URLs included. */
export function findSecrets(environment: Record<string, string | undefined>): string[] {
  const found = new Set<string>()
  const add = (value: string) => {
    if (value.length >= SHORTEST && !ORDINARY.test(value)) found.add(value)
  }
  for (const [name, value] of Object.entries(environment)) {
    if (!value) continue
    if (SECRET_NAME.test(name) || isLiveKey(value)) add(value)
    for (const [, password = ''] of value.matchAll(/:\/\/[^:@/\s]*:([^@/\s]+)@/g)) {
      add(password)
      try {
        add(decodeURIComponent(password))
      } catch {
        // Not percent-encoded after all.
      }
    }
  }
  return [...found].sort((a, b) => b.length - a.length)
}

/** Replaces secret values, also URL-, JSON-, hex- and base64-encoded ones, by `‹secret›`. */
export function redact(text: string, secrets: string[]): string {
  let out = text
  for (const secret of secrets)
    for (const form of formsOf(secret)) if (out.includes(form)) out = out.split(form).join('‹secret›')
  return out
}

function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret)
  const forms = [
    secret,
    encodeURIComponent(secret),
    encodeURIComponent(secret).replaceAll('%20', '+'),
    JSON.stringify(secret).slice(1, -1),
    bytes.toString('hex'),
    bytes.toString('base64'),
    bytes.toString('base64url'),
  ]
  // Inside a longer base64 text (`user:password`) the value starts at one of three offsets; its middle is always the same.
  for (const offset of [0, 1, 2]) {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .replace(/=+$/, '')
    const middle = encoded.slice(offset === 0 ? 0 : offset + 1, (bytes.length + offset) % 3 === 0 ? undefined : -1)
    if (middle.length >= 8) forms.push(middle, middle.replaceAll('+', '-').replaceAll('/', '_'))
  }
  return [...new Set(forms)].sort((a, b) => b.length - a.length)
}
