import type { Parameter } from '../../../contracts/project.ts'

/**
 * A route's path in OpenAPI style with its parameters. An optional parameter (`/:id?`, `{/:id}`) gives one operation
 * with the parameter; a pattern keeps its meaning in the parameter's schema; a wildcard becomes `{wildcard}`.
 */
export function openApiPath(path: string): { path: string; params: Parameter[] } {
  const params: Parameter[] = []
  let wildcards = 0
  const add = (name: string, pattern: string | undefined, required: boolean): string => {
    if (!params.some((param) => param.name === name)) params.push({ name, required, schema: schemaOf(pattern) })
    return `{${name}}`
  }
  const result = path
    // One of several spellings: the first stands for them.
    .replace(/\((?![?.*\\])([^()|]*)\|[^()]*\)/g, (whole, first: string, at: number) =>
      /:\w+$/.test(path.slice(0, at)) ? whole : first.replace(/\\b/g, ''),
    )
    .replace(/\{([^{}]*)\}/g, '$1')
    .replace(
      /:(\w+)(?:\(((?:\\.|\([^()]*\)|[^()\\])*)\))?([?*+])?/g,
      (_, name: string, pattern: string | undefined, mark) => add(name, pattern, mark !== '?'),
    )
    .replace(/\(\.\*\)|\*(\w*)/g, (_, name: string | undefined) =>
      add(name || `wildcard${wildcards++ || ''}`, undefined, true),
    )
    .replace(/[()?]/g, '')
  return { path: result, params }
}

function schemaOf(pattern: string | undefined): Parameter['schema'] {
  if (!pattern) return {}
  if (/^(\\d|\[0-9\])[+*]?$/.test(pattern) || /^\\d(\+|\{.*\})$/.test(pattern)) return { type: 'integer' }
  if (/^\w+(\|\w+)+$/.test(pattern)) return { type: 'string', enum: pattern.split('|') }
  return { type: 'string', pattern: `^${pattern}$` }
}

const GENERIC = /^(api|rest|v\d+(\.\d+)*|version|public|private|app|service|services|\{.*\})$/i

/** The collection an operation belongs to: the first segment that names one. */
export function resourceOf(path: string): string {
  const segments = path.split('/').filter(Boolean)
  const named = segments.find((segment) => !GENERIC.test(segment) && !segment.includes('{'))
  const last = segments.find((segment) => !segment.includes('{'))
  return (named ?? last ?? 'root').toLowerCase().replace(/[^a-z0-9_-]+/g, '-')
}
