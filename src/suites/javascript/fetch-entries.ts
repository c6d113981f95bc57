import { realpath } from 'node:fs/promises'
import { join, relative } from 'node:path'
import type { Sandbox } from '../../contracts/sandbox.ts'
import { borrowFiles } from './borrow-files.ts'

/** Set where entries of frameworks are followed that need no server. */
export const FETCH_VARIABLE = 'INTEGRATION_TESTS_FETCH'

/** Where a framework takes a request in process, and how that is told to our hooks, which it finds at a module that all code shares. */
interface Entry {
  /** The package that has it, or brings the one that does. */
  package: string
  /** From that package. */
  files: string[]
  pattern: RegExp
  replacement: string
}

const ENTRIES: Entry[] = [
  {
    // Versions 3 and 4, as they are built for both kinds of modules.
    package: 'hono',
    files: ['dist/hono-base.js', 'dist/cjs/hono-base.js'],
    pattern: /(\bfetch = \([^)]*\) => \{\s*)return (this\.#?dispatch\([^;]*\));/,
    replacement: `$1const answer = () => $2; const entry = globalThis.process?.getBuiltinModule?.('http')?.[Symbol.for('integration-tests.fetch')]; return entry ? entry(this, request, answer) : answer();`,
  },
  {
    // Its `inject`, in versions 3 and later.
    package: 'fastify',
    files: ['../light-my-request/index.js'],
    pattern: /(function doInject \((\w+), options, callback\) \{)/,
    replacement: `$1 $2 = (require('http')[Symbol.for('integration-tests.inject')] ?? ((own) => own))($2);`,
  },
]

/**
 * Has requests that never see a server (`app.request`, `app.inject`) told to our hooks, in this environment's view. Answers what
 * puts everything back; `null` where there is no such framework, or where it lies outside of what the view may change.
 */
export async function followFetchEntries(sandbox: Sandbox): Promise<(() => Promise<void>) | null> {
  const found = await Promise.all(
    ENTRIES.map(async (entry) => {
      const folder = join(sandbox.root, 'node_modules', entry.package)
      // Some package managers keep what a package brings beside its real place.
      const real = await realpath(folder).catch(() => folder)
      return Promise.all(
        entry.files.map(async (file) => {
          const path = relative(sandbox.root, join(real, file))
          const text = await sandbox.readFile(path).then(String, () => '')
          return { path, text, content: text.replace(entry.pattern, entry.replacement) }
        }),
      )
    }),
  )
  const changed = found.flat().filter(({ text, content }) => text !== content)
  if (changed.length === 0) return null
  return borrowFiles(sandbox, changed).catch(() => null)
}
