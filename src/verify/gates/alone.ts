import type { RunResult } from '../../contracts/suite.ts'
import type { GateInput, VerifierGate } from '../gate.ts'
import { measureGreen } from '../green.ts'
import { describeSequences, findSequences, listUnits, type Unit } from '../sequences.ts'
import { workOff } from '../slots.ts'
import { describeRun, explainRed, type FailedTest, isGreen } from '../summary.ts'
import { blocked, fail, pass } from '../verdicts.ts'

const PATIENCE_MS = 30_000

/** `budgetMs`: after this time single tests that were not tried yet are left; every file, and one test of each, is tried all the same. */
export function createAloneGate(budgetMs: number): VerifierGate {
  return {
    name: 'alone',
    promise: 'Each test file passes as the only one run, and so does each test',

    async check(input: GateInput) {
      const { own, obstacle } = await measureGreen(input)
      if (obstacle) return obstacle
      const sequences = findSequences(input.suite, input.source)
      const units = inTurn(listUnits(own, sequences))
      const files = [...new Set(units.map(({ unit }) => unit.file))]
      const whole: Unit[] = files.length > 1 ? files.map((file) => ({ file, only: null, tests: [] })) : []
      const queue = [...whole.map((unit) => ({ unit, atLeast: true })), ...units]
      const trials = await tryAll(input, queue, Date.now() + budgetMs, own)
      const tried = trials.filter(({ unit, fate }) => unit.tests.length > 0 && fate !== 'not found')
      const red = trials.filter(({ fate }) => fate === 'red')
      const tests = (list: Unit[]) => list.reduce((sum, { tests }) => sum + tests.length, 0)
      const figures = { all: tests(units.map(({ unit }) => unit)), tried: tests(tried.map(({ unit }) => unit)) }
      const evidence = {
        files: whole.length,
        tests: figures,
        sampling:
          figures.tried === figures.all
            ? 'every test'
            : `as many as ${budgetMs / 1000} s allow, in turn of each file, one of each at least; every file as a whole`,
        sequences: describeSequences(sequences),
        // Names that are made anew each time the file is loaded.
        notFound: trials.filter(({ fate }) => fate === 'not found').map(({ unit }) => unit.only?.name ?? unit.file),
        unsteady: trials.filter(({ fate }) => fate === 'unsteady').map(({ unit }) => unit.only?.name ?? unit.file),
        cheapHashes: input.stages.cheapHashes(),
        failed: red.flatMap(({ failed }) => failed),
      }
      if (red[0]) {
        const { unit, why } = red[0]
        return fail(
          `${red.length} of ${trials.length} do not pass as the only one run, e.g. ${unit.only ? `“${unit.only.name}” of ${unit.file}` : unit.file}: ${why}.`,
          evidence,
        )
      }
      if (tried.length === 0) {
        return blocked(
          'No test was found again by its name, so none could be run alone; names that stay the same would let them be.',
          evidence,
        )
      }
      const all = figures.tried === figures.all ? `each of ${figures.all}` : `${figures.tried} of ${figures.all}`
      return pass(
        whole.length > 0
          ? `Each of ${files.length} files and ${all} tests passed as the only one run.`
          : `${all.replace('each', 'Each')} tests passed as the only one run.`,
        evidence,
      )
    },
  }
}

interface Queued {
  unit: Unit
  /** Whatever time it takes. */
  atLeast: boolean
}

interface Trial {
  unit: Unit
  fate: 'green' | 'red' | 'unsteady' | 'not found'
  why: string
  failed: FailedTest[]
}

async function tryAll(input: GateInput, units: Queued[], deadline: number, own: RunResult): Promise<Trial[]> {
  const trials: Trial[] = []
  await workOff(input.slots, units, async () => {
    const stage = await input.stages.open()
    return {
      async perform({ unit, atLeast }) {
        input.signal.throwIfAborted()
        if (!atLeast && Date.now() > deadline) return
        // Where sources have to be compiled, the first file that is loaded takes most of what the whole suite does.
        const timeoutMs = PATIENCE_MS + 2 * own.durationMs
        const options = { files: [unit.file], ...(unit.only ? { only: unit.only } : {}), timeoutMs }
        const once = await stage.run(options)
        if (unit.only && once.errors.length === 0 && once.tests.length === 0) {
          trials.push({ unit, fate: 'not found', why: '', failed: [] })
          return
        }
        const result = isGreen(once) ? once : await stage.runAnew({ ...options, patient: true })
        const fate = once === result ? 'green' : isGreen(result) ? 'unsteady' : 'red'
        trials.push({
          unit,
          fate,
          why: fate === 'red' ? explainRed(result) : '',
          failed: fate === 'red' ? describeRun(result).failed : [],
        })
      },
      close: async () => stage.release(),
    }
  })
  return trials
}

/** One of each file, then another one of each: whatever time allows is spread over all of them. */
function inTurn(units: Unit[]): Queued[] {
  const seen = new Map<string, number>()
  return units
    .map((unit) => {
      const round = seen.get(unit.file) ?? 0
      seen.set(unit.file, round + 1)
      return { unit, round }
    })
    .sort((a, b) => a.round - b.round)
    .map(({ unit, round }) => ({ unit, atLeast: round === 0 }))
}
