import { createHash } from 'node:crypto'
import type { EnvironmentVariable } from '../../contracts/project.ts'
import { classifyAddress } from '../../workspace/production-guard.ts'

/** Nothing listens on the discard port: whoever calls it learns at once that there is nobody. */
const NOBODY = 'http://127.0.0.1:9'

/** Plain values by what a name says it holds, for variables that the code insists on. First match wins. */
const BY_NAME: [RegExp, string][] = [
  [/E?MAIL|(^|_)FROM$/, 'test@example.com'],
  [/ROUNDS|SALT_(LENGTH|FACTOR)|COST$/, '4'],
  [/(EXPIR|LIFETIME|VALID|TTL).*(HOUR|DAY|MIN(UTE)?)S?$/, '1'],
  [/(EXPIR|LIFETIME|VALID|TTL).*_(SEC|SECS|SECONDS)$/, '3600'],
  [/(EXPIR|LIFETIME|VALID|TTL).*_(MS|MILLIS\w*)$/, '3600000'],
  [/EXPIR|LIFETIME|VALID|(^|_)TTL$/, '1h'],
  [/TIMEOUT|INTERVAL|_MS$|SECONDS$|MAX|MIN|LIMIT|SIZE|COUNT/, '1000'],
  [/PORT$/, '9'],
  [/HOST(NAME)?$|DOMAIN$/, '127.0.0.1'],
  [/^(IS|USE|ENABLE|DISABLE|DEBUG)_|_(ENABLED|DISABLED)$|^DEBUG$/, 'false'],
  [/LOG_?LEVEL/, 'info'],
]

const SWITCH = /^(IS|USE|ENABLE|DISABLE|DEBUG)_|_(ENABLED|DISABLED)$/i

/** Libraries refuse these when they are undefined, although the code itself never asks whether they are set. */
const NEVER_UNSET = /EXPIR|LIFETIME|(^|_)TTL(_|$)|ROUNDS$|SALT_(LENGTH|FACTOR)$/i

/** Is a sample file's value one that a person is meant to replace: `<user>`, `your_key`, the variable's name again? */
export function isPlaceholder(name: string, sample: string): boolean {
  const plain = (text: string) => text.toLowerCase().replace(/[^a-z0-9]/g, '')
  if (/^<.*>$|\b(your|my|change[-_ ]?me|placeholder|replace|todo)\b|^(your|my)[-_]|x{3,}|\.{3}|[-_]here$/i.test(sample))
    return true
  if (plain(name).length > 3 && plain(sample).includes(plain(name))) return true
  const known = BY_NAME.find(([pattern]) => pattern.test(name.toUpperCase()))?.[1]
  // Where a number or a duration belongs, words do not.
  return known !== undefined && /^\d/.test(known) && !/^\d/.test(sample)
}

/** A value for a variable that nothing else decides, with the reason; `null`: it is best left unset. */
export function inventValue(
  variable: EnvironmentVariable,
  project: string,
  scratch: string,
): { value: string; why: string } | null {
  const has = variable.default !== undefined && variable.default !== ''
  switch (variable.purpose) {
    case 'http':
      if (has && !leadsOut(variable.default ?? '')) return null
      return { value: nobody(variable), why: 'an address outside the environment; nobody answers there' }
    case 'broker':
    case 'cache':
      // A switch leads nowhere.
      if (!variable.required && SWITCH.test(variable.name)) return null
      if (has && !leadsOut(variable.default ?? '')) return null
      return { value: unreachable(variable), why: 'no such service in the environment; nobody answers there' }
    case 'secret':
      return has ? null : secret(variable.name, project)
    case 'database':
      // It leads to no store that inspection found: set, it could only mislead.
      if (!variable.required || has) return null
      return { value: noDatabase(variable.name), why: 'required, and nothing names a value' }
    case 'path':
      return variable.required && !has ? { value: `${scratch}/files`, why: 'a directory of the environment' } : null
    case 'mode':
      return variable.required && !has ? { value: 'test', why: 'required, and nothing names a value' } : null
    default:
      if (variable.secret && !has) return secret(variable.name, project)
      if (has) return null
      if (!variable.required && NEVER_UNSET.test(variable.name))
        return { value: byName(variable.name), why: 'nothing names a value, and undefined is none' }
      if (!variable.required) return null
      return { value: byName(variable.name), why: 'required, and nothing names a value' }
  }
}

function noDatabase(variable: string): string {
  if (/(URL|URI|DSN|CONNECTION_?STRING|CONNECTION)$/i.test(variable)) return 'postgres://127.0.0.1:9/none'
  return /(HOST|HOSTNAME|SERVER)$/i.test(variable) ? '127.0.0.1' : byName(variable)
}

function byName(variable: string): string {
  return BY_NAME.find(([name]) => name.test(variable.toUpperCase()))?.[1] ?? 'test'
}

/** Long enough for any algorithm, the same in every run of a project, and nobody's. */
function secret(name: string, project: string): { value: string; why: string } {
  const digest = createHash('sha256').update(`${project} ${name}`).digest('hex').slice(0, 32)
  const label = name.toLowerCase().replaceAll('_', '-')
  return { value: `test-secret-${label}-${digest}`, why: 'a secret for tests alone' }
}

function unreachable(variable: EnvironmentVariable): string {
  if (/PORT$/i.test(variable.name)) return '9'
  if (/HOST(NAME)?$/i.test(variable.name)) return '127.0.0.1'
  const scheme = /^[a-z][\w+.-]*(?=:)/i.exec(variable.default ?? '')?.[0]
  if (!scheme && !/UR[LI]$|DSN$/i.test(variable.name)) return '127.0.0.1'
  return `${scheme ?? (variable.purpose === 'cache' ? 'redis' : 'amqp')}://127.0.0.1:9`
}

/** In the shape that the code expects: a URL, or the bare name of a host. */
function nobody(variable: EnvironmentVariable): string {
  const bare = variable.default ? !variable.default.includes('://') : /(HOST(NAME)?|DOMAIN)$/i.test(variable.name)
  return bare ? '127.0.0.1' : NOBODY
}

function leadsOut(address: string): boolean {
  return ['remote', 'production'].includes(classifyAddress(address).kind)
}
