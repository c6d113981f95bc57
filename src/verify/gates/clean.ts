import type { Json } from '../../contracts/json.ts'
import { describeRows, findResidue, type Residue } from '../footprint.ts'
import type { GateInput, VerifierGate } from '../gate.ts'
import { interruptRun } from '../interrupt.ts'
import { withoutMeantToStay } from '../meant-to-stay.ts'
import { describeRun, explainRed, isGreen } from '../summary.ts'
import { blocked, fail, pass } from '../verdicts.ts'

export const clean: VerifierGate = {
  name: 'clean',
  promise:
    'It leaves nothing behind: after passing, after a failing test, and after Ctrl-C once the next run has set up',

  async check(input: GateInput) {
    const { environment, before, result: first } = await input.rehearsal.first()
    const green = isGreen(first) && isGreen(await input.rehearsal.second())
    const evidence: Record<string, Json> = {
      atStart: describeRows(before),
      comparedBy: 'our own connection to each store; files, ports, processes and temporary files of the sandbox',
    }
    const look = async (key: string): Promise<Residue[]> => {
      const found = await findResidue(environment, before, input.suite.files)
      evidence[key] = found as unknown as Json
      return input.foreign ? withoutMeantToStay(found, input.map.root) : found
    }
    const leftOver = async (key: string, when: string) => {
      const residue = await look(key)
      return residue[0] ? fail(`${when} it leaves ${explain(residue)}.`, evidence, residue.map(nameOf)) : null
    }

    const afterRun = await leftOver('afterRun', green ? 'After two passing runs' : 'After a red run')
    if (afterRun) return afterRun

    const failing = await failTests(input)
    if (typeof failing === 'string') return blocked(failing, evidence)
    evidence.failing = failing
    const afterFailure = await leftOver('afterFailing', 'After failing tests')
    if (afterFailure) return afterFailure

    const interrupted = await interruptRun(input, environment)
    evidence.interrupted = { ...interrupted }
    if (interrupted.exitedBy === 'itself') {
      return blocked(
        'The suite ends too quickly to be interrupted; a longer one would show what Ctrl-C leaves.',
        evidence,
      )
    }
    if (interrupted.exitedBy === 'kill') return fail('It does not end within 10 s of Ctrl-C.', evidence)
    const residue = await look('afterInterrupt')
    // Rows may stay: nobody can delete them any more. The next run has to.
    const live = residue.filter((one) => one.kind !== 'rows')
    if (live[0]) return fail(`After Ctrl-C it leaves ${explain(live)}.`, evidence, live.map(nameOf))

    const next = await input.run(environment)
    const { failed, ...figures } = describeRun(next)
    evidence.runAfterInterrupt = figures
    evidence.failed = failed
    if (green && !isGreen(next))
      return fail(`After an interrupted run the next one is red: ${explainRed(next)}.`, evidence)
    const afterNext = await leftOver('afterNextRun', 'After an interrupted run and the next full one')
    if (afterNext) return afterNext
    if (!green) {
      return blocked('It leaves nothing when it is red; repair it to see what it leaves when it passes.', evidence)
    }
    return pass(
      'Same rows, tables, files, ports and processes after passing, after failing tests and after Ctrl-C.',
      evidence,
    )
  },
}

/** Runs the suite with each test made to fail after its last assertion. Answers what failed, or why that could not be done. */
async function failTests({ run, suite, source, rehearsal }: GateInput): Promise<Json | string> {
  if (!source) return `Test files of ${suite.runner} cannot be read; a reader for them would let tests fail on purpose.`
  let madeToFail = 0
  const files = suite.files.map((file) => {
    const edited = file.kind === 'test' ? source.breakTests(file.path, file.content) : null
    madeToFail += edited?.titles.length ?? 0
    return edited ? { ...file, content: edited.content } : file
  })
  if (madeToFail === 0)
    return 'No test with a body of its own was found to make fail; such a test would let it be checked.'
  const { environment } = await rehearsal.first()
  const result = await run(environment, {}, { ...suite, files })
  for (const file of suite.files) await environment.sandbox.writeFile(file.path, file.content)
  const failed = result.tests.filter((test) => test.message?.includes('made to fail by the verifier')).length
  if (failed === 0) return `The tests made to fail did not: ${explainRed(result)}.`
  return { madeToFail, failed }
}

/** Without what differs from run to run. */
const nameOf = ({ kind, name, detail }: Residue) => (kind === 'process' ? `process ${detail}` : `${kind} ${name}`)

function explain(residue: Residue[]): string {
  const [first] = residue
  const more = residue.length > 1 ? ` and ${residue.length - 1} more` : ''
  return `${first?.kind} ${first?.name} (${first?.detail})${more}`
}
