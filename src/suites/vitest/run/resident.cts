// @ts-nocheck
// Plain JavaScript on purpose: this text is put into the sandbox as it stands and loaded there by `node --require`. Where a command
// starts Vitest (1.3 to 4), this is run in its place: with the same words and configuration, it names the test files, or stays and runs
// those that it is asked for, as often as it is asked. Questions are files in a directory; the end of each is told on stdout.
const { appendFileSync, readFileSync, realpathSync, rmSync, writeFileSync } = require('node:fs')
const Module = require('node:module')
const { dirname, join } = require('node:path')
const { pathToFileURL } = require('node:url')

const directory = process.env.INTEGRATION_TESTS_RESIDENT
const token = process.env.INTEGRATION_TESTS_RESIDENT_TOKEN
const MAIN = /[\\/]vitest[\\/](vitest\.mjs|dist[\\/]cli(-wrapper)?\.js)$/
const LOOK_EVERY_MS = 4
const HOOK_TIMEOUT_MS = 60_000
const MOST_MEMORY = 900 * 1024 * 1024

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

async function createRunner(main) {
  const { createVitest, parseCLI } = await import(pathToFileURL(join(dirname(main), 'dist/node.js')).href)
  const { filter, options } = parseCLI(['vitest', ...process.argv.slice(2)], { allowUnknownOptions: true })
  const vitest = await createVitest('test', {
    ...options,
    watch: false,
    run: true,
    bail: 0,
    retry: 0,
    ui: false,
    coverage: { enabled: false },
    reporters: [{}],
    // Each file has modules of its own, and runs when it is its turn.
    isolate: true,
    fileParallelism: false,
  })
  return { vitest, filter: filter ?? [] }
}

const projectsOf = (vitest) => vitest.projects ?? [vitest.getCoreWorkspaceProject()]

/** Test files as this version names them, by path. */
async function findFiles({ vitest, filter }) {
  const found = vitest.globTestSpecifications
    ? await vitest.globTestSpecifications(filter)
    : await (vitest.globTestSpecs ?? vitest.globTestFiles).call(vitest, filter)
  const files = new Map()
  for (const one of found) {
    const path = one.moduleId ?? one[1]
    if (!files.has(path)) files.set(path, one)
  }
  return files
}

/** Sources may be others than they were. */
function forgetModules(vitest) {
  for (const project of projectsOf(vitest)) {
    const server = project.vite ?? project.server
    server?.moduleGraph?.invalidateAll()
    for (const environment of Object.values(server?.environments ?? {})) environment.moduleGraph?.invalidateAll()
    const node = project.vitenode
    node?.fetchCache?.clear?.()
    for (const cache of Object.values(node?.fetchCaches ?? {})) cache.clear()
  }
}

async function runFile(vitest, file, { describeFile, describeUnhandled }) {
  const run = vitest.runTestSpecifications ?? vitest.runFiles
  const known = vitest.state.getUnhandledErrors().length
  await run.call(vitest, [file], false)
  const path = file.moduleId ?? file[1]
  const entries = vitest.state.getFiles([path]).map(describeFile)
  const unhandled = describeUnhandled(vitest.state.getUnhandledErrors().slice(known))
  if (entries.length === 0) entries.push({ file: path, tests: [], error: 'Vitest told nothing of this file' })
  return unhandled ? [...entries, { ...unhandled, file: path }] : entries
}

/** Vitest itself knows them in the order of the file. */
function inOrderOfRun(entry) {
  const path = join(directory, 'order.json')
  try {
    const order = JSON.parse(readFileSync(path, 'utf8'))
    const rank = ({ ancestors, title }) => order.indexOf([...ancestors, title].join(' > '))
    return { ...entry, tests: entry.tests.toSorted((a, b) => rank(a) - rank(b)) }
  } catch {
    // It did not get as far as that.
    return entry
  } finally {
    rmSync(path, { force: true })
  }
}

const isRed = ({ error, tests }) => error !== null || tests.some(({ status }) => status === 'failed')

async function perform(vitest, files, reporter, job) {
  forgetModules(vitest)
  const write = (entry) => appendFileSync(job.env.INTEGRATION_TESTS_RESULTS, `${JSON.stringify(entry)}\n`)
  for (const path of job.files) {
    const file = files.get(path)
    if (!file) {
      write({ file: path, tests: [], error: 'The command does not select this file.' })
      continue
    }
    writeFileSync(join(directory, 'now.json'), JSON.stringify({ ...job, current: path }))
    const entries = await runFile(vitest, file, reporter)
    for (const entry of entries) write(typeof job.seed === 'number' ? inOrderOfRun(entry) : entry)
    if (job.untilRed && entries.some(isRed)) break
  }
}

async function serve(main) {
  const runner = await createRunner(main)
  const { vitest } = runner
  const files = await findFiles(runner)
  const projects = projectsOf(vitest)
  // What is done once before all test files is to be done before each question.
  const once = projects.some(({ config }) => [config.globalSetup ?? []].flat().length > 0)
  for (const { config } of projects) {
    config.setupFiles.unshift(join(directory, 'setup.cjs'))
    // Set-up that starts programs is slower beside other runs, which is not the suite's doing.
    config.hookTimeout = Math.max(config.hookTimeout, HOOK_TIMEOUT_MS)
  }
  tell('ready', { once, files: [...files.keys()] })
  if (process.env.INTEGRATION_TESTS_LIST) process.exit(0)
  const reporter = require(process.env.INTEGRATION_TESTS_REPORTER)
  for (let number = 1; ; number += 1) {
    const job = await nextJob(number)
    if (job.end) {
      await vitest.close()
      tell('end', {})
      process.exit(0)
    }
    try {
      await perform(vitest, files, reporter, job)
      tell('done', { number, worn: process.memoryUsage().heapUsed > MOST_MEMORY })
    } catch (error) {
      tell('done', { number, worn: true, error: String(error?.stack ?? error) })
    }
  }
}

function mainOf(argument) {
  try {
    return realpathSync(argument)
  } catch {
    return ''
  }
}

const main = mainOf(process.argv[1] ?? '')
if (directory && MAIN.test(main)) {
  Module.runMain = () => {
    serve(main).catch((error) => {
      console.error(error)
      process.exit(1)
    })
  }
}
