import { posix } from 'node:path'
import type { ModuleExport } from '../../../../contracts/project.ts'
import { camel } from '../names.ts'
import type { Style } from '../style.ts'

/** How modules of the project are imported from a folder, in the helpers' canonical form. */
export interface Imports {
  /** Of a helper or test beside: `./support/index`. */
  local(path: string): string
  of(module: ModuleExport, wanted: string): { line: string; name: string }
  bare(file: string): string
}

export function createImports(folder: string, style: Style, extensions: boolean): Imports {
  const specifier = (file: string) => {
    const path = posix.relative(folder, file)
    const relative = path.startsWith('.') ? path : `./${path}`
    if (extensions) return relative.replace(/\.([cm]?)tsx?$/, '.$1js')
    return relative.replace(/\.(js|ts|tsx|jsx|cjs)$/, '').replace(/\/index$/, '') || '.'
  }
  return {
    local: (path) => (extensions ? `${path}.js` : path.replace(/\/index$/, '')),
    bare: (file) => `import '${specifier(file)}';`,
    of({ file, export: exported }, wanted) {
      const from = `'${specifier(file)}'`
      if (exported === 'module.exports' || (exported === 'default' && (style.esm || style.typescript)))
        return { line: `import ${wanted} from ${from};`, name: wanted }
      if (exported === 'default') return { line: `import { default as ${wanted} } from ${from};`, name: wanted }
      const name = camel(exported)
      return { line: `import { ${exported} } from ${from};`, name: name === exported ? name : exported }
    },
  }
}
