import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { expect, test } from 'vitest'
import { runResultSchema } from '../../src/contracts/result.ts'

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
const home = mkdtempSync(join(tmpdir(), 'cli-home-'))

const agent = (...args: string[]) =>
  execa(process.execPath, [main, ...args], {
    reject: false,
    stdin: 'ignore',
    env: { INTEGRATION_TEST_BUILDER_HOME: home },
    cwd: home,
  })

function project(files: Record<string, string>): string {
  const dir = mkdtempSync(join(tmpdir(), 'cli-project-'))
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(dir, path, '..'), { recursive: true })
    writeFileSync(join(dir, path), content)
  }
  return dir
}

test('a path that does not exist is wrong usage, told in words', async () => {
  const { exitCode, stderr, stdout } = await agent('run', '/no/such/path')
  expect(exitCode).toBe(2)
  expect(stderr).toContain('NO_SUCH_PATH')
  expect(stderr).toContain('/no/such/path')
  expect(stderr).not.toMatch(/\n\s+at /)
  expect(stdout).toBe('')
})

test('a directory that is no project is wrong usage', async () => {
  const { exitCode, stdout } = await agent('run', project({ 'notes.txt': 'hello' }), '--output-format', 'json')
  const outcome = runResultSchema.parse(JSON.parse(stdout))
  expect(exitCode).toBe(2)
  expect(outcome).toMatchObject({ status: 'error', error: { code: 'NOT_A_PROJECT' } })
})

test('a project without an endpoint is wrong usage, and nothing is left in it', async () => {
  const dir = project({ 'package.json': '{"name":"lib"}', 'index.js': 'module.exports = 1\n' })
  const { exitCode, stdout } = await agent('run', dir, '--output-format', 'json')
  expect(exitCode).toBe(2)
  expect(JSON.parse(stdout).error.code).toBe('NO_ENDPOINT')
  expect(readdirSync(dir).sort()).toEqual(['index.js', 'package.json'])
})

test('an application whose dependencies are not installed names the command to install them', async () => {
  const dir = project({
    'package.json':
      '{"name":"api","main":"app.js","dependencies":{"express":"^4.0.0"},"devDependencies":{"jest":"*","supertest":"*"}}',
    'app.js': "const app = require('express')()\napp.get('/x', (req, res) => res.json({}))\napp.listen(3000)\n",
  })
  const { exitCode, stdout } = await agent('run', dir, '--output-format', 'json')
  expect(exitCode).toBe(3)
  expect(JSON.parse(stdout).error).toMatchObject({ code: 'DEPENDENCIES_MISSING', next: expect.stringContaining('npm') })
})

test('a model that needs a key is not asked without one', async () => {
  const { exitCode, stderr } = await execa(process.execPath, [main, 'run', home, '--model', 'claude'], {
    reject: false,
    extendEnv: false,
    env: { PATH: process.env.PATH ?? '', INTEGRATION_TEST_BUILDER_HOME: home },
  })
  expect(exitCode).toBe(5)
  expect(stderr).toContain('ANTHROPIC_API_KEY')
})

test('a wrong option is named', async () => {
  const { exitCode, stderr } = await agent('run', home, '--max-minutes', 'soon')
  expect(exitCode).toBe(2)
  expect(stderr).toContain('--max-minutes')
})

test('help offers what exists', async () => {
  const { exitCode, stdout } = await agent('--help')
  expect(exitCode).toBe(0)
  for (const command of ['run', 'inspect', 'verify', 'services', 'mcp', 'finding', 'report', 'doctor'])
    expect(stdout).toContain(`  ${command} `)
})

test('the version is the package’s', async () => {
  const { stdout } = await agent('--version')
  expect(stdout).toMatch(/^\d+\.\d+\.\d+$/)
})

test('a run that does not exist has no report', async () => {
  const { exitCode, stderr } = await agent('report', 'nothing')
  expect(exitCode).toBe(2)
  expect(stderr).toContain('NO_SUCH_RUN')
})
