// Holds a copy of a project that has a suite of ours against its gates and prints what each costs.
// node bench/gates.mjs <project> [--gates runs,shuffled] [--json out.json]
import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { startEnvironment } from '../dist/environment/index.js'
import { inspectProject } from '../dist/inspect/index.js'
import { findRunner } from '../dist/suites/index.js'
import { verifySuite } from '../dist/verify/index.js'
import { openWorkspace } from '../dist/workspace/workspace.js'
import { suiteOf } from './suite-of.mjs'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { gates: { type: 'string' }, json: { type: 'string' } },
})
const root = resolve(positionals[0] ?? '.')
const began = Date.now()
const say = (text) => console.error(`${((Date.now() - began) / 1000).toFixed(0).padStart(4)} s  ${text}`)

const map = await inspectProject(await openWorkspace(root))
const suite = await suiteOf(root, map)
const signal = new AbortController().signal
const environment = await startEnvironment(map, { signal, progress: say })
const ready = Date.now()
let verdicts
try {
  verdicts = await verifySuite({
    map,
    suite,
    runner: findRunner(suite.runner),
    openEnvironment: (options) => environment.clone(options),
    changes: null,
    ...(values.gates ? { gates: values.gates.split(',') } : {}),
    signal,
    progress: say,
  })
} finally {
  await environment.stop()
}
if (values.json) writeFileSync(values.json, JSON.stringify(verdicts, null, 1))
console.table(
  verdicts.map(({ name, verdict, why, durationMs }) => ({
    gate: name,
    verdict,
    seconds: Math.round(durationMs / 100) / 10,
    why: why.slice(0, 100),
  })),
)
const cpu = process.resourceUsage()
console.log(
  `${((Date.now() - ready) / 1000).toFixed(0)} s for all gates, ${(cpu.userCPUTime / 1e6).toFixed(0)} s of this process`,
)
process.exit(verdicts.every(({ verdict }) => verdict === 'pass' || verdict === 'not_applicable') ? 0 : 1)
