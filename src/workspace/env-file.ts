import { classifyAddress, isLiveKey } from './production-guard.ts'

/** One variable of a `.env`-like file: what sort of value it has, never which. */
export interface EnvEntry {
  name: string
  value: 'empty' | 'boolean' | 'number' | 'loopback address' | 'remote address' | 'live key' | 'text'
}

/** `NAME=value` lines; quotes, `export`, and comments as dotenv reads them. Later lines win. */
export function parseEnvFile(text: string): Map<string, string> {
  const found = new Map<string, string>()
  const line = /^[ \t]*(?:export[ \t]+)?([\w.-]+)[ \t]*[=:][ \t]*('(?:[^']*)'|"(?:\\.|[^"\\])*"|`[^`]*`|[^#\r\n]*)?/gm
  for (const [, name = '', raw = ''] of text.matchAll(line)) {
    const value = raw.trim()
    const quoted = /^(['"`])([\s\S]*)\1$/.exec(value)
    found.set(name, quoted ? (quoted[2] ?? '') : value)
  }
  return found
}

export function readEnvEntries(text: string): EnvEntry[] {
  return [...parseEnvFile(text)].map(([name, value]) => ({ name, value: classOf(value) }))
}

function classOf(value: string): EnvEntry['value'] {
  if (value === '') return 'empty'
  if (/^(true|false|yes|no|on|off)$/i.test(value)) return 'boolean'
  if (/^-?\d+(\.\d+)?$/.test(value)) return 'number'
  if (isLiveKey(value)) return 'live key'
  const { kind } = classifyAddress(value)
  if (kind === 'remote' || kind === 'production') return 'remote address'
  return kind === 'not_an_address' ? 'text' : 'loopback address'
}
