// @ts-nocheck
// Plain JavaScript on purpose: this text is put into the sandbox as it stands and loaded there by `node --require`. Where a run asks
// for it, every request that is the application's gets the same answer, and the application never hears of it. Servers that stand in
// for third parties answer as always.
const { createHash } = require('node:crypto')
const { readFileSync } = require('node:fs')
const http = require('node:http')
const https = require('node:https')

let known = { path: '', stub: null }

/** What answers now; `null`: the application. A runner that stays changes it from run to run. */
function stubNow() {
  const path = process.env.INTEGRATION_TESTS_STUB ?? ''
  if (path === known.path) return known.stub
  known = { path, stub: null }
  if (path !== '') {
    const stub = JSON.parse(readFileSync(path, 'utf8'))
    known.stub = { ...stub, routes: stub.routes.map((route) => new RegExp(route)) }
  }
  return known.stub
}

/** The application's turn: where only the last requests of a test are to get the stub's answer. */
function isLetThrough(stub) {
  if (stub.skip === null) return false
  let test = ''
  try {
    test = readFileSync(process.env.INTEGRATION_TESTS_CURRENT_TEST, 'utf8')
  } catch {}
  if (test === '') return true
  stub.skip -= 1
  return stub.skip >= 0
}

function isApplication(stub, server, request) {
  const listener = server.listeners('request')[0]
  const mark = createHash('sha256').update(String(listener)).digest('hex').slice(0, 12)
  if (stub.by.includes(mark)) return true
  return isRoute(stub, request.method, request.url.split(/[?#]/)[0])
}

function isRoute(stub, method, path) {
  const asked = `${method === 'HEAD' ? 'GET' : method} ${path}`
  return stub.routes.some((route) => route.test(asked))
}

function answer(stub, response) {
  response.statusCode = stub.status
  response.setHeader('content-type', 'application/json')
  response.end(stub.body)
}

function follow(prototype) {
  const emit = prototype.emit
  prototype.emit = function (event, request, response, ...rest) {
    const stub = event === 'request' ? stubNow() : null
    if (stub === null || !isApplication(stub, this, request) || isLetThrough(stub))
      return emit.call(this, event, request, response, ...rest)
    answer(stub, response)
    return true
  }
}

/** The same for applications that are asked without a server. */
function followFetch(key) {
  const next = http[key]
  http[key] = (app, request, answer) => {
    const stub = stubNow()
    const isOurs = () =>
      stub.by.includes(next.markOf(app)) || isRoute(stub, request.method, new URL(request.url).pathname)
    if (stub === null || !isOurs() || isLetThrough(stub)) return next(app, request, answer)
    const headers = { 'content-type': 'application/json' }
    // It may not come sooner than any other answer.
    return next(app, request, async () => new Response(stub.body, { status: stub.status, headers }))
  }
}

function followInject(key) {
  const next = http[key]
  http[key] = (dispatch) =>
    next(function (request, response) {
      const stub = stubNow()
      const isOurs = () => stub.by.includes(next.mark) || isRoute(stub, request.method, request.url.split(/[?#]/)[0])
      if (stub === null || !isOurs() || isLetThrough(stub)) return dispatch.call(this, request, response)
      answer(stub, response)
    })
}

if (process.env.INTEGRATION_TESTS_CURRENT_TEST) {
  const keys = ['fetch', 'inject'].map((name) => Symbol.for(`integration-tests.${name}`))
  if (http[keys[0]]) followFetch(keys[0])
  if (http[keys[1]]) followInject(keys[1])
  follow(http.Server.prototype)
  follow(https.Server.prototype)
}
