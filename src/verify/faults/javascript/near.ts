import type { SgNode } from '@ast-grep/napi'
import type { Lines } from '../fault.ts'
import { importedFrom, type Project } from './project.ts'
import { enclosingFunction, find, isFunction, type Source, statementOf } from './source.ts'

/** How many steps a constant is followed: a schema's part → the schema → the route that uses it. */
const STEPS = 3
/** What half of the application uses tells nothing. */
const MOST = 40

/**
 * Where to look for signs that a test comes near a statement which runs while loading: the functions inside it, or, where it holds
 * none, those that use what it declares. `null` for a statement that runs when a function does.
 */
export function findNear(source: Source, statement: SgNode, project: Project): Lines[] | null {
  return enclosingFunction(statement) === null ? follow(source, statement, project, STEPS).slice(0, MOST) : null
}

function follow(source: Source, statement: SgNode, project: Project, steps: number): Lines[] {
  const inside = functionsIn(statement)
  if (inside.length > 0) return inside.map((fn) => lines(source, fn))
  if (steps === 0) return []
  return namesOf(statement).flatMap((name) => [
    ...users(source, name, statement, project, steps),
    ...project.sources
      .filter((other) => other.text.includes(name) && importedFrom(project, other, name) === source.path)
      .flatMap((other) => users(other, name, null, project, steps)),
  ])
}

/** Statements that use a name: the functions they are in, or what those lead to in turn. */
function users(source: Source, name: string, declared: SgNode | null, project: Project, steps: number): Lines[] {
  const seen = new Set<number>()
  return find(source.root, 'identifier', 'shorthand_property_identifier')
    .filter((node) => node.text() === name)
    .flatMap((node) => {
      const fn = enclosingFunction(node)
      if (fn) return seen.has(fn.id()) ? [] : seen.add(fn.id()) && [lines(source, fn)]
      const statement = topOf(node)
      if (statement.id() === declared?.id() || /^(import_statement|export_statement)$/.test(statement.kind() as string))
        return []
      if (
        /require\(|module\.exports|^exports\./.test(statement.text().slice(0, 200)) &&
        functionsIn(statement).length === 0
      )
        return []
      return seen.has(statement.id()) ? [] : seen.add(statement.id()) && follow(source, statement, project, steps - 1)
    })
}

function topOf(node: SgNode): SgNode {
  let at = statementOf(node)
  for (let parent = at.parent(); parent && parent.kind() !== 'program'; parent = parent.parent()) at = parent
  return at
}

const functionsIn = (node: SgNode): SgNode[] =>
  find(node, 'arrow_function', 'function_expression', 'function_declaration', 'method_definition').filter(
    (fn) => !fn.ancestors().some((outer) => isFunction(outer) && outer.range().start.index >= node.range().start.index),
  )

const namesOf = (statement: SgNode): string[] =>
  find(statement, 'variable_declarator').flatMap((one) => {
    const name = one.field('name')
    return name?.kind() === 'identifier' ? [name.text()] : []
  })

/** The inner lines of a function: the one it begins on also runs when it is only made. */
function lines({ path }: Source, fn: SgNode): Lines {
  const { start, end } = (fn.field('body') ?? fn).range()
  const from = start.line === end.line ? start.line + 1 : start.line + 2
  return { file: path, from, to: end.line + 1 }
}
