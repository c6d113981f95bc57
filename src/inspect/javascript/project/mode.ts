import { isTest, type SourceTree } from './sources.ts'

const USUAL = 'test'
const DATABASE = /\b(client|dialect|connection|database|storage|host|url)\b/i
const CONFIGURATION = /\.([cm]?[jt]s|json)$/

/**
 * The NODE_ENV that tests run under: what the project's own test script sets, or where its database is configured for
 * some modes and `test` is none of them, one that is.
 */
export function chooseMode(tree: SourceTree, scripts: Record<string, string>): string {
  const set = /\bNODE_ENV=['"]?(\w+)/.exec(scripts.test ?? '')?.[1]
  if (set && set !== 'production') return set
  const configured = [...tree.sources, ...tree.documents]
    .filter(([path, text]) => CONFIGURATION.test(path) && !isTest(path) && perMode(path, text))
    .map(([, text]) => text)
  if (configured.length === 0 || configured.some((text) => hasKey(text, USUAL))) return USUAL
  return configured.some((text) => hasKey(text, 'testing')) ? 'testing' : 'development'
}

/** Settings of a database by mode: a knexfile, the `config/config.json` of Sequelize, and the like. */
function perMode(path: string, text: string): boolean {
  if (!hasKey(text, 'development') || !DATABASE.test(text)) return false
  return hasKey(text, 'production') || /(^|\/)(knexfile|config|database)\.\w+$/.test(path)
}

function hasKey(text: string, mode: string): boolean {
  return new RegExp(`(^|[\\s{,.])['"]?${mode}['"]?\\s*(:\\s*[\\w{(]|=\\s*\\{)`, 'm').test(text)
}
