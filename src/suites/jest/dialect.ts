import type { DraftInput } from '../../contracts/plugs.ts'
import type { Dialect } from '../javascript/draft/dialect.ts'
import { restyle } from '../javascript/draft/print/restyle.ts'
import { hasOwnClient } from '../javascript/draft/support/own-client.ts'
import { findBrokenSetup } from './broken-setup.ts'

/** Suites as Jest wants them, in all its versions from 23 on. */
export const jestDialect: Dialect = {
  runner: 'jest',
  name: 'Jest',
  imports: async () => null,
  isTranspiled,
  runsTestsUnprepared: (input) => jestMajor(input) < 27,
  modules: (style) => style,

  command(input, style, config) {
    const env: Record<string, string> =
      style.esm && !isTranspiled(input) ? { NODE_OPTIONS: '--experimental-vm-modules' } : {}
    const { stores, boot, tests } = input.map
    const alone = stores.some(({ engine }) => engine === 'sqlite') || !boot?.app
    return {
      argv: [
        // Whatever installed it: npx finds the project's own Jest without that package manager.
        'npx',
        'jest',
        tests.dir,
        ...(alone ? ['--runInBand'] : []),
        ...(config ? [`--config=${config}`] : []),
      ],
      env,
    }
  },

  needs(input, style) {
    const { dependencies } = input.map
    const asks = !hasOwnClient(input.map)
    const wanted: Record<string, string> = { jest: '^29.7.0' }
    if (asks) wanted.supertest = jestMajor(input) < 27 ? '~6.1.6' : '^7.1.0'
    if (!style.typescript) return wanted
    // Only ts-jest looks at types.
    const checked = 'ts-jest' in dependencies || !isTranspiled(input)
    if (!isTranspiled(input)) wanted['ts-jest'] = '^29.4.0'
    if (checked && !('@jest/globals' in dependencies)) wanted['@types/jest'] = '^29.5.0'
    if (checked && asks) wanted['@types/supertest'] = '^6.0.0'
    return wanted
  },

  /** Where TypeScript has to be turned into JavaScript and no Jest configuration says how, or where the one that does cannot load. */
  async config(input, style) {
    const { configFile, runner } = input.map.tests
    if (!style.esm && (await findBrokenSetup(input)) !== null) {
      const own = configFile === 'package.json' ? `require('./package.json').jest` : `require('./${configFile}')`
      const content = `// The project's, without set-up files that do not load.\nmodule.exports = { ...${own}, setupFiles: [], setupFilesAfterEnv: [] };\n`
      return { path: 'jest.integration.config.cjs', content: restyle(content, style) }
    }
    if (!style.typescript || (runner === 'jest' && configFile !== null)) return null
    // With `"type": "module"` a `.js` file would be an ES module, which is fine for neither old Jest nor `require`.
    const content = `module.exports = { preset: 'ts-jest', testEnvironment: 'node' };\n`
    return { path: 'jest.integration.config.cjs', content: restyle(content, style) }
  },
}

type Mapped = Pick<DraftInput, 'map'>

/** Major version of a declared dependency, `null` when it is not declared. */
function majorOf({ map }: Mapped, name: string): number | null {
  const declared = map.dependencies[name]
  if (!declared) return null
  const version = /\d+/.exec(declared.installed ?? declared.range)?.[0]
  return version ? Number(version) : null
}

/** Jest's major version; the newest when it still has to be installed. */
function jestMajor(input: Mapped): number {
  const own = input.map.tests.runner === 'jest' ? /\d+/.exec(input.map.tests.runnerVersion ?? '')?.[0] : undefined
  return own ? Number(own) : (majorOf(input, 'jest') ?? 29)
}

/** Something turns ES modules and types into what Jest loads by itself. */
function isTranspiled({ map }: Mapped): boolean {
  const known = [
    'ts-jest',
    '@swc/jest',
    'babel-jest',
    '@babel/preset-env',
    '@babel/preset-typescript',
    'esbuild-jest',
    'jest-esbuild',
  ]
  return known.some((name) => name in map.dependencies)
}
