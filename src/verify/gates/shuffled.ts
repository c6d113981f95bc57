import type { RunResult } from '../../contracts/suite.ts'
import type { GateInput, VerifierGate } from '../gate.ts'
import { measureGreen } from '../green.ts'
import { describeSequences, findSequences, listUnits } from '../sequences.ts'
import { workOff } from '../slots.ts'
import { count, describeRun, explainRed, type FailedTest, isGreen } from '../summary.ts'
import { blocked, fail, notApplicable, pass } from '../verdicts.ts'

/** Each two tests are seen both ways: an even seed turns the order before it round. */
const SEEDS = [1, 2, 3, 4, 5]
const PATIENCE_MS = 60_000
/** Of the tests before the one that failed. */
const SHOWN_BEFORE = 10

export const shuffled: VerifierGate = {
  name: 'shuffled',
  promise: `It passes in ${SEEDS.length} random orders of its files and of the tests in each`,

  async check(input: GateInput) {
    const { own, obstacle } = await measureGreen(input)
    if (obstacle) return obstacle
    const sequences = findSequences(input.suite, input.source)
    if (listUnits(own, sequences).length < 2) {
      return notApplicable('A single test, or a single deliberate sequence, has no other order.', {
        sequences: describeSequences(sequences),
      })
    }
    const fixed = Object.fromEntries([...sequences].map(([file, list]) => [file, list.map(({ titles }) => titles)]))
    const timeoutMs = PATIENCE_MS + 4 * own.durationMs
    const orders: Order[] = []
    await workOff(input.slots, SEEDS, async () => {
      const stage = await input.stages.open()
      return {
        async perform(seed) {
          input.signal.throwIfAborted()
          const once = await stage.run({ seed, fixed, timeoutMs })
          const again = isSame(once, own) ? null : await stage.runAnew({ seed, fixed, timeoutMs, patient: true })
          orders.push({ seed, once, again })
        },
        close: async () => stage.release(),
      }
    })
    orders.sort((a, b) => a.seed - b.seed)
    const red = orders.flatMap(({ seed, again }) =>
      again === null || isSame(again, own) ? [] : [{ seed, result: again }],
    )
    const [worst] = red
    const evidence = {
      seeds: SEEDS,
      orders: orders.map(({ seed, once, again }) => {
        const result = again ?? once
        return { seed, passed: count(result, 'passed'), files: [...new Set(result.tests.map(({ file }) => file))] }
      }),
      sequences: describeSequences(sequences),
      red: red.map(({ seed }) => seed),
      // Red in one process after others, green in one of its own.
      unsteady: orders
        .filter(({ again }) => again !== null && isSame(again, own))
        .flatMap(({ seed, once }) => describeRun(once).failed.map(({ file, name }) => ({ seed, file, name }))),
      cheapHashes: input.stages.cheapHashes(),
    }
    if (worst) {
      const { seed, result } = worst
      const why = isGreen(result)
        ? `only ${count(result, 'passed')} of ${count(own, 'passed')} tests passed`
        : explainRed(result)
      const before = testsBefore(result)
      return fail(
        `In ${red.length} of ${SEEDS.length} other orders it does not pass, e.g. with seed ${seed}: ${why}.`,
        {
          ...evidence,
          failed: failedIn(red.map((one) => one.result)),
          errors: describeRun(result).errors ?? [],
          before,
        },
      )
    }
    if (new Set(orders.map(({ once, again }) => orderOf(again ?? once))).size < 2) {
      return blocked(
        'The tests ran in the same order each time; a runner that can be told another one would let it be seen.',
        evidence,
      )
    }
    const kept = sequences.size > 0 ? `; ${evidence.sequences.length} deliberate sequences kept their order` : ''
    return pass(`${count(own, 'passed')} tests passed in ${SEEDS.length} random orders${kept}.`, evidence)
  },
}

interface Order {
  seed: number
  once: RunResult
  /** The same order in a process of its own, where the first try was red. */
  again: RunResult | null
}

const isSame = (result: RunResult, own: RunResult) =>
  isGreen(result) && count(result, 'passed') === count(own, 'passed')

/** Each test that failed in any of these runs, once. */
function failedIn(results: RunResult[]): FailedTest[] {
  const failed = new Map<string, FailedTest>()
  for (const one of results.flatMap((result) => describeRun(result).failed)) {
    const key = `${one.file}\0${one.name}`
    if (!failed.has(key)) failed.set(key, one)
  }
  return [...failed.values()]
}

const orderOf = ({ tests }: RunResult) =>
  JSON.stringify(tests.flatMap(({ file, name, status }) => (status === 'passed' ? [[file, name]] : [])))

/** What ran in the file of the first failed test before it did, latest last. */
function testsBefore({ tests }: RunResult): string[] {
  const ran = tests.filter(({ status }) => status === 'passed' || status === 'failed')
  const at = ran.findIndex(({ status }) => status === 'failed')
  const file = ran[at]?.file
  const names = ran.slice(0, Math.max(at, 0)).filter((test) => test.file === file)
  return names.slice(-SHOWN_BEFORE).map(({ name }) => name)
}
