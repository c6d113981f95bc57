import { isIP } from 'node:net'

export interface AddressClass {
  /**
   * `compose`: one label, as services name each other; `placeholder`: plainly not meant; `production`: a name that says so;
   * `remote`: any other foreign host, which is no better until proven.
   */
  kind: 'loopback' | 'compose' | 'placeholder' | 'remote' | 'production' | 'not_an_address'
  /** Empty for a socket path and for what is no address. */
  host: string
}

const NOTHING: AddressClass = { kind: 'not_an_address', host: '' }
const WORST = ['production', 'remote', 'placeholder', 'compose', 'loopback', 'not_an_address']
const PRODUCTION = /(^|[-_./])(prod|prd|production|live)\d*([-_./]|$)/i
const PLACEHOLDER =
  /^(.*\.)?example(\.(com|org|net|edu))?$|\.(test|invalid)$|(^|[-_.])(your|my)[-_]?(host|domain|server|db|database|app|company|project)|change[-_]?me|^x{3,}|[<>{}$%[\]]/i
/** Names with a dot that are files, not hosts. */
const FILE_LIKE =
  /\.(js|cjs|mjs|ts|tsx|json|ya?ml|toml|ini|env|txt|md|log|db|sqlite3?|sql|pem|key|crt|html?|css|png|jpe?g|svg|pdf|csv|xml|sh|py|go|lock)$/i

/** Where a variable's value leads: a URL, a connection string, `host:port` or a bare host name. */
export function classifyAddress(value: string): AddressClass {
  const text = value.trim()
  const found = parseUrl(text) ?? parseKeyValues(text) ?? parseHostPort(text)
  if (!found) return NOTHING
  const classes = found.hosts.map((host) => classifyHost(host, found.database))
  return classes.sort((a, b) => WORST.indexOf(a.kind) - WORST.indexOf(b.kind))[0] ?? NOTHING
}

interface Parsed {
  hosts: string[]
  database: string
}

function parseUrl(text: string): Parsed | null {
  const match = /^(?:jdbc:)?([a-z][a-z0-9+.-]*):\/\/([^/?#]*)([^?#]*)(?:\?([^#]*))?/i.exec(text)
  if (!match) return null
  const [, scheme = '', authority = '', path = '', query = ''] = match
  if (/^(file|sqlite3?|data)$/i.test(scheme)) return null
  const hosts = authority
    .slice(authority.lastIndexOf('@') + 1)
    .split(',')
    .map(withoutPort)
  // Drivers let these override the authority.
  const parameters = new URLSearchParams(query)
  for (const name of ['host', 'hostaddr', 'server']) hosts.push(...parameters.getAll(name).flatMap((v) => v.split(',')))
  const named = hosts.filter((host) => host !== '')
  return { hosts: named.length > 0 ? named : ['/'], database: path }
}

/** `host=db.internal port=5432 dbname=app`, `Server=db;Database=app`. */
function parseKeyValues(text: string): Parsed | null {
  const pairs = new Map(
    [...text.matchAll(/(?:^|[;\s])\s*([a-z ]+?)\s*=\s*('[^']*'|[^;\s]+)/gi)].map(([, key = '', v = '']) => [
      key.toLowerCase(),
      v.replace(/^'|'$/g, ''),
    ]),
  )
  const host = pairs.get('host') ?? pairs.get('hostaddr') ?? pairs.get('server') ?? pairs.get('data source')
  if (!host) return null
  return {
    hosts: host.replace(/^tcp:/i, '').split(',').slice(0, 1).map(withoutPort),
    database: pairs.get('dbname') ?? pairs.get('database') ?? '',
  }
}

function parseHostPort(text: string): Parsed | null {
  if (/[\s@\\]/.test(text) || /^\.{0,2}\//.test(text)) return null
  if (isIP(text)) return { hosts: [text], database: '' }
  const match = /^(\[[0-9a-f:.]+\]|[\w.<>{}$%-]+?)(:\d{1,5})?(\/\S*)?$/i.exec(text)
  if (!match) return null
  const [, host = '', port, path = ''] = match
  if (port !== undefined) return { hosts: [withoutPort(host)], database: path }
  if (/^localhost$/i.test(host)) return { hosts: [host], database: '' }
  const dotted = /^([a-z0-9_]([\w-]*[a-z0-9])?\.)+[a-z]{2,}\.?$/i.test(host)
  return dotted && !FILE_LIKE.test(host) && path === '' ? { hosts: [host], database: '' } : null
}

function withoutPort(host: string): string {
  if (isIP(host)) return host
  const bracketed = /^\[([^\]]*)\]/.exec(host)
  return bracketed ? (bracketed[1] ?? '') : host.replace(/:[^:]*$/, '')
}

function classifyHost(raw: string, database: string): AddressClass {
  const host = decodeSafe(raw).toLowerCase().replace(/\.$/, '')
  if (host.startsWith('/')) return { kind: 'loopback', host: '' }
  if (isLoopback(host)) return { kind: 'loopback', host }
  if (PRODUCTION.test(host)) return { kind: 'production', host }
  if (PLACEHOLDER.test(host)) return { kind: 'placeholder', host }
  if (isIP(host) === 0 && /^[a-z][\w-]*$/i.test(host)) return { kind: 'compose', host }
  return { kind: PRODUCTION.test(database) ? 'production' : 'remote', host }
}

function isLoopback(host: string): boolean {
  if (host === 'localhost' || host.endsWith('.localhost')) return true
  if (isIP(host) === 4) return host.startsWith('127.') || host === '0.0.0.0'
  return host === '::1' || host === '::' || /^::ffff:127\./.test(host)
}

function decodeSafe(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

const LIVE_KEYS = [
  /\b[srp]k_live_\w{8,}/,
  /\b(AKIA|ASIA)[0-9A-Z]{16}\b/,
  /\bSG\.[\w-]{16,}\.[\w-]{16,}/,
  /\bxox[abeprs]-[\w-]{8,}/,
  /\b(ghp|gho|ghu|ghs|ghr)_\w{20,}/,
  /\bgithub_pat_\w{20,}/,
  /\bglpat-[\w-]{16,}/,
  /\bAIza[\w-]{35}/,
  /\bsk-(ant|proj|svcacct)-[\w-]{16,}/,
  /\bsk-[A-Za-z0-9]{32,}/,
  /\bnpm_\w{30,}/,
  /\bkey-[0-9a-f]{32}\b/,
  /\bshp(at|ss|ca|pa)_[0-9a-f]{16,}/,
  /\bsq0(atp|csp)-[\w-]{16,}/,
  /\bya29\.[\w-]{20,}/,
  /\bdop_v1_[0-9a-f]{32,}/,
  /\bhvs\.[\w-]{20,}/,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
]

/** Whether a value looks like a credential that works against a real account. Test-mode keys and documentation samples do not. */
export function isLiveKey(value: string): boolean {
  return !/EXAMPLE|x{6,}/.test(value) && LIVE_KEYS.some((pattern) => pattern.test(value))
}
