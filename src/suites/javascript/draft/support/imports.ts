import { posix } from 'node:path'
import type { ModuleExport } from '../../../../contracts/project.ts'
import { camel } from '../names.ts'
import type { Style } from '../style.ts'

/** Statements that import come after the declarations that do, and a blank line. */
export function inOrder(lines: string[]): string {
  const [declared, run] = [
    lines.filter((line) => !line.includes('await ')),
    lines.filter((line) => line.includes('await ')),
  ]
  return [declared.filter(Boolean).join('\n'), run.join('\n')].filter(Boolean).join('\n\n')
}

/** How modules of the project are imported from a folder, in the helpers' canonical form. */
export interface Imports {
  /** Of a helper or test beside: `./support/index`. */
  local(path: string): string
  of(module: ModuleExport, wanted: string): { line: string; name: string }
  /** For what it does alone: a file of the project, or a package. */
  bare(module: string): string
}

/** `isFile`: it is one of the project, not a package. `dynamic`: what belongs to the application is imported by statements, after the modules named above have run. */
export function createImports(
  folder: string,
  style: Style,
  { extensions, dynamic, isFile }: { extensions: boolean; dynamic: boolean; isFile(module: string): boolean },
): Imports {
  const specifier = (file: string) => {
    const path = posix.relative(folder, file)
    const relative = path.startsWith('.') ? path : `./${path}`
    if (extensions) return relative.replace(/\.([cm]?)tsx?$/, '.$1js')
    return relative.replace(/\.(js|ts|tsx|jsx|cjs)$/, '').replace(/\/index$/, '') || '.'
  }
  return {
    local: (path) => (extensions ? `${path}.js` : path.replace(/\/index$/, '')),
    bare(module) {
      const from = isFile(module) ? specifier(module) : module
      return dynamic ? `await import('${from}');` : `import '${from}';`
    },
    of({ file, export: exported }, wanted) {
      const from = `'${specifier(file)}'`
      if (dynamic) {
        const whole = exported === 'module.exports' || exported === 'default'
        const names = whole ? `default: ${wanted}` : exported
        return { line: `const { ${names} } = await import(${from});`, name: whole ? wanted : exported }
      }
      if (exported === 'module.exports' || (exported === 'default' && (style.esm || style.typescript)))
        return { line: `import ${wanted} from ${from};`, name: wanted }
      if (exported === 'default') return { line: `import { default as ${wanted} } from ${from};`, name: wanted }
      const name = camel(exported)
      return { line: `import { ${exported} } from ${from};`, name: name === exported ? name : exported }
    },
  }
}
