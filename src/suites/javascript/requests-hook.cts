// @ts-nocheck
// Plain JavaScript on purpose: this text is put into the sandbox as it stands and loaded there by `node --require`, in every
// Node process of a test run. It notes each answered request, in-process calls included, and changes nothing that the
// application can see: no listener, no property, no timer.
const { appendFileSync } = require('node:fs')
const { ServerResponse } = require('node:http')

const log = process.env.INTEGRATION_TESTS_REQUESTS
const end = ServerResponse.prototype.end
const seen = new WeakSet()

function note(response) {
  seen.add(response)
  // Routers rewrite `url` under a mount; what came in stays in `originalUrl`.
  const url = response.req?.originalUrl ?? response.req?.url
  if (typeof url !== 'string') return
  const entry = {
    method: response.req.method,
    path: url.replace(/^[a-z]+:\/\/[^/]*/i, '').split(/[?#]/)[0] || '/',
    status: response.statusCode,
    pid: process.pid,
  }
  try {
    appendFileSync(log, `${JSON.stringify(entry)}\n`)
  } catch {
    // Not a reason to disturb the application.
  }
}

if (log) {
  ServerResponse.prototype.end = function (...args) {
    const result = end.apply(this, args)
    if (!seen.has(this)) note(this)
    return result
  }
}
