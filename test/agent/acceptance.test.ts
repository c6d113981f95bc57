import { expect, it } from 'vitest'
import { createAcceptance } from '../../src/agent/acceptance.ts'
import type { GateVerdict } from '../../src/contracts/verdict.ts'

const gate = (name: GateVerdict['name'], verdict: GateVerdict['verdict']): GateVerdict => ({
  name,
  verdict,
  why: 'because',
  evidence: { seen: 1 },
  durationMs: 1,
})
const accept = (...verdicts: GateVerdict[]) =>
  createAcceptance({ fingerprint: async () => 'suite', verdicts: async () => verdicts })

it('accepts what every gate holds for, or has nothing to say about', async () => {
  expect(await accept(gate('runs', 'pass'), gate('guarded', 'not_applicable'))()).toEqual({ accepted: true })
})

it.each(['fail', 'blocked'] as const)('does not accept a gate’s %s, and hands on what it saw', async (verdict) => {
  const answer = await accept(gate('runs', 'pass'), gate('clean', verdict))()
  expect(answer).toMatchObject({ accepted: false, hopeless: false, data: { open: [{ name: 'clean', verdict }] } })
  expect(answer).toMatchObject({ text: expect.stringContaining(`- clean: ${verdict}: because\n  {"seen":1}`) })
})

it('ends when the same suite is said to be done once more, or there is none', async () => {
  const asked = accept(gate('clean', 'fail'))
  await asked()
  expect(await asked()).toMatchObject({ accepted: false, hopeless: true })
  const none = createAcceptance({ fingerprint: async () => null, verdicts: async () => [] })
  expect(await none()).toMatchObject({ accepted: false, hopeless: false })
  expect(await none()).toMatchObject({ accepted: false, hopeless: true })
})
