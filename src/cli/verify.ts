import { z } from 'zod'
import type { RunEvent } from '../agent/run.ts'
import { verifyProject } from '../agent/verify.ts'
import { AgentError, toAgentError } from '../contracts/errors.ts'
import type { RunOutcome } from '../contracts/result.ts'
import { GATES, type GateName } from '../contracts/verdict.ts'
import { unstartedOutcome } from '../report/outcome.ts'
import { renderOutcome } from '../report/terminal.ts'
import { runsDir } from '../workspace/directories.ts'
import { colorsFor, columnsOf } from './colors.ts'
import { exitCodeOf } from './exit-codes.ts'
import { createProgress } from './progress.ts'
import { locateProject } from './project-path.ts'
import { abortOnSignals } from './signals.ts'

const optionsSchema = z.object({
  command: z.string().trim().min(1).optional(),
  gates: z.string().optional(),
  failOn: z.string().optional(),
  base: z.string().trim().min(1).optional(),
  baseline: z.boolean().optional(),
  outputFormat: z.enum(['text', 'json', 'stream-json']),
})

/** How to answer is known even where other options are wrong. */
const formatSchema = z.object({
  json: z.boolean().default(false),
  outputFormat: optionsSchema.shape.outputFormat.catch('text'),
})

/** `agent verify`: holds the suite that is there against the gates; sets the exit code. */
export async function verify(path: string, given: unknown): Promise<void> {
  const { json, outputFormat } = formatSchema.parse(given)
  const format = json ? 'json' : outputFormat
  const outcome = await start(path, given, format).catch((reason) => {
    if (format === 'text') throw reason
    return unstartedOutcome(path, 'none', toAgentError(reason))
  })
  if (format === 'text')
    process.stdout.write(renderOutcome(outcome, colorsFor(process.stdout), columnsOf(process.stdout)))
  else if (format === 'json') process.stdout.write(`${JSON.stringify(outcome, null, 2)}\n`)
  else process.stdout.write(`${JSON.stringify({ type: 'result', ...outcome })}\n`)
  if (outcome.error !== null) process.exitCode = exitCodeOf(outcome.error.kind)
  else process.exitCode = outcome.status === 'verified' ? 0 : 1
}

async function start(path: string, given: unknown, format: 'text' | 'json' | 'stream-json'): Promise<RunOutcome> {
  const parsed = optionsSchema.safeParse(given)
  if (!parsed.success) throw badOption(parsed.error.issues[0], given)
  const { command, gates, failOn, base, baseline } = parsed.data
  const chosen = gates === undefined ? null : readGates('--gates', gates)
  const blocking = failOn === undefined ? null : readGates('--fail-on', failOn)
  const left = blocking?.find((gate) => chosen !== null && !chosen.includes(gate))
  if (failOn !== 'all' && left !== undefined) {
    throw new AgentError('usage', 'BAD_OPTION', `--fail-on names ${left}, which --gates leaves out.`, {
      value: left,
      next: 'Name it in both, or leave --gates away.',
    })
  }
  const progress = createProgress(format)
  try {
    return await verifyProject({
      ...locateProject(path),
      runsDir: runsDir(),
      command: command ?? null,
      gates: chosen,
      failOn: blocking,
      base: base ?? null,
      baseline: baseline === undefined ? 'use' : baseline ? 'take' : 'ignore',
      signal: abortOnSignals(),
      onEvent: (event: RunEvent) => progress.event(event),
    })
  } finally {
    progress.end()
  }
}

/** `a,b` or `all`. */
function readGates(option: string, list: string): GateName[] {
  if (list === 'all') return [...GATES]
  return list.split(',').map((name) => {
    const gate = GATES.find((one) => one === name.trim())
    if (gate !== undefined) return gate
    throw new AgentError('usage', 'BAD_OPTION', `${option}: there is no such gate.`, {
      value: name.trim(),
      next: `Gates are ${GATES.join(', ')}; all names every one.`,
    })
  })
}

function badOption(issue: z.core.$ZodIssue | undefined, given: unknown): AgentError {
  const name = String(issue?.path[0] ?? '')
  const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
  return new AgentError('usage', 'BAD_OPTION', `${flag}: ${issue?.message ?? 'not valid'}`, {
    value: String((given as Record<string, unknown>)[name]),
    next: 'See agent verify --help.',
  })
}
