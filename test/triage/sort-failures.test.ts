import { expect, test } from 'vitest'
import type { RunResult, SeenRequest, TestResult } from '../../src/contracts/suite.ts'
import { type Failure, sortFailures } from '../../src/triage/index.ts'

const NAME = 'POST /orders > creates an order'
const failure = (message: string, name = NAME): Failure => ({ file: 'tests/orders.test.js', name, message })
const otherwise =
  'expect(received).toBe(expected)\n\nExpected: 201\nReceived: 400\n    at Object.<anonymous> (/p/tests/orders.test.js:9:5)'

/** What a run of one test by itself tells. */
function ran(parts: Partial<TestResult>, answers: [string, string, number][] = []): RunResult {
  const test = { file: 'tests/orders.test.js', name: NAME, status: 'failed', durationMs: 900, message: null, ...parts }
  const requests: SeenRequest[] = answers.map(([method, path, status]) => ({ method, path, status, pid: 1 }))
  return {
    exitCode: test.status === 'passed' ? 0 : 1,
    timedOut: false,
    durationMs: 1_000,
    tests: [test as TestResult],
    errors: [],
    requests,
    coverage: null,
    output: '',
  }
}

async function sort(failed: Failure, alone: RunResult, options: { drafted?: boolean } = {}) {
  const [sorted] = await sortFailures({
    failures: [failed],
    suiteFiles: ['tests/orders.test.js', 'tests/support/app.js'],
    caseOf: () => (options.drafted === false ? null : 'POST /orders success'),
    runAlone: async () => alone,
    progress: () => undefined,
  })
  if (!sorted) throw new Error('nothing was sorted')
  return sorted
}

const timeout = 'thrown: "Exceeded timeout of 5000 ms for a test."\n    at it (/p/tests/orders.test.js:3:3)'
const broken = ran({ message: otherwise }, [['POST', '/orders', 500]])
const refused = ran({ message: otherwise }, [['POST', '/orders', 400]])
const inTest =
  'TypeError: createUser is not a function\n    at createUser (/p/tests/orders.test.js:130:24)\n    at /p/node_modules/jest/x.js:1:1'
const inApp =
  'TypeError: db.find is not a function\n    at find (/p/src/orders.js:13:2)\n    at Object.<anonymous> (/p/tests/orders.test.js:9:5)'

const nowhere = 'TypeError: fetch failed'

test.each([
  [
    'what passes alone depends on other tests',
    failure(otherwise),
    ran({ status: 'passed' }),
    true,
    'test',
    'Passes alone',
  ],
  [
    'a mistake in the test’s own code',
    failure(inTest),
    ran({ message: inTest }),
    true,
    'test',
    'createUser is not a function',
  ],
  ['a mistake below the test is not the test’s', failure(inApp), broken, true, 'product', '500 to POST /orders'],
  ['an error from nowhere is not the test’s', failure(nowhere), broken, true, 'product', '500 to POST /orders'],
  ['an answer of 5xx, alone too', failure(otherwise), broken, true, 'product', '500 to POST /orders'],
  ['a 5xx that the test expects', failure('Expected: 500'), broken, true, 'test', 'held to this twice'],
  [
    'what the application held to while it was explored',
    failure(otherwise),
    refused,
    true,
    'test',
    'held to this twice',
  ],
  ['another answer than a person expects', failure(otherwise), refused, false, 'product', 'whoever wrote the test'],
  [
    'other words each time',
    failure('Expected: 3'),
    ran({ message: 'Received: []' }),
    false,
    'test',
    'another way each time',
  ],
  [
    'a service that is not there',
    failure(`${otherwise}\n=> 500 {"error":"connect ECONNREFUSED 127.0.0.1:6379"}`),
    broken,
    true,
    'environment',
    '127.0.0.1:6379',
  ],
  [
    'a package that is not installed',
    failure("Cannot find module 'supertest' from 'tests/orders.test.js'"),
    ran({ message: '' }),
    true,
    'environment',
    'supertest',
  ],
  [
    'a file of the suite that is not there',
    failure("Cannot find module './helpers'"),
    ran({ message: "Cannot find module './helpers'" }),
    true,
    'test',
    'asks otherwise',
  ],
  ['too little time among the others', failure(timeout), ran({ status: 'passed' }), true, 'environment', '0.9 s alone'],
  [
    'no answer to anything',
    failure(timeout),
    ran({ message: timeout }),
    true,
    'environment',
    'before the application answers',
  ],
  [
    'a wait for what never comes',
    failure(timeout),
    ran({ message: timeout }, [['GET', '/orders', 200]]),
    true,
    'test',
    'GET /orders',
  ],
] as const)('%s', async (_, failed, alone, drafted, blame, words) => {
  const sorted = await sort(failed, alone, { drafted })
  expect([sorted.blame, sorted.why]).toEqual([blame, expect.stringContaining(words)])
})

test('evidence says what was seen', async () => {
  expect(await sort(failure(otherwise), broken)).toMatchObject({
    case: 'POST /orders success',
    evidence: {
      message: expect.stringMatching(/^expect\(received\)\.toBe\(expected\) Expected: 201 Received: 400/),
      alone: 'fails alike',
      answers: ['POST /orders 500'],
      like: null,
    },
  })
})

test('failures with the same words are looked at once, and only so many at all', async () => {
  const alone: string[] = []
  const alike = Array.from({ length: 30 }, (_, index) => failure(`no user-${index} in "x${index}"`, `alike ${index}`))
  const certain = failure(inTest, 'needs no second run')
  const unlike = [...'abcdefghijklm'].map((letter) => failure(`says ${letter}`, `unlike ${letter}`))
  const sorted = await sortFailures({
    failures: [...alike, ...unlike, certain],
    suiteFiles: ['tests/orders.test.js'],
    caseOf: () => null,
    async runAlone({ name, message }) {
      alone.push(name)
      return ran({ name, message })
    },
    progress: () => undefined,
  })
  expect(sorted).toHaveLength(44)
  expect(alone).toEqual(['alike 0', ...[...'abcdefg'].map((letter) => `unlike ${letter}`)])
  expect(sorted[29]?.evidence).toMatchObject({ alone: 'fails alike', like: 'alike 0' })
  expect(sorted[43]).toMatchObject({ blame: 'test', evidence: { alone: null } })
  expect(sorted[42]?.evidence).toMatchObject({ alone: null, like: null })
})
