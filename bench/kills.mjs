// Seeds faults into a copy of a project that has a suite of ours and prints which ones the suite notices.
// node bench/kills.mjs <project> [--list] [--most 60] [--kind auth,write] [--only <id|file:line>] [--json out.json]
import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { startEnvironment } from '../dist/environment/index.js'
import { inspectProject } from '../dist/inspect/index.js'
import { findRunner } from '../dist/suites/index.js'
import { findFaults } from '../dist/verify/faults/find.js'
import { createKillsGate } from '../dist/verify/gates/kills.js'
import { verifySuite } from '../dist/verify/index.js'
import { openWorkspace } from '../dist/workspace/workspace.js'
import { suiteOf } from './suite-of.mjs'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    list: { type: 'boolean' },
    most: { type: 'string', default: '60' },
    kind: { type: 'string' },
    only: { type: 'string' },
    json: { type: 'string' },
  },
})
const root = resolve(positionals[0] ?? '.')
const began = Date.now()
const say = (text) => console.error(`${((Date.now() - began) / 1000).toFixed(0).padStart(4)} s  ${text}`)

const wanted = (fault) =>
  (!values.kind || values.kind.split(',').includes(fault.kind)) &&
  (!values.only || values.only.split(',').some((one) => one === fault.id || one === `${fault.file}:${fault.line}`))

const files = await openWorkspace(root)
const map = await inspectProject(files)
if (values.list) {
  for (const fault of (await findFaults(map)).filter(wanted)) {
    console.log(`${fault.id} ${fault.kind.padEnd(13)} ${`${fault.file}:${fault.line}`.padEnd(44)} ${fault.what}`)
  }
  process.exit(0)
}

const suite = await suiteOf(root, map)
const signal = new AbortController().signal
const environment = await startEnvironment(map, { signal, progress: say })
let verdict
try {
  const gate = createKillsGate({ most: Number(values.most), wanted })
  const [only] = await verifySuite(
    {
      map,
      suite,
      runner: findRunner(suite.runner),
      openEnvironment: (options) => environment.clone(options),
      changes: null,
      signal,
      progress: say,
    },
    [gate],
  )
  verdict = only
} finally {
  await environment.stop()
}
const { evidence } = verdict
if (values.json) writeFileSync(values.json, JSON.stringify(verdict, null, 1))
console.log(`\n${verdict.verdict}: ${verdict.why}`)
console.table(evidence.kinds?.map(({ words, kind: _, ...figures }) => ({ kind: words, ...figures })))
if (evidence.without?.length) console.log(`no place for: ${evidence.without.join(', ')}`)
for (const one of evidence.survivors ?? []) {
  console.log(`${one.fate.toUpperCase().padEnd(10)} ${one.kind.padEnd(13)} ${one.at}  ${one.what}  [${one.id}]`)
  if (one.files.length > 0) console.log(`${''.padEnd(25)}run by ${one.files.join(', ')}${one.by ? `; ${one.by}` : ''}`)
}
console.log(
  `${((Date.now() - began) / 1000).toFixed(0)} s in all, ${(verdict.durationMs / 1000).toFixed(0)} s of them for the gate`,
)
process.exit(verdict.verdict === 'pass' ? 0 : 1)
