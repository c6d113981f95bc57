import { createHash } from 'node:crypto'
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa, type Options } from 'execa'
import { afterAll, expect } from 'vitest'
import { type RunOutcome, runResultSchema } from '../../src/contracts/result.ts'

const repository = fileURLToPath(new URL('../..', import.meta.url))
export const main = join(repository, 'dist/cli/main.js')
/** This repository's own. */
export const dependencies = realpathSync(join(repository, 'node_modules'))
const work = mkdtempSync(join(tmpdir(), 'cli-'))
export const home = join(work, 'home')
afterAll(() => rmSync(work, { recursive: true, force: true }))

type Files = Record<string, string>

/** A small Express API without a database. */
export const notes: Files = {
  'package.json': JSON.stringify({
    name: 'notes',
    scripts: { start: 'node server.js' },
    dependencies: { express: '*' },
    devDependencies: { jest: '*', supertest: '*' },
  }),
  'server.js': "require('./app').listen(process.env.PORT || 3000)\n",
  'app.js': `const express = require('express')
const app = express()
app.get('/notes', (req, res) => res.json({ notes: [{ id: 1, text: 'first' }] }))
app.get('/health', (req, res) => res.json({ ok: true }))
module.exports = app
`,
}

/** The same over PostgreSQL. */
export const guests: Files = {
  ...notes,
  'package.json': JSON.stringify({
    name: 'guests',
    main: 'server.js',
    dependencies: { express: '*', pg: '*' },
    devDependencies: { jest: '*', supertest: '*' },
  }),
  'migrations/001.sql': 'CREATE TABLE guests (id serial PRIMARY KEY, name text NOT NULL);\n',
  'app.js': `const express = require('express')
const { Pool } = require('pg')
const pool = new Pool({ connectionString: process.env.DATABASE_URL })
const app = express()
app.get('/guests', async (req, res) => res.json((await pool.query('SELECT * FROM guests')).rows))
module.exports = app
`,
}

/** Makes a project whose dependencies are this repository's own. */
export function createProject(files: Files, options: { at?: string; installed?: boolean } = {}): string {
  const root = join(mkdtempSync(join(work, 'project-')), options.at ?? 'app')
  mkdirSync(root, { recursive: true })
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), content)
  }
  if (options.installed !== false) symlinkSync(dependencies, join(root, 'node_modules'))
  return root
}

/** Every entry below a directory with its mode and content; links are not followed. */
export function digest(root: string, at = ''): Record<string, string> {
  const entries: Record<string, string> = {}
  for (const name of readdirSync(join(root, at)).sort()) {
    const path = join(at, name)
    const info = lstatSync(join(root, path))
    const content = info.isSymbolicLink()
      ? readlinkSync(join(root, path))
      : info.isFile()
        ? createHash('sha256')
            .update(readFileSync(join(root, path)))
            .digest('hex')
        : ''
    entries[path] = `${info.mode.toString(8)} ${content}`
    if (info.isDirectory()) Object.assign(entries, digest(root, path))
  }
  return entries
}

export function agent(args: string[], options: Options = {}) {
  return execa(process.execPath, [main, ...args], {
    reject: false,
    stdin: 'ignore',
    cwd: work,
    ...options,
    env: { INTEGRATION_TEST_BUILDER_HOME: home, ...options.env },
  })
}

/** Neither a lock, a temporary directory nor a process of that agent is there any more. */
export async function expectNothingLeft(pid: number | undefined, root?: string): Promise<void> {
  expect(existsSync(join(home, 'locks')) ? readdirSync(join(home, 'locks')) : []).toEqual([])
  expect(readdirSync(tmpdir()).filter((name) => name.startsWith(`itb-${pid}-`))).toEqual([])
  await expectNoProcess(root)
}

/** Nothing runs that was started for this project; what was just killed may take a moment. */
export async function expectNoProcess(root: string | undefined): Promise<void> {
  if (root !== undefined) await expect.poll(() => processesOf(root), { timeout: 5_000 }).toEqual([])
}

function processesOf(root: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return false
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(root)
    } catch {
      return false
    }
  })
}

export interface Failure {
  exitCode: number | undefined
  outcome: RunOutcome
  error: NonNullable<RunOutcome['error']>
  stderr: string
}

/**
 * A run that fails as it should: one valid object on stdout, told in words that name what to do next, the project as it was
 * and nothing left.
 */
export async function runFailing(root: string, args: string[] = [], options: Options = {}): Promise<Failure> {
  const before = digest(root)
  const process = agent(['run', root, '--output-format', 'json', ...args], options)
  const { exitCode, stdout, stderr } = await process
  const outcome = runResultSchema.parse(JSON.parse(String(stdout)))
  expectNoStack(`${stderr}\n${outcome.error?.message}`)
  expect(digest(root)).toEqual(before)
  await expectNothingLeft(process.pid, root)
  if (outcome.error === null) throw new Error(`no error, but ${outcome.status}`)
  expect(outcome.error.next).toMatch(/\w{3}/)
  return { exitCode, outcome, error: outcome.error, stderr: String(stderr) }
}

/** No stack trace of ours; the application's own output may hold one of its own. */
export function expectNoStack(text: string): void {
  expect(text).not.toMatch(
    /\n\s+at .*(dist\/(cli|agent|tools|environment|workspace|report|explore|verify)\/|node:internal\/modules\/esm)/,
  )
}
