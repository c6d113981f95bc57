// Runs the main job on a copy of the sample application, with an embedded PostgreSQL; keeps the copy for a look.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const repository = fileURLToPath(new URL('..', import.meta.url))
const copy = join(mkdtempSync(join(tmpdir(), 'order-shop-')), 'shop')
cpSync(join(repository, 'examples/shop'), copy, {
  recursive: true,
  filter: (path) => !path.includes('node_modules'),
})
run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], copy)
run(process.execPath, [join(repository, 'dist/cli/main.js'), 'run', copy, ...process.argv.slice(2)], repository, {
  INTEGRATION_TEST_BUILDER_POSTGRES: process.env.INTEGRATION_TEST_BUILDER_POSTGRES ?? 'embedded',
})
console.log(`\nThe tests are in ${copy}`)

function run(command, args, cwd, env = {}) {
  const { status, error } = spawnSync(command, args, { cwd, stdio: 'inherit', env: { ...process.env, ...env } })
  if (error) throw error
  if (status !== 0) process.exit(status ?? 1)
}
