import { posix } from 'node:path'
import type { SgNode } from '@ast-grep/napi'
import { findRefusals, type Refusal } from './refusal.ts'
import { calleeName, enclosingFunction, find, functionName, named, type Source } from './source.ts'
import { clauses, findSql, split } from './sql.ts'
import { isCaller, OWNER_KEY, SECRET_NAME } from './words.ts'

/** What single files do not tell. */
export interface Project {
  sources: Source[]
  dependencies: Set<string>
  /** Functions that refuse whoever does not own something. */
  ownershipChecks: Set<string>
  /** Functions that write, and how many places call each. */
  writers: Map<string, number>
  /** Table → columns that nobody should be shown. */
  secrets: Map<string, Set<string>>
  /** Names of middleware by which a request is refused with 401. */
  authNames: Set<string>
  /** Files that register routes. */
  routers: Set<string>
  /** Files whose middleware lets everybody through and only notes who it is. */
  optional: Set<string>
}

export function surveyProject(sources: Source[], dependencies: string[]): Project {
  const ownershipChecks = new Set<string>()
  const authNames = new Set<string>()
  const writing = new Set<string>()
  const secrets = new Map<string, Set<string>>()
  for (const source of sources) {
    for (const refusal of findRefusals(source.root)) {
      const fn = enclosingFunction(refusal.node)
      const name = fn && functionName(fn)
      if (fn && name && isOwnershipCondition(refusal.condition) && endsWith(fn, refusal)) ownershipChecks.add(name)
      if (fn && name && refusal.status === 401 && takesNext(fn)) authNames.add(name)
    }
    for (const sql of findSql(source)) {
      if (sql.verb === 'INSERT' || sql.verb === 'UPDATE' || sql.verb === 'DELETE') {
        const fn = enclosingFunction(sql.node)
        const name = fn && functionName(fn)
        if (name) writing.add(name)
      }
      if (!sql.table) continue
      for (const column of columnsNamed(sql.text)) {
        if (!SECRET_NAME.test(column)) continue
        const known = secrets.get(sql.table) ?? new Set()
        secrets.set(sql.table, known.add(column))
      }
    }
    for (const call of find(source.root, 'call_expression')) {
      if (
        !/^(insert|update|del|delete|increment|decrement|create|save|destroy|remove|upsert|createMany|updateMany|deleteMany)$/.test(
          calleeName(call),
        )
      )
        continue
      const fn = enclosingFunction(call)
      const name = fn && functionName(fn)
      if (name) writing.add(name)
    }
  }
  for (const { root } of sources) {
    for (const call of find(root, 'call_expression')) {
      if (!/^(writeFile|writeFileSync|appendFile|appendFileSync)$/.test(calleeName(call))) continue
      const fn = enclosingFunction(call)
      const name = fn && functionName(fn)
      if (name) writing.add(name)
    }
  }
  const writers = new Map<string, number>()
  for (const { root } of sources) {
    for (const call of find(root, 'call_expression')) {
      const name = calleeName(call)
      if (writing.has(name)) writers.set(name, (writers.get(name) ?? 0) + 1)
    }
  }
  const routers = sources.filter(
    ({ text }) =>
      /\.(get|post|put|patch|delete|del|route)\(\s*['"`]\/?/.test(text) &&
      /[Rr]outer|express\(|\.app\b|\bapp\./.test(text),
  )
  const optional = sources.filter(
    ({ text }) =>
      /credentialsRequired:\s*false|passthrough:\s*true/.test(text) &&
      !/credentialsRequired:\s*true|\brequired\s*:/.test(text),
  )
  const paths = (list: Source[]) => new Set(list.map(({ path }) => path))
  return {
    sources,
    dependencies: new Set(dependencies),
    ownershipChecks,
    writers,
    secrets,
    authNames,
    routers: paths(routers),
    optional: paths(optional),
  }
}

/** A function that does nothing after the check is there for the check. */
function endsWith(fn: SgNode, { node }: Refusal): boolean {
  const last = named(fn.field('body')).at(-1)
  return (
    last !== undefined &&
    last.range().start.index <= node.range().start.index &&
    last.range().end.index >= node.range().end.index
  )
}

const takesNext = (fn: SgNode): boolean => /\bnext\b/.test(fn.field('parameters')?.text() ?? '')

/** `order.userId !== req.user.id`: a comparison of whose it is with who is calling. */
export function isOwnershipCondition(condition: SgNode): boolean {
  const comparisons = [condition, ...find(condition, 'binary_expression')].filter(
    (node) => node.kind() === 'binary_expression' && /^[!=]==?$/.test(node.field('operator')?.text() ?? ''),
  )
  const equals = find(condition, 'call_expression').filter((call) => /^(equals|isEqual)$/.test(calleeName(call)))
  return (
    comparisons.some((node) => isOwnerPair(node.field('left'), node.field('right'))) ||
    equals.some((call) => isOwnerPair(call.field('function'), call.field('arguments')))
  )
}

function isOwnerPair(left: SgNode | null, right: SgNode | null): boolean {
  if (!left || !right) return false
  const sides = [left.text(), right.text()]
  if (sides.some((side) => /^(['"`\d]|null|undefined|true|false)/.test(side))) return false
  const isOwner = (side: string) => side.split(/[.?()[\]!'"\s]+/).some((word) => OWNER_KEY.test(word))
  return sides.some((side, index) => {
    const other = sides[1 - index] ?? ''
    if (isCaller(side)) return isOwner(other) || /id\)*$/i.test(other)
    // `article.author.id !== id`: whoever that id came from, it is compared with an owner's.
    return /^(\w*id|\w*user\w*)$/i.test(side) && /[.]/.test(other) && isOwner(other)
  })
}

function columnsNamed(sql: string): string[] {
  const insert = /\bINTO\s+[\w."]+\s*\(([^)]*)\)/i.exec(sql)?.[1]
  const list = insert ?? clauses({ text: sql }, 'SELECT')[0]?.text ?? ''
  return split({ from: 0, to: list.length, text: list }, ',').map(
    (part) => /^[\w."]+/.exec(part.text)?.[0]?.split('.').at(-1)?.replaceAll('"', '') ?? '',
  )
}

export const uses = (project: Project, ...packages: string[]): boolean =>
  packages.some((name) => project.dependencies.has(name))

/** The project's file that a local name was imported from, `null` where it is none or a package's. */
export function importedFrom(project: Project, source: Source, name: string): string | null {
  const word = /^[\w$]+/.exec(name)?.[0].replaceAll('$', '\\$')
  if (!word) return null
  const pattern = new RegExp(
    `(?:\\b(?:const|let|var)\\s+(?:${word}\\s*=|\\{[^}]*\\b${word}\\b[^}]*\\}\\s*=)\\s*require\\(|\\bimport\\s+(?:\\*\\s+as\\s+)?(?:[\\w$]+\\s*,\\s*)?(?:${word}\\b|\\{[^}]*\\b${word}\\b[^}]*\\})[^'"]*?from\\s*)\\s*['"](\\.[^'"]*)['"]`,
  )
  const specifier = pattern.exec(source.text)?.[1]
  if (!specifier) return null
  const base = posix.join(posix.dirname(source.path), specifier)
  const bare = base.replace(/\.[cm]?[jt]s$/, '')
  return (
    project.sources.find(
      ({ path }) => [bare, `${bare}/index`].includes(path.replace(/\.[cm]?[jt]sx?$/, '')) || path === base,
    )?.path ?? null
  )
}
