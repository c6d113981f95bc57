import type { EnvironmentVariable } from '../../../contracts/project.ts'
import type { Evaluated } from '../routes.ts'
import type { Config } from './config.ts'
import { lineOfMatch } from './evidence.ts'
import { isTest, type SourceTree } from './sources.ts'

const READ = /process\.env(?:\.([A-Za-z_]\w*)|\[\s*['"`](\w+)['"`]\s*\])|import\.meta\.env\.(\w+)/g
const TAKEN = /(?:const|let|var)\s*\{([^}]*)\}\s*=\s*process\.env\b/g
const EXAMPLE = /(^|\/)(\.env\.(example|sample|template|dist|test\.example)|\.example-env|\.env-example|example\.env)$/
const OWN = /^(npm_|npm_package|PATH$|HOME$|PWD$|USER$|CI$|DEBUG$|TZ$|LANG$)/

/** Variables that the code, its configuration or its example file names; never a real value. */
export function findVariables(tree: SourceTree, evaluated: Evaluated, config: Config): EnvironmentVariable[] {
  const found = new Map<string, EnvironmentVariable>()
  const add = (name: string, source: string, fallback?: string): void => {
    if (OWN.test(name)) return
    const known = found.get(name)
    if (known) known.default ??= fallback
    else
      found.set(name, {
        name,
        source,
        default: fallback,
        required: false,
        secret: isSecret(name),
        purpose: purposeOf(name),
      })
  }
  for (const [path, text] of tree.sources) {
    if (isTest(path) || !text.includes('process.env')) continue
    for (const match of text.matchAll(READ)) {
      const name = match[1] ?? match[2] ?? match[3]
      if (name) add(name, `${path}:${text.slice(0, match.index).split('\n').length}`)
    }
    for (const match of text.matchAll(TAKEN))
      for (const part of (match[1] ?? '').split(',')) {
        const name = /^\s*(\w+)/.exec(part)?.[1]
        if (name) add(name, `${path}:${text.slice(0, match.index).split('\n').length}`)
      }
  }
  for (const [name, { file, fallback }] of evaluated.interp.variables) {
    const text = tree.sources.get(file) ?? ''
    add(name, `${file}:${lineOfMatch(text, new RegExp(`\\b${name.replace(/\W/g, '.')}\\b`))}`, fallback)
  }
  for (const { name, source, fallback } of config.variables) add(name, source, fallback)
  for (const [path, text] of tree.documents) {
    if (!EXAMPLE.test(path)) continue
    for (const [index, line] of text.split('\n').entries()) {
      const name = /^\s*(?:export\s+)?([A-Z_][A-Z0-9_]*)\s*=/i.exec(line)?.[1]
      if (name) add(name, `${path}:${index + 1}`)
    }
  }
  for (const one of found.values()) {
    one.required = evaluated.interp.variables.get(one.name)?.required ?? false
    if (one.default === undefined || one.secret) delete one.default
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** How long something lasts, how often it is done: no secret, whatever it is about. */
const MEASURE = /EXPIR|LIFETIME|(^|_)TTL|MAX_?AGE|ROUNDS$|_(MINUTES|HOURS|DAYS|SECONDS|MS|LENGTH)$/i

function isSecret(name: string): boolean {
  if (MEASURE.test(name)) return false
  return /SECRET|PASSWORD|PASSWD|_PASS$|^PASS$|TOKEN(?!.*(EXP|TTL|LIFE|MINUTES|DAYS|HOURS))|API_?KEY|PRIVATE|CREDENTIAL|_KEY$|DATABASE_URL|(MONGO|REDIS|DB|PG|POSTGRES|AMQP|RABBIT)\w*_UR[IL]$/i.test(
    name,
  )
}

function purposeOf(name: string): EnvironmentVariable['purpose'] {
  if (/^(NODE_ENV|ENV|ENVIRONMENT|APP_ENV|LOG_LEVEL|STAGE)$/i.test(name)) return 'mode'
  if (/(AMQP|RABBIT|KAFKA|NATS|BROKER|MQ_|_MQ)/i.test(name)) return 'broker'
  if (/REDIS|MEMCACHE|CACHE/i.test(name)) return 'cache'
  if (/^(DB|DATABASE|PG|POSTGRES|MYSQL|MONGO|SQLITE|KNEX|SEQUELIZE|TYPEORM|PRISMA)|_DB(_|$)|DATABASE/i.test(name))
    return 'database'
  if (/(^|_)PORT$/i.test(name)) return 'port'
  if (MEASURE.test(name)) return 'other'
  if (/SECRET|PASSWORD|TOKEN|_KEY$|API_?KEY|PRIVATE|CREDENTIAL/i.test(name)) return 'secret'
  if (/(UR[IL]|HOST|ENDPOINT|ORIGIN|DOMAIN)$/i.test(name)) return 'http'
  if (/(DIR|PATH|FILE|FOLDER|ROOT)$/i.test(name)) return 'path'
  return 'other'
}
