import type { Sandbox } from '../../contracts/sandbox.ts'
import { borrowFiles } from './borrow-files.ts'

/** Set where a framework's entry is followed that takes a Request and answers a Response, without a server. */
export const FETCH_VARIABLE = 'INTEGRATION_TESTS_FETCH'

/** Where Hono 3 and 4 take a request, as it is built for both kinds of modules. */
const HONO = ['node_modules/hono/dist/hono-base.js', 'node_modules/hono/dist/cjs/hono-base.js']
const ENTRY = /(\bfetch = \([^)]*\) => \{\s*)return (this\.#?dispatch\([^;]*\));/

/**
 * Has requests that never see a server (`app.request`, `app.fetch`) told to our hooks, in this environment's view. Answers what puts
 * everything back; `null` where there is no such framework, or where it lies outside of what the view may change.
 */
export async function followFetchEntries(sandbox: Sandbox): Promise<(() => Promise<void>) | null> {
  const found = await Promise.all(
    HONO.map(async (path) => {
      const text = await sandbox.readFile(path).then(String, () => '')
      return { path, text, content: text.replace(ENTRY, `$1${followed('$2')}`) }
    }),
  )
  if (found.every(({ text }) => text === '')) return null
  return borrowFiles(
    sandbox,
    found.filter(({ text, content }) => text !== content),
  ).catch(() => null)
}

const followed = (dispatch: string) =>
  `const entry = globalThis[Symbol.for('integration-tests.fetch')]; const answer = () => ${dispatch}; return entry ? entry(this, request, answer) : answer();`
