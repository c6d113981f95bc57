// @ts-nocheck
// Plain JavaScript on purpose: Vitest loads this text in the sandbox, whatever its version (1 to 4), and so does what makes it stay.
// One JSON line per test file as soon as it is through, so that a run that is interrupted or runs out of time still tells what it saw.
const { appendFileSync } = require('node:fs')

const messageOf = ({ name, message, stack, diff } = {}) => {
  const first = `${name ?? 'Error'}: ${message ?? ''}`
  return [stack?.includes(message) ? '' : first, diff ? `${first}\n\n${diff}\n` : '', stack].filter(Boolean).join('\n')
}

const STATES = { pass: 'passed', fail: 'failed' }

/** A file of Vitest's own tree of tasks, as the line that is told of it. */
function describeFile(file) {
  const tests = []
  const errors = [...(file.result?.errors ?? [])]
  const visit = (task, ancestors) => {
    if (Array.isArray(task.tasks)) {
      if (task !== file) errors.push(...(task.result?.errors ?? []))
      for (const child of task.tasks) visit(child, task === file || !task.name ? ancestors : [...ancestors, task.name])
      return
    }
    const state = task.result?.state
    tests.push({
      ancestors,
      title: task.name,
      status: task.mode === 'todo' ? 'todo' : (STATES[state] ?? 'skipped'),
      duration: task.result?.duration ?? null,
      messages: (state === 'fail' ? (task.result.errors ?? []) : []).map(messageOf),
    })
  }
  visit(file, [])
  return { file: file.filepath, tests, error: errors.length > 0 ? errors.map(messageOf).join('\n\n') : null }
}

const describeUnhandled = (errors = []) =>
  errors.length > 0 ? { file: '', tests: [], error: errors.map(messageOf).join('\n\n') } : null

module.exports = class LineReporter {
  constructor() {
    this.told = new Set()
  }

  onInit(vitest) {
    this.vitest = vitest
  }

  tell(file) {
    if (!file?.filepath || this.told.has(file.filepath)) return
    this.told.add(file.filepath)
    this.write(describeFile(file))
  }

  write(entry) {
    appendFileSync(process.env.INTEGRATION_TESTS_RESULTS, `${JSON.stringify(entry)}\n`)
  }

  finish(files, errors) {
    for (const file of files) this.tell(file)
    const unhandled = describeUnhandled(errors)
    if (unhandled) this.write(unhandled)
  }

  /** Vitest 1 and 2 tell of tasks, files among them. */
  onTaskUpdate(packs) {
    for (const [id, result] of packs) {
      const task = this.vitest?.state?.idMap?.get(id)
      if (task?.filepath && (result?.state === 'pass' || result?.state === 'fail')) this.tell(task)
    }
  }

  onFinished(files, errors) {
    this.finish(files ?? [], errors ?? [])
  }

  /** Vitest 3 and later. */
  onTestModuleEnd(module) {
    this.tell(module.task)
  }

  onTestRunEnd(modules, errors) {
    this.finish(
      modules.map(({ task }) => task),
      errors,
    )
  }
}

module.exports.describeFile = describeFile
module.exports.describeUnhandled = describeUnhandled
