import { createHash } from 'node:crypto'
import { Script } from 'node:vm'
import type { SgNode } from '@ast-grep/napi'
import { applyEdits, type Fault } from '../fault.ts'
import { findNear } from './near.ts'
import { type Project, surveyProject } from './project.ts'
import { findBuilderConditions } from './rules/builder-conditions.ts'
import { findChecks } from './rules/checks.ts'
import { findCredentialChecks } from './rules/credentials.ts'
import { findDefaults } from './rules/defaults.ts'
import { findSwallowed } from './rules/errors.ts'
import { findFields } from './rules/fields.ts'
import { findGuards } from './rules/middleware.ts'
import { findOrders } from './rules/order.ts'
import { findPaging } from './rules/paging.ts'
import { findSchemas } from './rules/schemas.ts'
import { findSqlConditions } from './rules/sql-conditions.ts'
import { findStatuses } from './rules/statuses.ts'
import { findTransactions } from './rules/transactions.ts'
import { findDuplicates, findWrites } from './rules/writes.ts'
import { enclosingFunction, parseSource, type Site, type Source, statementOf } from './source.ts'

/** Every rule, for Express and Koa alike: what they do not find in an application, they find nothing for. */
const rules: readonly ((source: Source, project: Project) => Site[])[] = [
  findGuards,
  findCredentialChecks,
  findChecks,
  findSqlConditions,
  findBuilderConditions,
  findWrites,
  findStatuses,
  findFields,
  findDefaults,
  findPaging,
  findOrders,
  findTransactions,
  findSwallowed,
  findSchemas,
  findDuplicates,
]

/** Set up, fill or describe, and serve no request. */
const NO_BEHAVIOUR =
  /(^|\/)(migrations?|seeds?|seeders?|fixtures|scripts?|config|docs?|public|tests?|__tests__|__mocks__|node_modules|dist|build)\/|(^|\/)(knexfile|logger|logging|jest\.config|[\w-]+\.config|setup|seed|migrate|migration\w*|config|env)\.[cm]?[jt]s$|\.d\.ts$|\.(test|spec)\.[jt]sx?$/

/** All faults that can be put into these files, by file and line. `rejected`: those that do not parse afterwards. */
export function findJavaScriptFaults(
  files: { path: string; text: string }[],
  dependencies: string[],
): { faults: Fault[]; rejected: Fault[] } {
  const sources = files
    .filter(({ path }) => /\.[cm]?[jt]sx?$/.test(path) && !NO_BEHAVIOUR.test(path))
    .map(({ path, text }) => parseSource(path, text))
  const project = surveyProject(sources, dependencies)
  const all = sources.flatMap((source) => {
    const sites = rules.flatMap((rule) => rule(source, project))
    return identify(source, withoutDoubles(sites), project)
  })
  const texts = new Map(sources.map((source) => [source.path, source.text]))
  const rejected = all.filter((fault) => !stillParses(texts.get(fault.file) ?? '', fault))
  const faults = all.filter((fault) => !rejected.includes(fault))
  return { faults, rejected }
}

/** Two rules may see the same change in the same place; the first one names it. */
function withoutDoubles(sites: Site[]): Site[] {
  const seen = new Set<string>()
  return sites.filter(({ edits }) => {
    const key = JSON.stringify(edits)
    return seen.has(key) ? false : seen.add(key) && true
  })
}

function identify(source: Source, sites: Site[], project: Project): Fault[] {
  const ordinals = new Map<string, number>()
  return sites
    .sort((a, b) => (a.edits[0]?.start ?? 0) - (b.edits[0]?.start ?? 0))
    .map(({ kind, node, what, edits }) => {
      const first = edits[0]?.start ?? 0
      const statement = statementOf(node)
      const changed = edits.map(({ start, end, text }) => `${source.text.slice(start, end)}→${text}`).join('|')
      const code = `${squeeze(statement.text()).slice(0, 160)}\0${squeeze(changed)}`
      const key = `${kind}\0${source.path}\0${code}`
      const ordinal = ordinals.get(key) ?? 0
      ordinals.set(key, ordinal + 1)
      const range = statement.range()
      return {
        id: createHash('sha256').update(`${key}\0${ordinal}`).digest('hex').slice(0, 10),
        kind,
        file: source.path,
        line: lineAt(source.text, first),
        what,
        edits,
        statement: range.start.line + 1,
        until: range.end.line + 1,
        inside: functionsAround(statement),
        near: findNear(source, statement, project),
      }
    })
}

function functionsAround(node: SgNode): number[] {
  const fn = enclosingFunction(node)
  return fn === null ? [] : [fn.range().start.line + 1, ...functionsAround(fn)]
}

const squeeze = (text: string): string => text.replace(/\s+/g, ' ').trim()

const lineAt = (text: string, offset: number): number => text.slice(0, offset).split('\n').length

function stillParses(text: string, { file, edits }: Fault): boolean {
  const changed = applyEdits(text, edits)
  if (!isSound(file, changed)) return false
  return runs(file, text) ? runs(file, changed) : true
}

function isSound(path: string, text: string): boolean {
  const { root } = parseSource(path, text)
  const bad = root.find({ rule: { kind: 'ERROR' } })
  return bad === null
}

/** The engine's own parser is stricter, but knows no types and, here, no modules. */
function runs(path: string, text: string): boolean {
  if (!/\.c?jsx?$/.test(path)) return false
  try {
    new Script(`(async function () {${text.replace(/^#!.*/, '')}\n})`)
    return true
  } catch {
    return false
  }
}
