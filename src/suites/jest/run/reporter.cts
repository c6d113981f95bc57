// @ts-nocheck
// Plain JavaScript on purpose: Jest loads this text in the sandbox, whatever its version (23 to 30). One JSON line per test
// file as soon as it is through, so that a run that bails, is interrupted or runs out of time still tells what it saw.
// (Jest's own --json comes only at the end, and without durations before version 27.)
const { appendFileSync } = require('node:fs')

const TIMEOUT = /Exceeded timeout of|Async callback was not invoked|Timeout of \d+ ?ms exceeded/

function write(path, entry) {
  appendFileSync(path, `${JSON.stringify(entry)}\n`)
}

/** Istanbul's counts by the line where each statement begins. */
function linesOf(coverage) {
  const files = {}
  for (const [path, { statementMap, s }] of Object.entries(coverage)) {
    const lines = {}
    for (const [id, { start }] of Object.entries(statementMap))
      lines[start.line] = Math.max(lines[start.line] ?? 0, s[id])
    files[path] = lines
  }
  return files
}

module.exports = class LineReporter {
  onTestResult(test, result) {
    const tests = (result.testResults ?? []).map((one) => ({
      ancestors: one.ancestorTitles,
      title: one.title,
      status: one.status,
      duration: one.duration ?? null,
      messages: one.failureMessages ?? [],
    }))
    const failed = tests.some((one) => one.status === 'failed')
    // Without a failed test, a failure message is about the file: it does not load, or holds no test.
    const error = result.testExecError && !failed ? result.failureMessage || String(result.testExecError.message) : null
    const entry = {
      file: result.testFilePath ?? test.path,
      tests,
      error: error ?? (failed ? null : result.failureMessage || null),
    }
    write(process.env.INTEGRATION_TESTS_RESULTS, entry)
    // Jest gives this away before it merges it into the whole, and takes it back after.
    const coverage = process.env.INTEGRATION_TESTS_COVERAGE_BY_FILE
    if (coverage) write(coverage, { test: entry.file, lines: linesOf(result.coverage ?? {}) })
  }

  /** Of single tests, Jest 26.2 and later tell. */
  onTestCaseResult(test, one) {
    if (!process.env.INTEGRATION_TESTS_UNTIL_RED || one.status !== 'failed') return
    const messages = one.failureMessages ?? []
    this.timeouts = (this.timeouts ?? 0) + (messages.every((message) => TIMEOUT.test(message)) ? 1 : 0)
    if (this.timeouts === 1 && messages.every((message) => TIMEOUT.test(message))) return
    const failed = {
      ancestors: one.ancestorTitles,
      title: one.title,
      status: 'failed',
      duration: one.duration ?? null,
      messages,
    }
    write(process.env.INTEGRATION_TESTS_RESULTS, { file: test.path, tests: [failed], error: null })
    process.exit(1)
  }
}
