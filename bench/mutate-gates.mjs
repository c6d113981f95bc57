// Makes one mistake after the other in a copy of this repository and runs the tests that should notice it.
// node bench/mutate-gates.mjs [--only shuffled,alone] [--list]
import { execFileSync, spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs, stripVTControlCharacters } from 'node:util'

const { values } = parseArgs({ options: { only: { type: 'string' }, list: { type: 'boolean' } } })
const repository = resolve(import.meta.dirname, '..')
const only = values.only?.split(',')
const mistakes = readMistakes(readFileSync(join(import.meta.dirname, 'gate-mistakes.txt'), 'utf8')).filter(
  ({ gate, what }) => !only || only.some((one) => gate === one || what.includes(one)),
)
const misplaced = mistakes.filter(
  ({ file, find }) => readFileSync(join(repository, file), 'utf8').split(find).length !== 2,
)
for (const { gate, what, file } of misplaced) console.log(`not once in ${file}: ${gate}: ${what}`)
if (values.list || misplaced.length > 0) {
  console.log(`${mistakes.length} mistakes, ${misplaced.length} without their place`)
  process.exit(misplaced.length > 0 ? 2 : 0)
}

const copy = mkdtempSync(join(tmpdir(), 'mutate-'))
process.on('exit', () => rmSync(copy, { recursive: true, force: true }))
const git = ['ls-files', '-z', '--cached', '--others', '--exclude-standard']
for (const path of execFileSync('git', git, { cwd: repository, encoding: 'utf8' }).split('\0')) {
  if (path && existsSync(join(repository, path))) cpSync(join(repository, path), join(copy, path))
}
symlinkSync(realpathSync(join(repository, 'node_modules')), join(copy, 'node_modules'))
// The sandbox's supervisor runs from there.
execFileSync('npx', ['tsc', '-p', 'tsconfig.build.json'], { cwd: copy, stdio: 'inherit' })

let survived = 0
for (const mistake of mistakes) {
  const path = join(copy, mistake.file)
  const text = readFileSync(path, 'utf8')
  writeFileSync(
    path,
    text.replace(mistake.find, () => mistake.replace),
  )
  const began = Date.now()
  const by = firstRed(mistake.tests)
  writeFileSync(path, text)
  if (by === null) survived += 1
  const seconds = Math.round((Date.now() - began) / 1000)
  console.log(
    `${by === null ? 'SURVIVED' : 'killed  '}  ${mistake.gate}: ${mistake.what}  [${seconds} s${by ? `, ${by}` : ''}]`,
  )
}
console.log(`${mistakes.length - survived} of ${mistakes.length} killed`)
process.exit(survived > 0 ? 1 : 0)

/** The test that goes red first, `null` for none. */
function firstRed(tests) {
  for (const test of tests) {
    const [file, pattern] = test.split(' -t ')
    const args = ['vitest', 'run', '--bail=1', file, ...(pattern ? ['-t', pattern] : [])]
    const { status, stdout } = spawnSync('npx', args, { cwd: copy, encoding: 'utf8' })
    if (status !== 0) return /^ *(?:FAIL|×) +(.*)$/m.exec(stripVTControlCharacters(stdout))?.[1] ?? file
  }
  return null
}

/** The format is told at the head of the file. */
function readMistakes(text) {
  const mistakes = []
  let gate = ''
  let usual = []
  let at = null
  for (const line of text.split('\n')) {
    const [, sign, rest] = /^(##|[@?+-]) ?(.*)$/.exec(line) ?? []
    if (sign === '##') {
      gate = rest
      at = null
    } else if (sign === '?' && at === null) usual = rest.split(' | ')
    else if (sign === '?') at.tests = rest.split(' | ')
    else if (sign === '@') at.file = rest
    else if (sign === '-') at.find = rest
    else if (sign === '+') at.replace = rest
    else if (line !== '' && !line.startsWith('#')) {
      at = { gate, what: line, file: `src/verify/gates/${gate}.ts`, tests: usual, find: '', replace: '' }
      mistakes.push(at)
    }
  }
  return mistakes
}
