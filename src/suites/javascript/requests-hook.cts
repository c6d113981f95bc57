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
let entered = process.env[CURRENT]

/** Vitest says in each worker which file it is at. */
const currentFile = () => globalThis.__vitest_worker__?.filepath ?? entered

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
/** Requests that need no server, and the mark of whatever answers them. */
const injected = new WeakSet()
const INJECTED = '0123injected'

/** Tells applications apart: a mark of the function that answers the server's requests. */
function markOf(response) {
  if (injected.has(response.req)) return { by: INJECTED }
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
  write({ method: response.req.method, url, status: response.statusCode, by: () => markOf(response) })
}

function write({ method, url, status, by, test = currentTest() }) {
  const file = currentFile()
  const entry = {
    method,
    path: url.replace(/^[a-z]+:\/\/[^/]*/i, '').split(/[?#]/)[0] || '/',
    status,
    pid: process.pid,
    ...(file ? { file } : {}),
    ...(test === '' ? {} : { test }),
    ...(process.env.INTEGRATION_TESTS_CURRENT_TEST ? by() : {}),
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
    entered = file
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

/** A process that a test starts is told whose it is. */
function tellChildren() {
  const { ChildProcess } = require('node:child_process')
  const { spawn } = ChildProcess.prototype
  ChildProcess.prototype.spawn = function (options) {
    const file = globalThis.__vitest_worker__?.filepath
    if (file && Array.isArray(options?.envPairs)) options.envPairs.push(`${CURRENT}=${file}`)
    return spawn.call(this, options)
  }
}

/**
 * Frameworks that take a Request and answer a Response need no server; their entry has been made to tell us. What comes through a
 * server has been noted there.
 */
function followFetch() {
  const inServer = new (require('node:async_hooks').AsyncLocalStorage)()
  for (const { Server } of [require('node:http'), require('node:https')]) {
    const emit = Server.prototype.emit
    Server.prototype.emit = function (event, ...args) {
      if (event !== 'request') return emit.call(this, event, ...args)
      return inServer.run(true, () => emit.call(this, event, ...args))
    }
  }
  const entry = (app, request, answer) => {
    if (inServer.getStore()) return answer()
    // One that answers later may be of a test that is over by then.
    const test = currentTest()
    const noted = (response) => {
      const by = () => ({ by: markOfRoutes(app) })
      const { method, url } = request
      write({ method, url, status: response.status, by, test })
      return response
    }
    const answered = answer()
    return typeof answered?.then === 'function' ? answered.then(noted) : noted(answered)
  }
  // What a runner gives code to run in has globals of its own, and shares these modules.
  const shared = require('node:http')
  shared[Symbol.for('integration-tests.fetch')] = Object.assign(entry, { markOf: markOfRoutes })
  const follow = (dispatch) =>
    function (request, response) {
      injected.add(request)
      return dispatch.call(this, request, response)
    }
  shared[Symbol.for('integration-tests.inject')] = Object.assign(follow, { mark: INJECTED })
}

const markOfRoutes = ({ routes = [] }) =>
  createHash('sha256')
    .update(routes.map(({ method, path }) => `${method} ${path}`).join())
    .digest('hex')
    .slice(0, 12)

if (log()) {
  tellChildren()
  if (process.env.INTEGRATION_TESTS_FETCH) followFetch()
  const files = readTestFiles()
  if (files.size > 0) followTestFiles(files)
  ServerResponse.prototype.end = function (...args) {
    const result = end.apply(this, args)
    if (!seen.has(this)) note(this)
    return result
  }
}
