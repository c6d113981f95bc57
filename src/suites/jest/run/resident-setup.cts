// @ts-nocheck
// Plain JavaScript on purpose: Jest loads this text in the sandbox before each test file of a resident run, whatever its version.
// It brings the file's tests into another order, keeps those after the first red one from running, and tells which test runs now.
// Old Jest does not know `node:fs`.
// biome-ignore lint/style/useNodejsImportProtocol: see above
const { writeFileSync } = require('fs')

if (process.env.INTEGRATION_TESTS_SETUP) require(process.env.INTEGRATION_TESTS_SETUP)

const TIMEOUT = /Exceeded timeout of|Async callback was not invoked|Timeout of \d+ ?ms exceeded/
const PATIENCE = 4
const job = JSON.parse(process.env.INTEGRATION_TESTS_JOB || '{}')
const now = process.env.INTEGRATION_TESTS_CURRENT_TEST

/** A generator of numbers from 0 to 1 that gives the same ones for the same seed. */
function numbers(seed) {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

/** An even seed gives the order of the odd one before it, the other way round: each two tests are seen both ways. */
function shuffle(list, random) {
  for (let last = list.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1))
    ;[list[last], list[other]] = [list[other], list[last]]
  }
  if (job.seed % 2 === 0) list.reverse()
}

/** Everything below a block, but not below one of those that have to stay as they are. */
function shuffleBlock(block, path, random) {
  const fixed = job.fixed?.[job.current] ?? []
  if (fixed.some((one) => one.length === path.length && one.every((title, index) => title === path[index]))) return
  if (Array.isArray(block.tests) && !block.children.some((child) => child.type === 'test')) shuffle(block.tests, random)
  shuffle(block.children, random)
  for (const child of block.children) {
    if (Array.isArray(child.children)) shuffleBlock(child, [...path, child.name ?? child.description], random)
  }
}

function shuffleAll(root) {
  if (typeof job.seed === 'number') shuffleBlock(root, [], numbers(Math.ceil(job.seed / 2)))
}

function begin(name) {
  if (now) writeFileSync(now, name)
}

let timeouts = 0

/** A test that ran out of time is not yet a reason to end. */
function endsFile(messages) {
  if (!job.untilRed || messages.length === 0) return false
  if (!messages.some((message) => TIMEOUT.test(message))) return true
  timeouts += 1
  return timeouts > 1
}

function everyTest(block, visit) {
  for (const test of block.tests ?? []) visit(test)
  for (const child of block.children) {
    if (Array.isArray(child.children)) everyTest(child, visit)
    else visit(child)
  }
}

function followCircus(state) {
  // A project can have Jest keep its words out of the global scope.
  const { afterEach, beforeAll, beforeEach } = global.beforeAll ? global : require('@jest/globals')
  const nameOf = () => {
    const names = []
    for (let at = state().currentlyRunningTest; at?.parent; at = at.parent) names.unshift(at.name)
    return names.join(' > ')
  }
  const text = (error) => String(error?.message ?? error?.[0]?.message ?? error)
  beforeAll(() => {
    if (job.patient) state().testTimeout *= PATIENCE
    shuffleAll(state().rootDescribeBlock)
  })
  beforeEach(() => begin(nameOf()))
  afterEach(() => {
    begin('')
    const failed = (state().currentlyRunningTest?.errors ?? []).map((error) =>
      text(Array.isArray(error) ? (error[0] ?? error[1]) : error),
    )
    if (!endsFile(failed)) return
    everyTest(state().rootDescribeBlock, (test) => {
      if (test !== state().currentlyRunningTest && (test.status ?? null) === null) test.mode = 'skip'
    })
  })
}

function followJasmine(env) {
  const execute = env.execute
  env.execute = function (...given) {
    shuffleAll(env.topSuite())
    for (const name of ['DEFAULT_TIMEOUT_INTERVAL', '_DEFAULT_TIMEOUT_INTERVAL']) {
      if (job.patient && jasmine[name]) jasmine[name] *= PATIENCE
    }
    return execute.apply(this, given)
  }
  const path = []
  env.addReporter({
    suiteStarted: ({ description }) => path.push(description),
    suiteDone: () => path.pop(),
    specStarted: ({ description }) => begin([...path, description].join(' > ')),
    specDone: ({ failedExpectations = [] }) => {
      begin('')
      if (!endsFile(failedExpectations.map(({ message, stack }) => `${message}\n${stack ?? ''}`))) return
      everyTest(env.topSuite(), (test) => {
        test.markedPending = true
      })
    },
  })
}

const symbol = Object.getOwnPropertySymbols(global).find((one) => String(one) === 'Symbol(JEST_STATE_SYMBOL)')
if (symbol) followCircus(() => global[symbol])
else if (typeof jasmine !== 'undefined') followJasmine(jasmine.getEnv())
