import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Environment } from '../../../src/contracts/environment.ts'
import type { Suite } from '../../../src/contracts/suite.ts'
import { openSandbox } from '../../../src/workspace/sandbox/open-sandbox.ts'

const REPOSITORY = resolve(import.meta.dirname, '../../..')
const DEPENDENCIES = realpathSync(join(REPOSITORY, 'node_modules'))
export const TEST_FILE = 'tests/bookmarks.test.js'

/** The bookmarks application (Hono) with its hand-written Vitest suite, in a directory and a sandbox of their own. */
export interface Bookmarks {
  environment: Environment
  suite: Suite
  stop(): Promise<void>
}

/** `edit` changes files before anything starts: path → new content from the old, which is empty for a new file. */
export async function openBookmarks(edit: Record<string, (content: string) => string> = {}): Promise<Bookmarks> {
  const root = mkdtempSync(join(tmpdir(), 'bookmarks-'))
  cpSync(join(REPOSITORY, 'test/fixtures/bookmarks'), root, { recursive: true })
  for (const [path, change] of Object.entries(edit)) writeFileSync(join(root, path), change(readOr(join(root, path))))
  mkdirSync(join(root, 'node_modules'))
  symlinkSync(join(DEPENDENCIES, 'vitest'), join(root, 'node_modules/vitest'))
  cpSync(join(DEPENDENCIES, 'hono'), join(root, 'node_modules/hono'), { recursive: true })
  const sandbox = await openSandbox({ root, readOnly: [DEPENDENCIES] })
  const variables = {
    PATH: process.env.PATH ?? '',
    HOME: `${sandbox.scratch}/home`,
    TZ: 'UTC',
    npm_config_update_notifier: 'false',
  }
  const unused = () => {
    throw new Error('no runner asks for this')
  }
  return {
    environment: {
      id: sandbox.id,
      sandbox,
      services: [],
      variables,
      invented: [],
      replaced: [],
      unavailable: [],
      stores: [],
      run: (command) => sandbox.run({ ...command, env: { ...variables, ...command.env } }),
      startApp: unused,
      reset: async () => {},
      clone: unused,
      stop: () => sandbox.stop(),
    },
    suite: {
      runner: 'vitest',
      files: [{ path: TEST_FILE, kind: 'test', content: readOr(join(root, TEST_FILE)) }],
      command: 'node node_modules/vitest/vitest.mjs run tests',
      argv: ['node', 'node_modules/vitest/vitest.mjs', 'run', 'tests'],
      cwd: '.',
      env: {},
      tests: 4,
      review: [],
      missing: [],
    },
    async stop() {
      await sandbox.stop()
      rmSync(root, { recursive: true, force: true })
    },
  }
}

function readOr(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
