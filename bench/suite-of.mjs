import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { findRunner } from '../dist/suites/index.js'

/** The suite that an earlier run left in the project. */
export async function suiteOf(root, map) {
  const manifest = JSON.parse(await readFile(join(root, '.integration-tests/manifest.json'), 'utf8'))
  const words = manifest.command.match(/'[^']*'|"[^"]*"|\S+/g).map((word) => word.replace(/^(['"])(.*)\1$/, '$2'))
  const at = words.findIndex((word) => !/^\w+=/.test(word))
  const env = Object.fromEntries(words.slice(0, at).map((word) => word.split(/=(.*)/s).slice(0, 2)))
  const listed = manifest.files.map(({ path }) => path)
  return {
    runner: map.tests.runner === 'none' ? 'jest' : (findRunner(map.tests.runner)?.name ?? 'jest'),
    files: await Promise.all(
      listed.map(async (path) => ({
        path,
        content: await readFile(join(root, path), 'utf8'),
        kind: /\.(test|spec)\.[cm]?[jt]sx?$/.test(path) ? 'test' : 'helper',
      })),
    ),
    command: manifest.command,
    argv: words.slice(at),
    cwd: '.',
    env,
    tests: 0,
    review: [],
    missing: [],
  }
}
