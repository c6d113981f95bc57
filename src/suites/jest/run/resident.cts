// @ts-nocheck
// Plain JavaScript on purpose: this text is put into the sandbox as it stands and loaded there by `node --require`. It makes Jest
// (23 to 30) stay: instead of running its test files once, it runs those that it is asked for, as often as it is asked, each time
// with modules and globals of their own. Questions are files in a directory; the end of each is told on stdout.
const { readFileSync, rmSync } = require('node:fs')
const Module = require('node:module')
const { join } = require('node:path')

const directory = process.env.INTEGRATION_TESTS_RESIDENT
const token = process.env.INTEGRATION_TESTS_RESIDENT_TOKEN
const RUNNER = /(^|[\\/])jest-runner([\\/]build[\\/]index\.js)?$/
const LOOK_EVERY_MS = 4
/** What tests forgot to end; more of it would disturb those that follow. */
const MOST_FORGOTTEN = 24
const MOST_MEMORY = 900 * 1024 * 1024
/** Files in which nothing but time-outs failed; who waits for so many learns nothing more. */
const MOST_LATE = 3
const TIMEOUT = /Exceeded timeout of|Async callback was not invoked|Timeout of \d+ ?ms exceeded/

function handles() {
  return process.getActiveResourcesInfo?.().filter((kind) => kind !== 'Timeout' && kind !== 'Immediate').length ?? 0
}

const tell = (word, data) => process.stdout.write(`\n${token} ${word} ${JSON.stringify(data)}\n`)

/** The next question; removed when read. */
async function nextJob(number) {
  const path = join(directory, `${number}.json`)
  for (;;) {
    try {
      const job = JSON.parse(readFileSync(path, 'utf8'))
      rmSync(path, { force: true })
      return job
    } catch {
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
    }
  }
}

/** The project's own configuration with our set-up file behind its own. */
function withSetup(config) {
  const setup = join(directory, 'setup.cjs')
  if (Array.isArray(config.setupFilesAfterEnv)) {
    return { ...config, setupFilesAfterEnv: [...config.setupFilesAfterEnv, setup] }
  }
  // Until Jest 23 there is one such file.
  if (config.setupTestFrameworkScriptFile) {
    process.env.INTEGRATION_TESTS_SETUP = config.setupTestFrameworkScriptFile
  }
  return { ...config, setupTestFrameworkScriptFile: setup }
}

/** One test file with Jest's own runner, which tells by events since version 28 and calls back before. */
async function runFile(Runner, given, globalConfig, test, watcher) {
  const runner = new Runner(globalConfig, ...given.slice(1))
  let result = null
  let failure = null
  const onResult = (_test, found) => {
    result = found
  }
  const onFailure = (_test, error) => {
    failure = error
  }
  if (runner.supportsEventEmitters === true && typeof runner.on === 'function') {
    runner.on('test-file-success', ([one, found]) => onResult(one, found))
    runner.on('test-file-failure', ([one, error]) => onFailure(one, error))
    await runner.runTests([test], watcher, { serial: true })
  } else {
    const nothing = () => Promise.resolve()
    const later = (tell) => async (one, value) => tell(one, value)
    await runner.runTests([test], watcher, nothing, later(onResult), later(onFailure), { serial: true })
  }
  if (result) return result
  const message = failure?.stack ?? failure?.message ?? 'Jest told nothing of this file'
  return { testFilePath: test.path, testResults: [], testExecError: { message }, failureMessage: message }
}

const isRed = (result) =>
  Boolean(result.testExecError) || (result.testResults ?? []).some((one) => one.status === 'failed')

/** Red, and for no other reason than that tests ran out of time. */
const isLate = (result) =>
  // A hook after all tests fails for the file.
  (!result.testExecError || TIMEOUT.test(`${result.testExecError.message} ${result.testExecError.stack}`)) &&
  (result.testResults ?? [])
    .filter((one) => one.status === 'failed')
    .every((one) => (one.failureMessages ?? []).some((message) => TIMEOUT.test(message)))

async function perform(Runner, given, tests, watcher, reporter, job) {
  const [own] = given
  const globalConfig = {
    ...own,
    bail: 0,
    testNamePattern: job.pattern ?? '',
    collectCoverage: false,
    randomize: false,
  }
  const wanted = job.files.map((file) => tests.find(({ path }) => path === file) ?? file)
  let late = 0
  for (const test of wanted) {
    if (typeof test === 'string') {
      const message = 'The command does not select this file.'
      reporter.onTestResult({ path: test }, { testFilePath: test, testResults: [], testExecError: { message } })
      continue
    }
    process.env.INTEGRATION_TESTS_JOB = JSON.stringify({
      current: test.path,
      seed: job.seed,
      fixed: job.fixed,
      untilRed: job.untilRed,
      patient: job.patient,
    })
    const one = { ...test, context: { ...test.context, config: withSetup(test.context.config) } }
    const result = await runFile(Runner, given, globalConfig, one, watcher)
    if (!result.testExecError && (result.testResults ?? []).length === 0 && !result.skipped) {
      result.failureMessage = 'Your test suite must contain at least one test.'
      result.testExecError = { message: result.failureMessage }
    }
    reporter.onTestResult(test, result)
    if (!job.untilRed || !isRed(result)) continue
    late += 1
    if (!isLate(result) || late === MOST_LATE) break
  }
}

async function serve(Runner, given, tests, watcher) {
  const [globalConfig] = given
  const configs = tests.map(({ context }) => context.config)
  const setUp = globalConfig.globalSetup ?? configs.find((config) => config.globalSetup)?.globalSetup ?? null
  const Reporter = require(process.env.INTEGRATION_TESTS_REPORTER)
  const reporter = new Reporter()
  // What is done once before all test files is to be done before each question.
  tell('ready', { once: setUp !== null, files: tests.map(({ path }) => path) })
  const usual = handles()
  for (let number = 1; ; number += 1) {
    const job = await nextJob(number)
    if (job.end) return
    const before = { ...process.env }
    try {
      Object.assign(process.env, job.env)
      await perform(Runner, given, tests, watcher, reporter, job)
      const worn = handles() - usual > MOST_FORGOTTEN || process.memoryUsage().heapUsed > MOST_MEMORY
      tell('done', { number, worn })
    } catch (error) {
      tell('done', { number, worn: true, error: String(error?.stack ?? error) })
    }
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name]
    Object.assign(process.env, before)
  }
}

const known = new WeakMap()

function residentOf(loaded) {
  const Runner = typeof loaded === 'function' ? loaded : loaded?.default
  if (typeof Runner !== 'function') return loaded
  if (known.has(loaded)) return known.get(loaded)
  class Resident extends Runner {
    constructor(...given) {
      super(...given)
      this.given = given
    }

    runTests(tests, watcher) {
      return serve(Runner, this.given, tests, watcher)
    }
  }
  const wrapped =
    typeof loaded === 'function'
      ? Resident
      : new Proxy(loaded, { get: (target, key) => (key === 'default' ? Resident : target[key]) })
  known.set(loaded, wrapped)
  return wrapped
}

if (directory) {
  const load = Module._load
  Module._load = function (request, ...rest) {
    const loaded = load.call(this, request, ...rest)
    return RUNNER.test(request) ? residentOf(loaded) : loaded
  }
}
