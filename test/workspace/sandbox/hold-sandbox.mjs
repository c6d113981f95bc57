// Opens a sandbox with a daemon in it, prints its directory on the machine and stays until it is killed.
import { readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const [packageRoot, root, early] = process.argv.slice(2)
const { openSandbox } = await import(`${packageRoot}/dist/workspace/sandbox/open-sandbox.js`)
const places = () => readdirSync(tmpdir()).filter((name) => name.startsWith('itb-'))
const before = places()
const opening = openSandbox({ root, prefer: 'namespace' })
if (early === 'true') {
  // The moment the directory is there: the supervisor is not up yet.
  while (places().every((name) => before.includes(name))) await new Promise(setImmediate)
} else {
  const sandbox = await opening
  await sandbox.spawn({ argv: ['setsid', 'sleep', '1000'] })
}
console.log(
  join(
    tmpdir(),
    places().find((name) => !before.includes(name)),
  ),
)
setInterval(() => {}, 1000)
