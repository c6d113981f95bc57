import { z } from 'zod'
import { type RunEvent, runProject } from '../agent/run.ts'
import { AgentError, toAgentError } from '../contracts/errors.ts'
import type { RunOutcome } from '../contracts/result.ts'
import { createModel } from '../models/index.ts'
import { unstartedOutcome } from '../report/outcome.ts'
import { renderOutcome } from '../report/terminal.ts'
import { runsDir } from '../workspace/directories.ts'
import { colorsFor, columnsOf } from './colors.ts'
import { exitCodeOfRun } from './exit-codes.ts'
import { createProgress } from './progress.ts'
import { locateProject } from './project-path.ts'
import { abortOnSignals } from './signals.ts'

const optionsSchema = z.object({
  model: z.string().min(1),
  only: z.array(z.string()).default([]),
  maxTurns: z.coerce.number().int().positive(),
  maxMinutes: z.coerce.number().positive(),
  maxUsd: z.coerce.number().nonnegative(),
  failOnFindings: z.boolean().default(false),
  outputFormat: z.enum(['text', 'json', 'stream-json']),
})

/** How to answer is known even where other options are wrong. */
const formatSchema = z.object({
  outputFormat: optionsSchema.shape.outputFormat.catch('text'),
  model: z.string().catch(''),
  failOnFindings: z.boolean().default(false),
})

/** `agent run`: one job from repository to verdict; sets the exit code. */
export async function run(path: string, given: unknown): Promise<void> {
  const { outputFormat: format, model, failOnFindings } = formatSchema.parse(given)
  const outcome = await start(path, given).catch((reason) => {
    if (format === 'text') throw reason
    return unstartedOutcome(path, model, toAgentError(reason))
  })
  print(outcome, format)
  process.exitCode = exitCodeOfRun(outcome, failOnFindings)
}

async function start(path: string, given: unknown): Promise<RunOutcome> {
  const options = parseOptions(given)
  const progress = createProgress(options.outputFormat)
  try {
    return await runProject({
      ...locateProject(path),
      runsDir: runsDir(),
      model: createModel(options.model, process.env),
      only: options.only,
      limits: { maxTurns: options.maxTurns, maxMinutes: options.maxMinutes, maxUsd: options.maxUsd },
      signal: abortOnSignals(),
      onEvent: (event: RunEvent) => progress.event(event),
    })
  } finally {
    progress.end()
  }
}

function parseOptions(given: unknown): z.infer<typeof optionsSchema> {
  const parsed = optionsSchema.safeParse(given)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const flag = `--${String(issue?.path[0] ?? '').replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
  throw new AgentError('usage', 'BAD_OPTION', `${flag}: ${issue?.message ?? 'not valid'}`, {
    value: String((given as Record<string, unknown>)[String(issue?.path[0])]),
    next: 'See agent run --help.',
  })
}

function print(outcome: RunOutcome, format: 'text' | 'json' | 'stream-json'): void {
  if (format === 'text')
    process.stdout.write(renderOutcome(outcome, colorsFor(process.stdout), columnsOf(process.stdout)))
  else if (format === 'json') process.stdout.write(`${JSON.stringify(outcome, null, 2)}\n`)
  else process.stdout.write(`${JSON.stringify({ type: 'result', ...outcome })}\n`)
}
