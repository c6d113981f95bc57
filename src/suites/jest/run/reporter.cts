// @ts-nocheck
// Plain JavaScript on purpose: Jest loads this text in the sandbox, whatever its version (23 to 30). One JSON line per test
// file as soon as it is through, so that a run that bails, is interrupted or runs out of time still tells what it saw.
// (Jest's own --json comes only at the end, and without durations before version 27.)
const { appendFileSync } = require('node:fs')

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
    appendFileSync(process.env.INTEGRATION_TESTS_RESULTS, `${JSON.stringify(entry)}\n`)
  }
}
