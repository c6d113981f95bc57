import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { execa } from 'execa'
import { expect, test } from 'vitest'
import { agent, createProject, home, main, notes } from './projects.ts'

const progress = JSON.stringify(join(main, '../progress.js'))

/** Runs a script with `createProgress` in scope on a terminal of so many columns; answers all that reached it. */
async function onTerminal(columns: number, script: string): Promise<string> {
  const file = join(createProject({ 'show.mjs': `import { createProgress } from ${progress}\n${script}` }), 'show.mjs')
  const { stdout } = await execa(
    'script',
    ['-qec', `stty cols ${columns} && '${process.execPath}' '${file}'`, '/dev/null'],
    { stdin: 'ignore', env: { TERM: 'xterm', NO_COLOR: '1' } },
  )
  return stdout
}

/** What is left on the screen: `\r` goes back to the beginning of the line, `ESC[K` empties the rest of it. */
function screenOf(output: string): string[] {
  return output.split('\n').map((line) => line.replace(/\r$/, '').split('\r').at(-1)?.replace('\u001b[K', '') ?? '')
}

const events = (list: object[]) => `
const progress = createProgress('text')
for (const event of ${JSON.stringify(list)}) progress.event(event)
`
const message = (text: string) => ({ type: 'progress', message: text })

test('on a terminal every line fits, steps and verdicts stay, the rest gives way to what comes next', async () => {
  const output = await onTerminal(
    60,
    `${events([
      { type: 'started', run: '20261122T133953-29bd8b', runDir: '/r', model: 'offline', sentTo: null },
      { type: 'tool', name: 'Explore' },
      message(`GET /a/very/long/path/${'x'.repeat(80)}/世界: 200`),
      { type: 'tool', name: 'VerifySuite' },
      message('runs: The plain command exits 0, at least one test ran, none is skipped'),
      message(
        'runs: fail. 2 of 42 tests failed: a title that is long enough to be wrapped twice at least, or three times\nsecond line',
      ),
      message('guarded: not_applicable. There is no store.'),
    ])}
    progress.end()`,
  )
  const shown = output.split(/[\r\n]+/).map((line) => stripVTControlCharacters(line))
  expect(shown.filter((line) => line.length > 59)).toEqual([])
  const screen = screenOf(output).map((line) => line.replace(/^ +\d+ s/, '').trim())
  expect(screen.filter((line) => line !== '')).toEqual([
    'model offline: nothing leaves this machine; run',
    '20261122T133953-29bd8b',
    'exploring the application',
    'proving the suite',
    'runs: fail. 2 of 42 tests failed: a title that is',
    'long enough to be wrapped twice at least, or',
    'three times second line',
    'guarded: n/a. There is no store.',
  ])
})

test('on a terminal a long step shows its running time instead of a heartbeat', async () => {
  const output = await onTerminal(
    80,
    `${events([{ type: 'tool', name: 'VerifySuite' }, message('clean: It leaves nothing behind')])}
    const began = Date.now()
    Date.now = (now => () => now() + 42000)(Date.now)
    progress.event({ type: 'progress', message: 'clean: still at it' })
    const wait = setInterval(() => {}, 1000)
    process.stderr.write = (write => (text) => {
      write.call(process.stderr, text)
      if (text.includes('s)')) { clearInterval(wait); progress.end() }
    })(process.stderr.write)`,
  )
  expect(output).toMatch(/clean: It leaves nothing behind \(4\d s\)/)
  expect(output).not.toContain('still at it')
})

test('elsewhere each line comes once, whole, without codes', async () => {
  const long = `GET /${'x'.repeat(200)}: 200`
  const file = createProject({
    'show.mjs': `import { createProgress } from ${progress}\n${events([
      { type: 'tool', name: 'VerifySuite' },
      message(`\u001b[31m${long}`),
      message('clean: It leaves nothing behind'),
      ...Array.from({ length: 3 }, () => message('clean: still at it')),
      message('clean: pass. Nothing is left.'),
    ])}\nprogress.end()`,
  })
  const { stderr } = await execa(process.execPath, [join(file, 'show.mjs')], { stdin: 'ignore' })
  expect(stderr.split('\n').map((line) => line.replace(/^ +\d+ s {2}/, ''))).toEqual([
    'proving the suite',
    `  ${long}`,
    '  clean: It leaves nothing behind',
    '  clean: still at it',
    '  clean: pass. Nothing is left.',
  ])
})

test('a real run on 80 columns leaves no line that is wider, and the same report elsewhere is not wrapped', async () => {
  const root = createProject(notes)
  const { stdout } = await execa(
    'script',
    ['-qec', `stty cols 80 && '${process.execPath}' '${main}' run '${root}' --max-turns 4`, '/dev/null'],
    { stdin: 'ignore', reject: false, env: { TERM: 'xterm', INTEGRATION_TEST_BUILDER_HOME: home } },
  )
  const shown = stdout.split(/[\r\n]+/).map((line) => stripVTControlCharacters(line))
  expect(shown).toContainEqual(expect.stringContaining('exploring the application'))
  expect(shown.filter((line) => line.length > 80 && !/^(report|look at it|then run) /.test(line))).toEqual([])
  const run = /^report +(\S+)/m.exec(shown.join('\n'))?.[1] ?? ''
  expect(JSON.parse(readFileSync(join(run, 'report.json'), 'utf8')).status).toBe('error')
  const plain = await agent(['report', run.split('/').at(-1) ?? ''])
  expect(String(plain.stdout)).toMatch(/^next +Raise --max-turns and run again; .*folder\.$/m)
})
