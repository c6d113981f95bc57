import { randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { finished } from 'node:stream/promises'
import { z } from 'zod'
import type { CommandResult } from '../contracts/sandbox.ts'
import type { Tool, ToolCallOptions, ToolResult } from '../contracts/tool.ts'
import type { ToolHost } from './host.ts'
import { createSpill } from './spill.ts'

const DEFAULT_TIMEOUT_MS = 120_000
const MAX_TIMEOUT_MS = 600_000
const MAX_CHARACTERS = 30_000
const PREVIEW_CHARACTERS = 10_000

const input = z.strictObject({
  command: z.string().min(1).describe('The command, run by bash'),
  timeout: z
    .number()
    .int()
    .min(1)
    .max(MAX_TIMEOUT_MS)
    .optional()
    .describe('Milliseconds until the command is killed; default 120000, at most 600000'),
  description: z.string().optional().describe('What the command does, in a few words'),
  run_in_background: z
    .boolean()
    .optional()
    .describe('Start it and answer at once with the file that its output goes to; no timeout applies'),
})

/** Runs commands in the sandbox. The working directory carries over from call to call, variables do not. */
export function bashTool(host: ToolHost): Tool<z.infer<typeof input>> {
  let cwd = host.files.root
  return {
    name: 'Bash',
    kind: 'primitive',
    description:
      "Runs a command with bash in an isolated sandbox: loopback network only, no secrets in its environment. Changes it makes to files stay in the sandbox's view of the project. The working directory carries over to the next call, variables do not. Output over 30,000 characters goes to a file that Read can show.",
    input,
    annotations: {
      title: 'Run a command',
      readOnlyHint: false,
      destructiveHint: true,
      idempotentHint: false,
      openWorldHint: false,
    },
    async run({ command, timeout, run_in_background }, options) {
      if (run_in_background) return runInBackground(host, command, cwd)
      const marker = `cwd:${randomUUID()}:`
      const result = await host.runCommand({
        argv: ['bash', '-c', FOREGROUND, 'bash', command, cwd, host.files.root, marker],
        timeoutMs: timeout ?? DEFAULT_TIMEOUT_MS,
        stdin: '',
        signal: options.signal,
      })
      const { output, directory } = takeDirectory(result.stdout, marker)
      if (directory) cwd = directory
      return report(host, result, output + result.stderr, timeout ?? DEFAULT_TIMEOUT_MS, options)
    },
  }
}

/**
 * $1 command, $2 directory, $3 the project's root, $4 marker. The directory that the command ends in follows the marker
 * at the very end of its output: a file would have to lie in a place that both sides of the sandbox can see.
 */
const FOREGROUND = `exec 2>&1
cd -- "$2" 2>/dev/null || { cd -- "$3" && echo "[the directory $2 is gone; running in $3]"; }
trap 'printf "%s%s" "\${__marker}" "$PWD"' EXIT
__marker=$4
eval "$1"`

const BACKGROUND = `exec 2>&1
echo "[process $$]"
cd -- "$2" 2>/dev/null
exec bash -c "$1"`

function takeDirectory(stdout: string, marker: string): { output: string; directory: string | null } {
  const at = stdout.lastIndexOf(marker)
  if (at === -1) return { output: stdout, directory: null }
  const after = stdout.slice(at + marker.length)
  return { output: stdout.slice(0, at), directory: after.split('\n')[0] ?? null }
}

async function report(
  host: ToolHost,
  result: CommandResult,
  output: string,
  timeoutMs: number,
  { signal }: ToolCallOptions,
): Promise<ToolResult> {
  const shown = await shorten(host, output.trimEnd())
  const trouble = describeEnd(result, timeoutMs, signal)
  if (trouble) return { text: shown ? `${trouble}\n${shown}` : trouble, isError: true }
  return { text: shown || '(no output)' }
}

function describeEnd(result: CommandResult, timeoutMs: number, signal: AbortSignal): string | null {
  if (signal.aborted) return 'The command was cancelled and killed.'
  if (result.timedOut) {
    return `The command was killed after ${timeoutMs / 1000} s. Give a longer timeout (at most ${MAX_TIMEOUT_MS / 1000} s) or set run_in_background. Its output until then:`
  }
  if (result.exitCode === 0) return null
  return result.exitCode === null ? `Killed by ${result.signal ?? 'a signal'}` : `Exit code ${result.exitCode}`
}

async function shorten(host: ToolHost, output: string): Promise<string> {
  if (output.length <= MAX_CHARACTERS) return output
  const file = await createSpill(host, output)
  return `[The output has ${output.length} characters; all of it is in ${file}, which Read shows. Its end:]\n${output.slice(-PREVIEW_CHARACTERS)}`
}

async function runInBackground(host: ToolHost, command: string, cwd: string): Promise<ToolResult> {
  const file = await createSpill(host, '')
  const running = await host.spawnCommand({ argv: ['bash', '-c', BACKGROUND, 'bash', command, cwd] })
  const log = createWriteStream(file, { flags: 'a', mode: 0o600 })
  running.stdout.pipe(log, { end: false })
  running.stderr.pipe(log, { end: false })
  const drained = Promise.all([finished(running.stdout), finished(running.stderr)]).catch(() => null)
  running.exited.then(async ({ exitCode, signal }) => {
    await drained
    log.end(`\n[exit ${exitCode ?? signal}]\n`)
  })
  const id = file.replace(/^.*bash-(\d+)\.txt$/, '$1')
  return {
    text: `Started in the background as ${id}. Its output goes to ${file}: Read shows how far it is, the last line tells its exit. The number on the first line is its process; end it with Bash {"command": "kill NUMBER"}.`,
  }
}
