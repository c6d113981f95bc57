import type { Json } from '../../contracts/json.ts'
import type { RunResult } from '../../contracts/suite.ts'
import { FAULT_KINDS, type Fault, type FaultKind } from '../faults/fault.ts'
import { findFaults, hasReadableSource } from '../faults/find.ts'
import { heldBack } from '../faults/held-back.ts'
import { patienceFor } from '../faults/patience.ts'
import { filesThatReach } from '../faults/reach.ts'
import { sampleFaults } from '../faults/sample.ts'
import { type Trial, tryFault } from '../faults/trial.ts'
import type { GateInput, VerifierGate } from '../gate.ts'
import { workOff } from '../slots.ts'
import type { Stage } from '../stages.ts'
import { describeRun, explainRed, isGreen } from '../summary.ts'
import { blocked, fail, notApplicable, pass } from '../verdicts.ts'

const BASELINE_MS = 300_000
const MOST_FAULTS = 60
const OF_COVERED = 0.7
const OF_ALL = 0.5

/** `wanted`: only these of the faults that were found. */
export function createKillsGate({
  most = MOST_FAULTS,
  wanted = () => true,
}: {
  most?: number
  wanted?: (fault: Fault) => boolean
}): VerifierGate {
  return {
    name: 'kills',
    promise: `Of seeded faults it notices ${OF_COVERED * 100} % where it runs the code, ${OF_ALL * 100} % of all, and every one of auth, ownership and writes`,

    async check(input: GateInput) {
      const isAsked = ({ id }: Fault) => input.faults === undefined || input.faults.includes(id)
      const found = (await findFaults(input.map)).filter((fault) => wanted(fault) && isAsked(fault))
      const dismissed = (input.dismissed ?? []).filter(({ fault }) => found.some(({ id }) => id === fault))
      const faults = found.filter(({ id }) => !dismissed.some(({ fault }) => fault === id))
      if (found.length === 0 && !hasReadableSource(input.map)) {
        return blocked(
          `Seeded faults are known for JavaScript and TypeScript; none of the ${input.map.sources.length} sources is one.`,
        )
      }
      if (faults.length === 0) {
        return notApplicable(
          found.length === 0
            ? 'No place for a seeded fault was found in the sources.'
            : `Each of the ${found.length} seeded faults was dismissed.`,
          { dismissed },
        )
      }
      const sample = sampleFaults(faults, most)
      const stage = await input.stages.open()
      try {
        await stage.environment.reset()
        const baseline = await input.run(stage.environment, {
          coverage: true,
          coverageByFile: true,
          sources: input.map.sources,
          // Counting what runs takes its time too.
          timeoutMs: BASELINE_MS + 3 * (await input.stages.measured()).durationMs,
        })
        if (!isGreen(baseline)) {
          return blocked(`The suite is red before any fault is seeded: ${explainRed(baseline)}. Repair that first.`, {
            failed: describeRun(baseline).failed,
          })
        }
        if (!baseline.coverageByFile?.length) {
          return blocked(
            'The runner does not tell which test file runs which line; a reporter for it would unblock this.',
          )
        }
        const control = await tryNothing(input, stage, baseline)
        if (control.fate !== 'survived') {
          return blocked(
            `It is ${control.fate === 'detected' ? 'red' : control.fate} on a fresh database without any fault${control.by === null ? '' : ` (${control.by})`}; only a stable suite can tell faults.`,
          )
        }
        const trials = await tryAll(input, stage, baseline, sample)
        const waived = (input.waivers ?? []).flatMap(({ gate, about }) => (gate === 'kills' && about ? [about] : []))
        const bugOf = (fault: Fault) => heldBack(fault, input.map, input.findings ?? [])
        const { evidence, ...outcome } = judgeAll(faults, trials, { waived, bugOf })
        return { ...outcome, evidence: { ...evidence, dismissed, cheapHashes: input.stages.cheapHashes() } }
      } finally {
        stage.release()
      }
    },
  }
}

/** What became of a fault of the sample. */
interface Tried extends Trial {
  fault: Fault
  /** Test files that run its place, in the order they were tried. */
  files: string[]
}

/** The same as with a fault, without one, in every test file: what goes red now would count for every fault. */
async function tryNothing(input: GateInput, stage: Stage, baseline: RunResult): Promise<Trial> {
  const files = (baseline.coverageByFile ?? []).map(({ test }) => test)
  const nothing = { file: input.map.sources[0] ?? '', edits: [] }
  return tryFault(stage, nothing, files, { timeoutMs: patienceFor(baseline, files), answers: false })
}

