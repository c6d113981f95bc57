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
  const seen = new Map<string, { name: string; alone: Alone | null }>()
  const sorted: SortedFailure[] = []
  for (const failure of input.failures) {
    const { file, name, message } = failure
    const drafted = input.caseOf(failure)
    const told = judgeByWords(message, input.suiteFiles)
    const key = `${file} ${wordsOf(message)}`
    if (told === null && !seen.has(key)) {
      const runs = [...seen.values()].filter(({ alone }) => alone !== null).length
      if (runs < MOST_ALONE) input.progress(`sorting failures: ${name} alone`)
      seen.set(key, { name, alone: runs < MOST_ALONE ? await lookAlone(input, failure) : null })
    }
    const first = told === null ? seen.get(key) : undefined
    const alone = first?.alone ?? null
    sorted.push({
      file,
      test: name,
      case: drafted,
      ...(told ?? judge(message, alone, drafted)),
      evidence: {
        message: shorten(message),
        alone: alone?.outcome ?? null,
        answers: (alone?.answers ?? []).map(({ method, path, status }) => `${method} ${path} ${status}`),
        like: first === undefined || first.name === name ? null : first.name,
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

interface Judgement {
  blame: Blame
  why: string
}

/** What the failure's own words leave no doubt about; such a test need not be run again. */
function judgeByWords(message: string, suiteFiles: string[]): Judgement | null {
  const sign = environmentSign(message)
  if (sign !== null) return notThere(sign)
  const mistake = mistakeIn(message, suiteFiles)
  return mistake === null ? null : { blame: 'test', why: `Its own code throws: “${mistake}”.` }
}

const notThere = (sign: string): Judgement => ({
  blame: 'environment',
  why: `Something it runs on is not there: “${sign}”.`,
})

/** From what is most certain to what is least. */
function judge(message: string, alone: Alone | null, drafted: string | null): Judgement {
  const said = `${message}\n${alone?.message ?? ''}`
  const sign = environmentSign(alone?.message ?? '')
  if (sign !== null) return notThere(sign)
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

function judgeTimeout(alone: Alone | null): Judgement {
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
