import type { DraftInput } from '../../../contracts/plugs.ts'
import type { ProjectMap } from '../../../contracts/project.ts'
import type { Suite } from '../../../contracts/suite.ts'
import type { Style } from './style.ts'

export interface CommandPlan {
  argv: string[]
  /** In front of the command, as a shell writes it. */
  env: Record<string, string>
}

type Mapped = Pick<DraftInput, 'map'>

/** In what suites for one runner differ from those for another. */
export interface Dialect {
  /** As `Suite.runner` and package name. */
  runner: string
  /** For people. */
  name: string
  /** The module that `describe`, `expect` and the like are imported from; `null`: they are there. */
  imports(input: DraftInput): Promise<string | null>
  /** Something turns ES modules and types into what the runner loads. */
  isTranspiled(input: Mapped): boolean
  /** Tests run although what prepares them has failed. */
  runsTestsUnprepared(input: Mapped): boolean
  /** The style of test files, where the runner takes only one kind of modules. */
  modules(style: Style): Style
  /** The plain command, and what the project needs beside it. */
  command(input: DraftInput, style: Style, config: string | null): CommandPlan
  /** Packages that a suite needs, with the versions that load beside what the project has. */
  needs(input: Mapped, style: Pick<Style, 'typescript'>): Record<string, string>
  /** A configuration of our own where the project's would not do; else `null`. */
  config(input: DraftInput, style: Style): Promise<{ path: string; content: string } | null>
}

const ADD: Record<string, string> = {
  yarn: 'yarn add --dev',
  pnpm: 'pnpm add --save-dev',
  bun: 'bun add --dev',
}

/** Test dependencies that the project does not declare. */
export function missingDependencies(
  input: Mapped,
  style: Pick<Style, 'typescript'>,
  dialect: Dialect,
): Suite['missing'] {
  const { dependencies, packageManager } = input.map
  return Object.entries(dialect.needs(input, style))
    .filter(([name]) => !(name in dependencies))
    .map(([name, range]) => ({
      name,
      range,
      install: `${ADD[packageManager] ?? 'npm install --save-dev'} ${name}@${range}`,
    }))
}

/** Test dependencies that are not declared, or declared and not installed although others are (an install without them). */
export function findMissing(map: ProjectMap, dialect: Dialect): Suite['missing'] {
  const style = { typescript: /\.[cm]?tsx?$/.test(map.tests.suffix) }
  // Where nothing is found at all, packages may be kept in a way that has no folders.
  const found = Object.values(map.dependencies).some(({ installed }) => installed !== null)
  const absent = Object.keys(dialect.needs({ map }, style)).flatMap((name) => {
    const declared = map.dependencies[name]
    if (!found || declared === undefined || declared.installed !== null || name.startsWith('@types/')) return []
    return [{ name, range: declared.range, install: `${map.packageManager} install` }]
  })
  return [...absent, ...missingDependencies({ map }, style, dialect)]
}
