import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { guestbook } from './projects.ts'

const ENVIRONMENT = join(import.meta.dirname, '../../dist/environment/index.js')

it('leaves no process when its creator is killed', async () => {
  const script = `
    const { startEnvironment } = await import(${JSON.stringify(ENVIRONMENT)})
    const options = { signal: new AbortController().signal, progress() {} }
    const environment = await startEnvironment(${JSON.stringify(guestbook)}, options)
    await environment.startApp()
    console.log(environment.id)
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  const id = await new Promise<string>((resolve) => child.stdout.once('data', (line) => resolve(String(line).trim())))
  expect(processesWith(id).length).toBeGreaterThan(1)
  child.kill('SIGKILL')
  await expect.poll(() => processesWith(id), { timeout: 10_000 }).toEqual([])
})

/** Processes that carry the identifier in their arguments or environment; not this one. */
function processesWith(id: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return false
      return ['cmdline', 'environ'].some((file) => readFileSync(`/proc/${pid}/${file}`, 'latin1').includes(id))
    } catch {
      return false
    }
  })
}
