import type { RunEvent } from '../agent/run.ts'
import { cutTo, displayWidth, oneLine, wrap } from '../report/one-line.ts'
import { columnsOf } from './colors.ts'

/** What a step does, in a user's words; tools of a language model are told by their own names. */
const STEPS: Record<string, string> = {
  InspectProject: 'reading the source',
  StartEnvironment: 'starting the environment',
  Explore: 'exploring the application',
  DraftTests: 'writing the tests',
  RunTests: 'running the tests',
  VerifySuite: 'proving the suite',
}

/** `runs: pass. 42 tests passed.`: worth keeping on the screen. */
const VERDICT = /^[\w-]+: (pass|fail|blocked|not_applicable)\. /
const HEARTBEAT = /: still at it$/

/**
 * Live progress of a run: kept lines above one changing line on a terminal, plain lines elsewhere (stderr); JSON events on
 * stdout for `stream-json`.
 */
export function createProgress(format: 'text' | 'json' | 'stream-json') {
  const screen = columnsOf(process.stderr) !== null && process.env.TERM !== 'dumb' ? liveScreen() : plainLines()
  return {
    event(event: RunEvent): void {
      if (format === 'stream-json') process.stdout.write(`${JSON.stringify(event)}\n`)
      if (format !== 'text') return
      if (event.type === 'started') {
        const sent = event.sentTo === null ? 'nothing leaves this machine' : `source is sent to ${event.sentTo}`
        screen.keep(`model ${event.model}: ${sent}; run ${event.run}`)
      } else if (event.type === 'tool') screen.keep(STEPS[event.name] ?? event.name)
      else if (VERDICT.test(event.message)) screen.keep(`  ${event.message.replace('not_applicable', 'n/a')}`)
      else screen.show(`  ${event.message}`)
    },
    end(): void {
      screen.end()
    },
  }
}

interface Screen {
  /** A line that stays. */
  keep(text: string): void
  /** What goes on now; on a terminal the next one takes its place. */
  show(text: string): void
  end(): void
}

/** The changing line shows the running time, so that a long step is seen to be alive. */
function liveScreen(): Screen {
  const elapsed = stopwatch()
  let now = ''
  let since = elapsed()
  const columns = () => (columnsOf(process.stderr) ?? 80) - 1
  const draw = () => {
    const lasting = elapsed() - since
    const clock = lasting < 5 ? '' : ` (${lasting} s)`
    const text = now === '' ? '' : cutTo(stamp(elapsed(), now), columns() - clock.length) + clock
    process.stderr.write(`\r\u001b[K${text}`)
  }
  const timer = setInterval(draw, 1000)
  timer.unref()
  return {
    keep(text) {
      const [head = '', ...rest] = keptLines(text, columns() - STAMP)
      const lines = [stamp(elapsed(), head), ...rest.map((line) => ' '.repeat(STAMP) + line)]
      process.stderr.write(`\r\u001b[K${lines.join('\n')}\n`)
      now = ''
      since = elapsed()
    },
    show(text) {
      if (HEARTBEAT.test(text)) return
      now = firstLine(text)
      since = elapsed()
      draw()
    },
    end() {
      clearInterval(timer)
      process.stderr.write('\r\u001b[K')
    },
  }
}

/** For logs: a line each, never cut, and a sign of life once, not over and over. */
function plainLines(): Screen {
  const elapsed = stopwatch()
  let last = ''
  const write = (text: string) => {
    if (text !== last) process.stderr.write(`${stamp(elapsed(), firstLine(text))}\n`)
    last = text
  }
  return { keep: write, show: write, end: () => undefined }
}

const STAMP = 8
const stamp = (seconds: number, text: string) => `${`${seconds} s`.padStart(STAMP - 2)}  ${text}`
const indentOf = (text: string) => /^ */.exec(text)?.[0] ?? ''
const firstLine = (text: string) => indentOf(text) + oneLine(text.split('\n')[0] ?? '')

function keptLines(text: string, columns: number): string[] {
  const indent = indentOf(text)
  return wrap(oneLine(text), columns - displayWidth(indent)).map((line) => indent + line)
}

function stopwatch(): () => number {
  const startedAt = Date.now()
  return () => Math.round((Date.now() - startedAt) / 1000)
}
