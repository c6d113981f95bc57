import { surveyServices } from '../environment/survey-services.ts'
import { cacheDir, runsDir } from '../workspace/directories.ts'
import { probeSandbox } from '../workspace/sandbox/probe.ts'
import { colorsFor } from './colors.ts'
import { packageVersion } from './version.ts'

interface Check {
  name: string
  /** `missing`: something will not work; `limited`: it works with less proof. */
  state: 'ok' | 'limited' | 'missing'
  detail: string
}

/** `agent doctor`: what this machine offers and what it lacks; exits 0 as long as something can be done here. */
export async function doctor(options: { json?: boolean }): Promise<void> {
  const checks: Check[] = [nodeCheck(), await sandboxCheck(), ...(await serviceChecks()), ...directoryChecks()]
  if (options.json) {
    process.stdout.write(`${JSON.stringify({ version: packageVersion(), checks }, null, 2)}\n`)
    return
  }
  const colors = colorsFor(process.stdout)
  const marks = { ok: colors.green('ok'), limited: colors.yellow('limited'), missing: colors.red('missing') }
  for (const { name, state, detail } of checks) process.stdout.write(`${marks[state]} ${name}: ${detail}\n`)
}

function nodeCheck(): Check {
  const major = Number(process.versions.node.split('.')[0])
  return {
    name: 'node',
    state: major >= 20 ? 'ok' : 'missing',
    detail: `${process.versions.node} (20 or later is needed)`,
  }
}

async function sandboxCheck(): Promise<Check> {
  const { namespaces, detail, startMs } = await probeSandbox()
  return namespaces
    ? { name: 'sandbox', state: 'ok', detail: `${detail}; starts in ${Math.round(startMs ?? 0)} ms` }
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

function directoryChecks(): Check[] {
  return [
    { name: 'runs', state: 'ok', detail: runsDir() },
    { name: 'cache', state: 'ok', detail: cacheDir() },
  ]
}
