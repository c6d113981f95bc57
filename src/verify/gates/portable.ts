import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import type { CommandResult } from '../../contracts/sandbox.ts'
import { makeFreshClone } from '../fresh-clone.ts'
import type { GateInput, VerifierGate } from '../gate.ts'
import { plainVariables } from '../plain-variables.ts'
import { count, isGreen } from '../summary.ts'
import { blocked, fail, pass } from '../verdicts.ts'

const TIMEOUT_MS = 300_000
const TAIL = 3_000

export const portable: VerifierGate = {
  name: 'portable',
  promise: 'The documented command passes in a fresh clone without our hooks and helpers, still reaching nothing else',

  onItsOwn: true,

  async check({ rehearsal, map, suite, open, signal }: GateInput) {
    const clone = await makeFreshClone(map.root, suite.files)
    try {
      const environment = await open({ tree: clone.path })
      try {
        await environment.sandbox.clearAttempts()
        const result = await environment.run({
          argv: suite.argv,
          cwd: join(environment.sandbox.root, suite.cwd),
          env: plainVariables(environment, suite),
          timeoutMs: TIMEOUT_MS,
          signal,
        })
        const { result: first, attempts: usual } = await rehearsal.first()
        if (!isGreen(first)) return blocked('The suite is red where it was written; repair that first.')
        // The application's own habits are the business of `isolated`; here counts what the clone adds.
        const attempts = (await environment.sandbox.attempts()).filter(
          ({ target }) => !usual.some((other) => other.target === target),
        )
        return judge(
          result,
          count(first, 'passed'),
          attempts.map(({ target }) => target),
          clone,
        )
      } finally {
        await environment.stop()
      }
    } finally {
      await clone.remove()
    }

    function judge(
      result: CommandResult,
      usual: number,
      attempts: string[],
      { files, how }: { files: number; how: string },
    ) {
      const passed = countPassed(result)
      const evidence = {
        command: suite.command,
        clone: `${files} files, ${how}`,
        exitCode: result.exitCode,
        passed,
        durationMs: Math.round(result.durationMs),
        attempts,
        output: `${result.stdout}\n${result.stderr}`.trim().slice(-TAIL),
      }
      if (result.timedOut) return fail('In a fresh clone the command did not end in time.', evidence)
      if (result.exitCode !== 0) return fail(`In a fresh clone the command exits ${result.exitCode}.`, evidence)
      if (attempts[0]) return fail(`In a fresh clone it tried to reach ${attempts.join(', ')}.`, evidence)
      if (passed !== null && passed < usual) {
        return fail(`In a fresh clone the command exits 0, but only ${passed} of ${usual} tests passed.`, evidence)
      }
      return pass(`\`${suite.command}\` exits 0 in a fresh clone without our hooks.`, evidence)
    }
  },
}

/** Tests that passed by what the runner says at its end, of all runners that the command starts; `null`: it says nothing of the kind. */
function countPassed({ stdout, stderr }: CommandResult): number | null {
  const said = stripVTControlCharacters(`${stdout}\n${stderr}`)
  if (/^No tests? (files? )?found/m.test(said)) return 0
  const lines = said.match(/^ *Tests:? .*(\btotal|\(\d+\))$/gm) ?? []
  const counts = lines.map((line) => Number(/(\d+) passed/.exec(line)?.[1] ?? 0))
  return counts.length === 0 ? null : counts.reduce((sum, one) => sum + one, 0)
}