/** Every sampled fault, two at a time, each in an environment that no other one uses meanwhile. Answers in the sample's order. */
async function tryAll(input: GateInput, first: Stage, baseline: RunResult, sample: Fault[]): Promise<Tried[]> {
  const trials: Tried[] = sample.map((fault) => ({
    fault,
    fate: 'uncovered',
    files: filesThatReach(fault, baseline),
    by: null,
    test: null,
    message: null,
    durationMs: 0,
  }))
  const answers = baseline.requests.length > 0
  const queue = trials.map((trial, index) => ({ ...trial, index })).filter(({ files }) => files.length > 0)
  let done = 0
  await workOff(input.slots, queue, async (worker) => {
    const stage = worker === 0 ? first : await input.stages.open()
    return {
      async perform({ fault, files, index }) {
        input.signal.throwIfAborted()
        const options = { timeoutMs: patienceFor(baseline, files), answers }
        const trial = await tryFault(stage, fault, files, options)
        trials[index] = { fault, files, ...trial }
        done += 1
        input.progress(`kills: ${done} of ${queue.length}: ${trial.fate}: ${fault.file}:${fault.line} ${fault.what}`)
      },
      // The first one is the caller's.
      close: async () => (worker === 0 ? undefined : stage.release()),
    }
  })
  return trials
}

/** What may go unnoticed, and counts all the same. */
interface Excused {
  /** Ids of faults. */
  waived: string[]
  /** The open bug that keeps tests from noticing a fault. */
  bugOf(fault: Fault): string | null
}

function judgeAll(faults: Fault[], trials: Tried[], { waived, bugOf }: Excused) {
  const covered = trials.filter(({ fate }) => fate !== 'uncovered')
  const detected = trials.filter(({ fate }) => fate === 'detected')
  const must = trials.filter(
    ({ fault, fate }) =>
      FAULT_KINDS[fault.kind].must && fate !== 'detected' && !waived.includes(fault.id) && bugOf(fault) === null,
  )
  const ofCovered = covered.length === 0 ? 0 : detected.length / covered.length
  const ofAll = detected.length / trials.length
  const evidence: Record<string, Json> = {
    sites: faults.length,
    sampled: trials.length,
    covered: covered.length,
    detected: detected.length,
    ofCovered: round(ofCovered),
    ofAll: round(ofAll),
    kinds: kindsOf(faults, trials),
    without: (Object.keys(FAULT_KINDS) as FaultKind[])
      .filter((kind) => !faults.some((fault) => fault.kind === kind))
      .map((kind) => FAULT_KINDS[kind].words),
    survivors: trials
      .filter(({ fate }) => fate !== 'detected')
      // What must not survive comes first.
      .sort((a, b) => Number(FAULT_KINDS[b.fault.kind].must) - Number(FAULT_KINDS[a.fault.kind].must))
      .map((trial) => describe(trial, bugOf(trial.fault))),
    noticed: detected.map(({ fault, test }) => ({
      id: fault.id,
      at: `${fault.file}:${fault.line}`,
      what: fault.what,
      test,
    })),
    waived: waived.filter((id) => trials.some(({ fault }) => fault.id === id)),
  }
  const figures = `${detected.length} of ${trials.length} seeded faults detected (${percent(ofCovered)} of those in covered code)`
  if (must[0]) {
    const { fault } = must[0]
    return fail(
      `${figures}; ${must.length} of auth, ownership or writes among the rest, e.g. ${fault.file}:${fault.line}: ${fault.what}.`,
      evidence,
      must.map(({ fault }) => `${fault.id} ${fault.file}: ${fault.what}`),
    )
  }
  if (ofCovered < OF_COVERED || ofAll < OF_ALL) return fail(`${figures}.`, evidence)
  return pass(`${figures}.`, evidence)
}

function kindsOf(faults: Fault[], trials: Tried[]): Json {
  return (Object.keys(FAULT_KINDS) as FaultKind[]).flatMap((kind) => {
    const sites = faults.filter((fault) => fault.kind === kind).length
    const tried = trials.filter(({ fault }) => fault.kind === kind)
    const count = (fate: Trial['fate']) => tried.filter((trial) => trial.fate === fate).length
    return sites === 0
      ? []
      : [
          {
            kind,
            words: FAULT_KINDS[kind].words,
            sites,
            sampled: tried.length,
            covered: tried.length - count('uncovered'),
            detected: count('detected'),
          },
        ]
  })
}

/** `bug`: id of the open one that stands in the way. */
function describe({ fault, fate, files, by }: Tried, bug: string | null): Json {
  return {
    id: fault.id,
    kind: fault.kind,
    at: `${fault.file}:${fault.line}`,
    what: fault.what,
    fate,
    files: files.slice(0, 3),
    by,
    ...(bug === null ? {} : { bug }),
  }
}

const round = (fraction: number) => Math.round(fraction * 1000) / 1000
const percent = (fraction: number) => `${Math.round(fraction * 100)} %`
