import { engines } from '../environment/services/index.ts'
import { surveyServices } from '../environment/survey-services.ts'
import { wrap } from '../report/one-line.ts'
import { cacheDir, runsDir } from '../workspace/directories.ts'
import { probeSandbox } from '../workspace/sandbox/probe.ts'
import { colorsFor, columnsOf } from './colors.ts'
import { packageVersion } from './version.ts'

interface Check {
  name: string
  /** `missing`: something will not work; `limited`: it works with less proof; `unused`: no matter whether it is there. */
  state: 'ok' | 'limited' | 'missing' | 'unused'
  detail: string
}

/** `agent doctor`: what this machine offers and what it lacks; exits 0 as long as something can be done here. */
export async function doctor(options: { json?: boolean }): Promise<void> {
  const checks: Check[] = [
    nodeCheck(),
    await sandboxCheck(),
    ...(await serviceChecks()),
    containerCheck(),
    ...directoryChecks(),
  ]
  if (options.json) {
    process.stdout.write(`${JSON.stringify({ version: packageVersion(), checks }, null, 2)}\n`)
    return
  }
  const colors = colorsFor(process.stdout)
  const marks = { ok: colors.green, limited: colors.yellow, missing: colors.red, unused: colors.dim }
  const columns = columnsOf(process.stdout) ?? Number.POSITIVE_INFINITY
  for (const { name, state, detail } of checks) {
    const [first = '', ...rest] = wrap(detail, Math.max(20, columns - INDENT))
    process.stdout.write(`${marks[state](state.padEnd(8))} ${name.padEnd(10)} ${first}\n`)
    for (const line of rest) process.stdout.write(`${' '.repeat(INDENT)}${line}\n`)
  }
  process.stdout.write(`\n${conclusion(checks)}\n`)
}

const INDENT = 20

/** What a person does next. */
function conclusion(checks: Check[]): string {
  const not = checks.filter(({ state }) => state === 'missing').map(({ name }) => name)
  if (not.includes('node')) return 'Install a newer Node first.'
  if (checks.some(({ state }) => state === 'limited'))
    return 'agent run works here, but cannot prove everything: a suite stays unverified, as a patch.'
  const but = not.length === 0 ? '' : `, but for projects on ${not.join(', ')}`
  return `All that agent run needs is here${but}. Next: agent inspect path/to/service`
}

function nodeCheck(): Check {
  const major = Number(process.versions.node.split('.')[0])
  return {
    name: 'node',
    state: major >= 20 ? 'ok' : 'missing',
    detail: major >= 20 ? process.versions.node : `${process.versions.node}, but 20 or later is needed`,
  }
}

async function sandboxCheck(): Promise<Check> {
  const { namespaces, detail, startMs } = await probeSandbox()
  return namespaces
    ? { name: 'sandbox', state: 'ok', detail: `starts in ${Math.round(startMs ?? 0)} ms; ${detail}` }
    : {
        name: 'sandbox',
        state: 'limited',
        detail: `${detail}; egress is not enforced, so the gate isolated is blocked`,
      }
}

async function serviceChecks(): Promise<Check[]> {
  return (await surveyServices()).map(({ engine, found, detail }) => ({
    name: engine,
    state: found ? 'ok' : 'missing',
    detail,
  }))
}

/** Whoever has Docker wonders whether it is used, and whoever has none whether it is needed. */
function containerCheck(): Check {
  return {
    name: 'containers',
    state: 'unused',
    detail: `services run inside the sandbox, so no Docker or Podman is needed; a project’s compose file is read for versions only, and docker-compose.test.yml is written for runs without agent. Other services than ${engines().join(' and ')} cannot be provided yet`,
  }
}

function directoryChecks(): Check[] {
  return [
    { name: 'runs', state: 'ok', detail: runsDir() },
    { name: 'cache', state: 'ok', detail: cacheDir() },
  ]
}
