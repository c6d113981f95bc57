// @ts-nocheck
// Plain JavaScript on purpose: Vitest loads this text in the sandbox before each test file of a resident run, whatever its version.
// It brings the file's tests into another order, keeps those that are not asked for from running, and tells which test runs now.
const { readFileSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')

const TIMEOUT = /(Test|Hook) timed out in \d+ ?ms/
const job = JSON.parse(readFileSync(join(process.env.INTEGRATION_TESTS_RESIDENT, 'now.json'), 'utf8'))
// The worker may have been started for the run before.
Object.assign(process.env, job.env)
const now = process.env.INTEGRATION_TESTS_CURRENT_TEST

const isBlock = (task) => Array.isArray(task.tasks)

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
  shuffle(block.tasks, random)
  for (const child of block.tasks) if (isBlock(child)) shuffleBlock(child, [...path, child.name], random)
}

/** Only what is asked for runs; a block without any of it does not set up. */
function select(block, path) {
  const { name, block: whole } = job.only
  for (const child of block.tasks) {
    const own = [...path, child.name].join(' > ')
    if (whole && isBlock(child) && own === name) continue
    if (isBlock(child)) select(child, [...path, child.name])
    else if (whole || own !== name) child.mode = 'skip'
  }
  if (block.tasks.length > 0 && block.tasks.every(({ mode }) => mode === 'skip' || mode === 'todo')) block.mode = 'skip'
}

function nameOf(task) {
  const names = []
  for (let at = task; at && !at.filepath; at = at.suite) if (at.name) names.unshift(at.name)
  return names.join(' > ')
}

function everyTest(block, visit) {
  for (const child of block.tasks) {
    if (isBlock(child)) everyTest(child, visit)
    else visit(child)
  }
}

const begin = (name) => {
  if (now) writeFileSync(now, name)
}

let timeouts = 0
let file = null

/** A test that ran out of time is not yet a reason to end. */
function endsFile({ state, errors = [] } = {}) {
  if (!job.untilRed || state !== 'fail') return false
  if (!errors.every(({ message }) => TIMEOUT.test(message))) return true
  timeouts += 1
  return timeouts > 1
}

const { afterEach, beforeAll, beforeEach } = globalThis.__vitest_index__

// Vitest 4 hands the file over second, others first; and it reads what a hook names as its parameters.
beforeAll(function () {
  // biome-ignore lint/complexity/noArguments: see above
  file = [...arguments].find((one) => one && isBlock(one)) ?? null
  if (file === null) return
  if (job.only) select(file, [])
  if (typeof job.seed !== 'number') return
  shuffleBlock(file, [], numbers(Math.ceil(job.seed / 2)))
  const names = []
  everyTest(file, (test) => names.push(nameOf(test)))
  writeFileSync(join(process.env.INTEGRATION_TESTS_RESIDENT, 'order.json'), JSON.stringify(names))
})
beforeEach(({ task }) => begin(nameOf(task)))
afterEach(({ task }) => {
  begin('')
  if (!file || !endsFile(task.result)) return
  everyTest(file, (other) => {
    if (other !== task && !other.result) other.mode = 'skip'
  })
})
