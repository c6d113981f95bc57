// @ts-nocheck
// Plain JavaScript on purpose: this text is put into the sandbox as it stands and loaded there by `node --require`. It adds up what
// instrumented sources tell, and writes it down whenever its process is about to tell somebody something: runners end their workers,
// and tests their servers, without a warning.
const { appendFileSync } = require('node:fs')
const { ServerResponse } = require('node:http')
const { MessagePort } = require('node:worker_threads')

const log = process.env.INTEGRATION_TESTS_COUNTS
let counts = []
let test = null

function flush() {
  if (counts.length === 0) return
  const told = counts.flatMap((own, file) => [{ file, counts: own.flatMap((count, id) => [[id, count]]) }])
  counts = []
  try {
    appendFileSync(log, `${JSON.stringify({ test, told })}\n`)
  } catch {
    // Not a reason to disturb the application.
  }
}

/** Before it does what it does otherwise. */
function flushBefore(object, name) {
  const own = object[name]
  object[name] = function (...args) {
    flush()
    return own.apply(this, args)
  }
}

if (log) {
  test = process.env.INTEGRATION_TESTS_CURRENT_FILE ?? null
  globalThis.__integrationTestsRan = (file, id) => {
    const now = globalThis.__vitest_worker__?.filepath
    if (now && now !== test) {
      flush()
      test = now
    }
    counts[file] ??= []
    const own = counts[file]
    own[id] = (own[id] ?? 0) + 1
  }
  flushBefore(ServerResponse.prototype, 'end')
  flushBefore(MessagePort.prototype, 'postMessage')
  if (process.send) flushBefore(process, 'send')
  process.once('exit', flush)
}
