import { join } from 'node:path'
import type { Environment } from '../../contracts/environment.ts'

/** Where CommonJS finds these packages, version 2 and 3. */
const MODULES = [
  'node_modules/bcrypt/bcrypt.js',
  'node_modules/bcryptjs/umd/index.js',
  'node_modules/bcryptjs/index.js',
]

/** The least that bcrypt does; a hash is still a hash, and its cost no behaviour. */
const CHEAPER = `
;(() => {
  const bcrypt = module.exports
  const few = (rounds) => (typeof rounds === 'number' ? Math.min(rounds, 4) : rounds)
  const wrap = (name, at) => {
    const own = bcrypt[name]
    if (typeof own !== 'function') return
    bcrypt[name] = function (...given) {
      given[at] = few(given[at])
      return own.apply(this, given)
    }
  }
  wrap('hash', 1)
  wrap('hashSync', 1)
  wrap('genSalt', 0)
  wrap('genSaltSync', 0)
})()
`

/**
 * Lets the application hash passwords quickly, in this environment's view alone: most tests begin with a new account, and a run for
 * each fault would mostly hash. Answers the packages it did that to.
 */
export async function cheapenHashes({ sandbox }: Environment): Promise<string[]> {
  const cheapened: string[] = []
  for (const path of MODULES) {
    const text = await sandbox.readFile(join(sandbox.root, path)).then(String, () => null)
    // Modules of the other kind export nothing that could be wrapped.
    if (text === null || /^export\b/m.test(text)) continue
    await sandbox.writeFile(join(sandbox.root, path), text + CHEAPER)
    cheapened.push(path)
  }
  return cheapened
}
