import type { RunResult, SeenRequest, TestResult } from '../contracts/suite.ts'
import type { Blame, SortedFailure } from '../contracts/triage.ts'
import { environmentSign, isTimeout, mistakeIn, shorten, wordsOf } from './signs.ts'

/** Failures with words of their own that are run alone; starting a runner costs a second or more. */
const MOST_ALONE = 8

export type Failure = Pick<TestResult, 'file' | 'name'> & { message: string }

export interface TriageInput {
  failures: Failure[]
  /** Paths of everything that belongs to the suite. */
  suiteFiles: string[]
  /** The case a test was drafted from, which the running application held to twice; `null`: somebody wrote it. */
  caseOf(failure: Failure): string | null
  /** Runs one test by itself on a fresh database. */
  runAlone(failure: Failure): Promise<RunResult>
  progress(message: string): void
}

/** Sorts failing tests by whose failure it is, each with what tells it; in the order given. */
export async function sortFailures(input: TriageInput): Promise<SortedFailure[]> {
  const seen = new Map<string, { failure: Failure; alone: Alone | null }>()
  const sorted: SortedFailure[] = []
  for (const failure of input.failures) {
    const words = `${failure.file} ${wordsOf(failure.message)}`
    const known = seen.get(words)
    if (known === undefined) {
      if (seen.size < MOST_ALONE) input.progress(`sorting failures: ${failure.name} alone`)
      seen.set(words, { failure, alone: seen.size < MOST_ALONE ? await lookAlone(input, failure) : null })
    }
    const { failure: first, alone } = seen.get(words) ?? { failure, alone: null }
    const drafted = input.caseOf(failure)
    const { blame, why } = judge(failure, alone, drafted, input.suiteFiles)
    sorted.push({
      file: failure.file,
      test: failure.name,
      case: drafted,
      blame,
      why,
      evidence: {
        message: shorten(failure.message),
        alone: alone?.outcome ?? null,
        answers: (alone?.answers ?? []).map(({ method, path, status }) => `${method} ${path} ${status}`),
        like: first === failure ? null : first.name,
      },
    })
  }
  return sorted
}

interface Alone {
  outcome: NonNullable<SortedFailure['evidence']['alone']>
  message: string
  answers: SeenRequest[]
  durationMs: number
}

async function lookAlone({ runAlone }: TriageInput, failure: Failure): Promise<Alone> {
  const { tests, errors, requests } = await runAlone(failure)
  const [test] = tests.filter(({ name }) => name === failure.name)
  const message = test?.message ?? errors[0]?.message ?? ''
  const outcome =
    test?.status === 'passed'
      ? 'passes'
      : wordsOf(message) === wordsOf(failure.message)
        ? 'fails alike'
        : 'fails otherwise'
  return { outcome, message, answers: requests, durationMs: test?.durationMs ?? 0 }
}

/** From what is most certain to what is least. */
function judge(
  { message }: Failure,
  alone: Alone | null,
  drafted: string | null,
  suiteFiles: string[],
): { blame: Blame; why: string } {
  const said = `${message}\n${alone?.message ?? ''}`
  const sign = environmentSign(said)
  if (sign !== null) return { blame: 'environment', why: `Something it runs on is not there: “${sign}”.` }
  const mistake = mistakeIn(message, suiteFiles)
  if (mistake !== null) return { blame: 'test', why: `Its own code throws: “${mistake}”.` }
  if (isTimeout(message)) return judgeTimeout(alone)
  if (alone?.outcome === 'passes')
    return {
      blame: 'test',
      why: 'Passes alone on a fresh database: it depends on what other tests do, or on their order.',
    }
  const broken = alone?.answers.find(({ status }) => status >= 500)
  if (broken !== undefined && !/^Expected: 5\d\d\b/m.test(said)) {
    const { method, path, status } = broken
    return {
      blame: 'product',
      why: `The application answers ${status} to ${method} ${path}, alone on a fresh database too.`,
    }
  }
  if (drafted !== null)
    return {
      blame: 'test',
      why: 'The running application held to this twice while it was explored: the test asks otherwise, or for more.',
    }
  if (alone?.outcome === 'fails otherwise')
    return {
      blame: 'test',
      why: 'Fails in another way each time: it depends on a clock, an order or a value by chance.',
    }
  return {
    blame: 'product',
    why: `The application answers otherwise than whoever wrote the test expects${alone === null ? '' : ', alone on a fresh database too'}.`,
  }
}

function judgeTimeout(alone: Alone | null): { blame: Blame; why: string } {
  if (alone === null) return { blame: 'environment', why: 'It ran out of time.' }
  if (alone.outcome === 'passes') {
    const took = `${(alone.durationMs / 1000).toFixed(1)} s`
    return {
      blame: 'environment',
      why: `It ran out of time among the others and takes ${took} alone: too little to run on.`,
    }
  }
  if (alone.answers.length === 0)
    return { blame: 'environment', why: 'It runs out of time, alone too, before the application answers anything.' }
  const { method = '', path = '' } = alone.answers.at(-1) ?? {}
  return {
    blame: 'test',
    why: `It runs out of time, alone too; the last that the application answered was ${method} ${path}.`,
  }
}
