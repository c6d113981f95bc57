import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, it, onTestFinished, vi } from 'vitest'
import { cacheDir, locksDir, runsDir } from '../../src/workspace/directories.ts'
import { lockProject } from '../../src/workspace/lock.ts'
import { makeProject } from './sandbox/project.ts'

beforeEach(() => {
  vi.stubEnv('INTEGRATION_TEST_BUILDER_HOME', makeProject({}))
  return () => void vi.unstubAllEnvs()
})

it('lets one run work on a project at a time, by whatever name', async () => {
  const root = makeProject({})
  symlinkSync(root, `${root}-alias`)
  const unlock = await lockProject(root)
  await expect(lockProject(`${root}-alias`)).rejects.toMatchObject({
    code: 'ALREADY_RUNNING',
    value: String(process.pid),
  })
  await (await lockProject(makeProject({})))()
  await unlock()
  await (await lockProject(root))()
  expect(readdirSync(locksDir())).toEqual([])
  expect(readdirSync(root)).toEqual([])
})

it('takes over what a dead process left, and what a reused process number does not mean', async () => {
  const root = makeProject({})
  const unlock = await lockProject(root)
  const file = join(locksDir(), readdirSync(locksDir())[0] ?? '')
  const dead = spawn('true')
  await new Promise((resolve) => dead.once('exit', resolve))
  for (const left of [{ pid: dead.pid, started: null }, { pid: process.pid, started: '1' }, 'garbage']) {
    writeFileSync(file, JSON.stringify(left))
    const again = await lockProject(root)
    await expect(lockProject(root)).rejects.toMatchObject({ code: 'ALREADY_RUNNING' })
    await again()
  }
  // Not ours any more: left alone.
  writeFileSync(file, 'another')
  await unlock()
  expect(readFileSync(file, 'utf8')).toBe('another')
})

it('goes to exactly one of many that race for a stale lock', async () => {
  const root = makeProject({})
  await lockProject(root)
  writeFileSync(join(locksDir(), readdirSync(locksDir())[0] ?? ''), JSON.stringify({ pid: 2 ** 22 + 1, started: null }))
  const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => lockProject(root)))
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
})

it('keeps its directories where XDG says, or all in one', () => {
  const home = process.env.INTEGRATION_TEST_BUILDER_HOME ?? ''
  expect([cacheDir(), runsDir()]).toEqual([join(home, 'cache'), join(home, 'runs')])
  vi.stubEnv('INTEGRATION_TEST_BUILDER_HOME', '')
  vi.stubEnv('HOME', '/home/u')
  vi.stubEnv('XDG_CACHE_HOME', '')
  vi.stubEnv('XDG_STATE_HOME', '/state')
  onTestFinished(() => void vi.unstubAllEnvs())
  expect(cacheDir()).toBe('/home/u/.cache/integration-test-builder')
  expect(runsDir()).toBe('/state/integration-test-builder/runs')
})

it('says so when a lock is there and cannot be read, instead of trying for ever', async () => {
  const root = makeProject({})
  const unlock = await lockProject(root)
  const [name = ''] = readdirSync(locksDir())
  await unlock()
  mkdirSync(join(locksDir(), name))
  await expect(lockProject(root)).rejects.toMatchObject({ code: 'LOCK_UNREADABLE' })
})

it('is not held up by a claim on a stale lock that nobody can have made', async () => {
  const root = makeProject({})
  const unlock = await lockProject(root)
  const lock = join(locksDir(), readdirSync(locksDir())[0] ?? '')
  const stale = JSON.stringify({ pid: process.pid, started: '1' })
  writeFileSync(lock, stale)
  writeFileSync(`${lock}.${createHash('sha256').update(stale).digest('hex').slice(0, 12)}.claim`, 'half a li')
  await unlock()
  await (await lockProject(root))()
  expect(readdirSync(locksDir())).toEqual([])
})
