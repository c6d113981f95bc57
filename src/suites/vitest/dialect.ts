import type { DraftInput } from '../../contracts/plugs.ts'
import { matchesGlob } from '../../workspace/match-glob.ts'
import type { Dialect } from '../javascript/draft/dialect.ts'
import { restyle } from '../javascript/draft/print/restyle.ts'
import { hasOwnClient } from '../javascript/draft/support/own-client.ts'

/** Suites as Vitest wants them, from version 1 on. */
export const vitestDialect: Dialect = {
  runner: 'vitest',
  name: 'Vitest',
  imports: async (input) => (/\bglobals:\s*true\b/.test(await ownConfig(input)) ? null : 'vitest'),
  isTranspiled: () => true,
  runsTestsUnprepared: () => false,
  // What Vitest exports cannot be required.
  modules: (style) => ({ ...style, esm: true }),

  command({ map }, _style, config) {
    const alone = map.stores.some(({ engine }) => engine === 'sqlite') || !map.boot?.app
    return {
      argv: [
        'npx',
        'vitest',
        'run',
        map.tests.dir,
        ...(alone ? ['--no-file-parallelism'] : []),
        ...(config ? [`--config=${config}`] : []),
      ],
      env: {},
    }
  },

  needs({ map }, style) {
    const asks = !hasOwnClient(map)
    return {
      vitest: '^3.2.4',
      ...(asks ? { supertest: '^7.1.0' } : {}),
      ...(asks && style.typescript ? { '@types/supertest': '^6.0.0' } : {}),
    }
  },

  /** Where the project's would not see our files. */
  async config(input, style) {
    const { dir, suffix, configFile } = input.map.tests
    const patterns = includedIn(await ownConfig(input))
    if (configFile === null || patterns.length === 0) return null
    if (patterns.some((pattern) => matchesGlob(`${dir}/sample${suffix}`, pattern.replace(/^\.\//, '')))) return null
    const content = `import { mergeConfig } from 'vitest/config';
import config from './${configFile.replace(/\.[cm]?ts$/, '')}';

export default mergeConfig(config, { test: { include: ['${dir}/**/*${suffix}'] } });
`
    return { path: `vitest.integration.config.${style.typescript ? 'ts' : 'mjs'}`, content: restyle(content, style) }
  },
}

async function ownConfig({ map, existing }: DraftInput): Promise<string> {
  return (map.tests.configFile && (await existing(map.tests.configFile))) || ''
}

/** Patterns of the configuration for test files, those of coverage aside. */
function includedIn(config: string): string[] {
  const text = config.replace(/\bcoverage\s*:\s*\{[\s\S]*?\n\s*\}/g, '')
  const list = /\binclude\s*:\s*\[([^\]]*)\]/.exec(text)?.[1] ?? ''
  return [...list.matchAll(/'([^'\n]+)'|"([^"\n]+)"|`([^`\n]+)`/g)].map(
    ([, one, two, three]) => one ?? two ?? three ?? '',
  )
}
