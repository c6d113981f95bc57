import { cpSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { inspectProjectTool } from '../../src/tools/inspect-project.ts'
import { createSession, disposeSession, type Session } from '../../src/tools/session.ts'
import { startEnvironmentTool } from '../../src/tools/start-environment.ts'
import { verifySuiteTool } from '../../src/tools/verify-suite.ts'
import { openWorkspace } from '../../src/workspace/workspace.ts'

let root: string
let session: Session | undefined

afterEach(async () => {
  if (session) await disposeSession(session)
  rmSync(root, { recursive: true, force: true })
})

it('VerifySuite holds the suite that a project has against the gates, and no run is accepted for its sake', async () => {
  root = mkdtempSync(join(tmpdir(), 'existing-'))
  cpSync(join(import.meta.dirname, '../fixtures/tasks'), root, { recursive: true })
  symlinkSync(realpathSync(join(import.meta.dirname, '../../node_modules')), join(root, 'node_modules'))
  session = createSession(await openWorkspace(root))
  const options = { signal: new AbortController().signal, progress: () => undefined }
  await inspectProjectTool(session).run({}, options)
  await startEnvironmentTool(session).run({}, options)

  const { text, data } = await verifySuiteTool(session).run({ gates: ['runs'] }, options)

  expect(text).toContain('by npm test: 14 tests')
  expect(text).toContain('send the application no request: test/unit/due.test.js')
  expect(data).toMatchObject({ holds: true, verdicts: [{ name: 'runs', verdict: 'pass' }] })
  expect([session.suite, session.verified]).toEqual([null, null])
})
