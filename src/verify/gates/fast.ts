import type { GateInput, VerifierGate } from '../gate.ts'
import { explainRed, isGreen } from '../summary.ts'
import { blocked, fail, pass } from '../verdicts.ts'

const SLOWEST = 5

/** `limitMs`: what the whole command may take. */
export function createFastGate(limitMs: number): VerifierGate {
  return {
    name: 'fast',
    promise: `The whole command takes less than ${Math.round(limitMs / 60_000)} minutes`,

    async check({ rehearsal }: GateInput) {
      const { result } = await rehearsal.first()
      const seconds = (result.durationMs / 1000).toFixed(1)
      const slowest = result.tests
        .toSorted((a, b) => b.durationMs - a.durationMs)
        .slice(0, SLOWEST)
        .map(({ file, name, durationMs }) => ({ file, test: name, durationMs: Math.round(durationMs) }))
      const evidence = { durationMs: Math.round(result.durationMs), limitMs, slowest }
      if (result.timedOut || result.durationMs >= limitMs) {
        return fail(`The command took ${seconds} s, the limit is ${limitMs / 1000} s.`, evidence)
      }
      if (!isGreen(result)) {
        return blocked(`The run is red and may have ended early (${explainRed(result)}); repair that first.`, evidence)
      }
      return pass(`The command took ${seconds} s.`, evidence)
    },
  }
}
