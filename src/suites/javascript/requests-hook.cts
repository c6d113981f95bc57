// @ts-nocheck
// Plain JavaScript on purpose: this text is put into the sandbox as it stands and loaded there by `node --require`, in every
// Node process of a test run. It notes each answered request, in-process calls included, and changes nothing that the
// application can see: no listener, no property, no timer.
const { createHash } = require('node:crypto')
const { appendFileSync, readFileSync } = require('node:fs')
const { ServerResponse } = require('node:http')
const vm = require('node:vm')

// A runner that stays changes these from run to run.
const log = () => process.env.INTEGRATION_TESTS_REQUESTS
const end = ServerResponse.prototype.end
const seen = new WeakSet()

/** Under this name the processes that a test file starts are told which one it is. */
const CURRENT = 'INTEGRATION_TESTS_CURRENT_FILE'
let current = process.env[CURRENT]

/** Where a runner that runs one test after the other writes the name of the one that runs now; empty between tests. */
function currentTest() {
  const path = process.env.INTEGRATION_TESTS_CURRENT_TEST
  if (!path) return ''
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

const marks = new WeakMap()

/** Tells applications apart: a mark of the function that answers the server's requests. */
function markOf(response) {
  const listener = response.req?.socket?.server?.listeners?.('request')[0]
  if (typeof listener !== 'function') return {}
  if (!marks.has(listener))
    marks.set(listener, createHash('sha256').update(String(listener)).digest('hex').slice(0, 12))
  return { by: marks.get(listener) }
}

function note(response) {
  seen.add(response)
  // Routers rewrite `url` under a mount; what came in stays in `originalUrl`.
  const url = response.req?.originalUrl ?? response.req?.url
  if (typeof url !== 'string') return
  const test = currentTest()
  const entry = {
    method: response.req.method,
    path: url.replace(/^[a-z]+:\/\/[^/]*/i, '').split(/[?#]/)[0] || '/',
    status: response.statusCode,
    pid: process.pid,
    ...(current ? { file: current } : {}),
    ...(test === '' ? {} : { test }),
    ...(process.env.INTEGRATION_TESTS_CURRENT_TEST ? markOf(response) : {}),
  }
  try {
    appendFileSync(log(), `${JSON.stringify(entry)}\n`)
  } catch {
    // Not a reason to disturb the application.
  }
}

function readTestFiles() {
  try {
    return new Set(JSON.parse(readFileSync(process.env.INTEGRATION_TESTS_FILES, 'utf8')))
  } catch {
    return new Set()
  }
}

/**
 * A runner that gives each test file a context of its own, as Jest does in all its versions, has the file compiled under its own
 * path, whichever process it is in: from then on, requests are that file's.
 */
function followTestFiles(files) {
  const { Script, SourceTextModule } = vm
  const enter = (file, context) => {
    current = file
    // Tests see an environment of their own; a process that is given none gets the real one.
    process.env[CURRENT] = file
    const environment = context?.process?.env
    if (environment) environment[CURRENT] = file
  }
  vm.Script = class extends Script {
    constructor(code, options) {
      super(code, options)
      const file = typeof options === 'string' ? options : options?.filename
      if (!files.has(file)) return
      this.runInContext = (context, more) => {
        enter(file, context)
        return super.runInContext(context, more)
      }
    }
  }
  if (!SourceTextModule) return
  vm.SourceTextModule = class extends SourceTextModule {
    constructor(code, options) {
      if (files.has(options?.identifier)) enter(options.identifier, options.context)
      super(code, options)
    }
  }
}

if (log()) {
  const files = readTestFiles()
  if (files.size > 0) followTestFiles(files)
  ServerResponse.prototype.end = function (...args) {
    const result = end.apply(this, args)
    if (!seen.has(this)) note(this)
    return result
  }
}
