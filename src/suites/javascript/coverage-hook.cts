// @ts-nocheck
// Plain JavaScript on purpose: this text is put into the sandbox as it stands and loaded there by `node --require` in every
// Node process of a run that measures coverage. The runner counts what its own processes load; this counts what the processes
// count that tests start, such as the server of an application that cannot be imported. V8 itself counts, so the
// code runs as it is. What was counted is written before each answer (some milliseconds), because a server is usually ended by
// a signal.
const { appendFileSync } = require('node:fs')
const { ServerResponse } = require('node:http')
const { pathToFileURL } = require('node:url')

const log = process.env.INTEGRATION_TESTS_COVERAGE
const root = `${pathToFileURL(process.env.INTEGRATION_TESTS_ROOT ?? '/').href}/`
const RUNNER = /[\\/](jest|jest-cli|jest-worker|jest-runtime|@jest[\\/]core)[\\/]|[\\/]\.bin[\\/]jest$/

function start() {
  const session = new (require('node:inspector').Session)()
  session.connect()
  session.post('Profiler.enable')
  session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
  const take = () => {
    session.post('Profiler.takePreciseCoverage', (error, counted) => {
      // A runner under a name we do not know: it counts for itself.
      if (error || Object.keys(require.cache).some((path) => RUNNER.test(path))) return
      const own = counted.result.filter(({ url }) => url.startsWith(root) && !url.includes('/node_modules/'))
      const text = own.map(({ url, functions }) => `${JSON.stringify({ url, functions })}\n`).join('')
      try {
        if (text !== '') appendFileSync(log, text)
      } catch {
        // Not a reason to disturb the application.
      }
    })
  }
  const end = ServerResponse.prototype.end
  ServerResponse.prototype.end = function (...args) {
    // Before the answer: whoever gets it may end the server the moment after. What the handler does later counts next time.
    take()
    return end.apply(this, args)
  }
  process.once('exit', take)
}

if (log && !RUNNER.test(process.argv[1] ?? '')) {
  try {
    start()
  } catch {
    // A Node without an inspector counts nothing.
  }
}
