import type { DraftInput } from '../../../contracts/plugs.ts'
import type { Suite } from '../../../contracts/suite.ts'
import { restyle } from './print/restyle.ts'
import type { Style } from './style.ts'

/** Major version of a declared dependency, `null` when it is not declared. */
function majorOf({ map }: Pick<DraftInput, 'map'>, name: string): number | null {
  const declared = map.dependencies[name]
  if (!declared) return null
  const version = /\d+/.exec(declared.installed ?? declared.range)?.[0]
  return version ? Number(version) : null
}

/** Jest's major version; the newest when it still has to be installed. */
export function jestMajor(input: Pick<DraftInput, 'map'>): number {
  const own = input.map.tests.runner === 'jest' ? /\d+/.exec(input.map.tests.runnerVersion ?? '')?.[0] : undefined
  return own ? Number(own) : (majorOf(input, 'jest') ?? 29)
}

/** Something turns ES modules and types into what Jest loads by itself. */
export function isTranspiled({ map }: Pick<DraftInput, 'map'>): boolean {
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

export interface CommandPlan {
  argv: string[]
  /** In front of the command, as a shell writes it. */
  env: Record<string, string>
}

/** `npx jest tests/integration` and what the project needs beside it. */
export function planCommand(input: DraftInput, style: Style, config: string | null): CommandPlan {
  const { map } = input
  const native = style.esm && !isTranspiled(input)
  const alone = map.stores.some(({ engine }) => engine === 'sqlite') || !map.boot?.app
  return {
    argv: [
      // Whatever installed it: npx finds the project's own Jest without that package manager.
      'npx',
      'jest',
      map.tests.dir,
      ...(alone ? ['--runInBand'] : []),
      ...(config ? [`--config=${config}`] : []),
    ],
    env: native ? { NODE_OPTIONS: '--experimental-vm-modules' } : {},
  }
}

/** Test dependencies the project lacks, in versions that load beside what it has. */
export function missingDependencies(
  input: Pick<DraftInput, 'map'>,
  style: Pick<Style, 'typescript'>,
): Suite['missing'] {
  const { map } = input
  const node = jestMajor(input)
  const wanted: [string, string][] = [
    ['jest', '^29.7.0'],
    ['supertest', node < 27 ? '~6.1.6' : '^7.1.0'],
  ]
  if (style.typescript) {
    // Only ts-jest looks at types.
    const checked = 'ts-jest' in map.dependencies || !isTranspiled(input)
    if (!isTranspiled(input)) wanted.push(['ts-jest', '^29.4.0'])
    if (checked) wanted.push(['@types/jest', '^29.5.0'], ['@types/supertest', '^6.0.0'])
  }
  const add: Record<string, string> = {
    yarn: 'yarn add --dev',
    pnpm: 'pnpm add --save-dev',
    bun: 'bun add --dev',
  }
  return wanted
    .filter(([name]) => !(name in map.dependencies) && !(name === '@types/jest' && '@jest/globals' in map.dependencies))
    .map(([name, range]) => ({
      name,
      range,
      install: `${add[map.packageManager] ?? 'npm install --save-dev'} ${name}@${range}`,
    }))
}

/** A configuration of our own where TypeScript has to be turned into JavaScript and no Jest configuration says how; else `null`. */
export function ownConfig({ map }: DraftInput, style: Style): { path: string; content: string } | null {
  if (!style.typescript || (map.tests.runner === 'jest' && map.tests.configFile !== null)) return null
  // With `"type": "module"` a `.js` file would be an ES module, which is fine for neither old Jest nor `require`.
  const content = `module.exports = { preset: 'ts-jest', testEnvironment: 'node' };\n`
  return { path: 'jest.integration.config.cjs', content: restyle(content, style) }
}
