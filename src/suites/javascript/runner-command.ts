import { quoteShell, type Segment, splitShell } from './shell-words.ts'

/** A command of a project that ends in its test runner: whatever is appended to `argv` is the runner's. */
export interface RunnerCommand {
  /** As a person types it. */
  command: string
  argv: string[]
  /** Variables that it sets for the runner and that we have to add to: `NODE_OPTIONS`. */
  env: Record<string, string>
  /** The runner alone with its own words, without what the command does before. */
  runner: string[]
  /** What a reader should know about the choice. */
  notes: string[]
}

interface Found {
  /** Commands before the runner, as shell text that ends in `&&` or `;`. */
  before: string
  /** Assignments before the program. */
  assigned: [string, string][]
  /** From the program on. */
  words: string[]
  text: string
  needsShell: boolean
}

/** Scripts that are meant for integration tests come before the one that runs everything. */
const INTEGRATION = /(^|[:_-])(integration|int|it|api|component|functional|e2e)($|[:_-])/
const WATCHING = /watch|dev|debug|update|:u$|coverage|ci$/

/**
 * How the project runs its tests with `program`: by the command that was named, by its scripts, or plainly. Answers `null` where a
 * command was named that does not run this program. `hasProgram` tells whether a package manager is installed.
 */
export function findRunnerCommand(input: {
  program: string
  scripts: Record<string, string>
  named: string | null
  hasProgram(name: string): boolean
}): RunnerCommand | null {
  const { program, scripts, named } = input
  const resolve = (line: string) => findIn(line, { ...input, seen: [] })
  if (named !== null) {
    const found = resolve(named)
    return found[0] ? plan(named, found[0], found, input) : null
  }
  const names = Object.keys(scripts).filter((name) => !/^(pre|post)test/.test(name))
  const runnable = names.flatMap((name) => {
    const found = resolve(`npm run ${name}`)
    return found[0] ? [{ name, found: found[0], all: found }] : []
  })
  const rank = ({ name }: { name: string }) =>
    INTEGRATION.test(name) && !WATCHING.test(name) ? 0 : name === 'test' ? 1 : WATCHING.test(name) ? 3 : 2
  const [best] = runnable.toSorted((a, b) => rank(a) - rank(b))
  if (!best || rank(best) === 3)
    return { command: `npx ${program}`, argv: ['npx', program], env: {}, runner: ['npx', program], notes: [] }
  const others = runnable.filter((one) => one !== best && rank(one) < 2).map(({ name }) => typed(name))
  const planned = plan(typed(best.name), best.found, best.all, input)
  if (others.length > 0) planned.notes.push(`${others.join(', ')} would run it too: name it with --command`)
  return planned
}

/** Programs that are there without the project; the others are its own. */
const ON_PATH = /^(npx|node|bunx|yarn|pnpm|exec|time|timeout)$/

const typed = (script: string) => (script === 'test' ? 'npm test' : `npm run ${script}`)

type Scope = Parameters<typeof findRunnerCommand>[0] & { seen: string[] }

/** Every place in a command line where the program is run, scripts followed. */
function findIn(line: string, scope: Scope): Found[] {
  const segments = splitShell(line)
  return segments.flatMap((segment, index) => {
    const before = segments
      .slice(0, index)
      .map((one) => `${portable(one, scope)} ${one.joint || '&&'} `)
      .join('')
    const { assigned, words } = splitAssignments(segment.words)
    const script = scriptOf(words, scope.scripts)
    if (script && !scope.seen.includes(script.name)) {
      const pre = scope.scripts[`pre${script.name}`]
      const inner = findIn(`${scope.scripts[script.name]} ${script.rest.map(quoteShell).join(' ')}`, {
        ...scope,
        seen: [...scope.seen, script.name],
      })
      return inner.map((one) => ({
        ...one,
        before: `${before}${pre ? `${pre} && ` : ''}${one.before}`,
        assigned: [...assigned, ...one.assigned],
      }))
    }
    if (!runsProgram(words, scope.program)) return []
    return [{ before, assigned, words, text: segment.text, needsShell: segment.needsShell }]
  })
}

/** `A=b cross-env C=d jest` → its assignments and what is left. */
function splitAssignments(words: string[]): { assigned: [string, string][]; words: string[] } {
  const assigned: [string, string][] = []
  let at = 0
  for (; at < words.length; at++) {
    const word = words[at] ?? ''
    const assignment = /^([A-Za-z_]\w*)=(.*)$/s.exec(word)
    if (assignment) assigned.push([assignment[1] ?? '', assignment[2] ?? ''])
    else if (!/^(cross-env(-shell)?|env)$/.test(word) && !isWrapped(words, at)) break
  }
  return { assigned, words: words.slice(at) }
}

/** `npx cross-env …`: the first word belongs to the second. */
const isWrapped = (words: string[], at: number) => words[at] === 'npx' && words[at + 1] === 'cross-env'

/** `npm test -- -i`, `yarn run x`, `pnpm x`: the script it runs and the words it hands on. */
function scriptOf(words: string[], scripts: Record<string, string>): { name: string; rest: string[] } | null {
  const [manager = '', ...rest] = words
  if (!/^(npm|yarn|pnpm|bun)$/.test(manager)) return null
  const isFlag = (word: string) => /^-/.test(word)
  const plain = rest.slice(rest.findIndex((word) => !isFlag(word) && word !== 'run' && word !== 'run-script'))
  const [first = '', ...more] = plain
  const name = first === 't' ? 'test' : first
  if (!(name in scripts)) return null
  return { name, rest: more.filter((word, index) => !(word === '--' && index === 0)) }
}

function runsProgram(words: string[], program: string): boolean {
  const isProgram = (word: string) => new RegExp(`(^|/)${program}(\\.[cm]?js)?$`).test(word)
  const [first = '', ...rest] = words
  if (isProgram(first)) return true
  // Runs another program with the words that follow.
  if (!/^(npx|node|nyc|c8|dotenv|dotenvx|yarn|pnpm|bunx|exec|time|timeout|env-cmd|tsx|ts-node)$/.test(first))
    return false
  return rest.some((word, index) => isProgram(word) && !/^(-r|--require|--import|-w)$/.test(rest[index - 1] ?? ''))
}

/** The same command with npm in place of a package manager that is not here: it runs a script alike. */
function portable({ text, words }: Pick<Segment, 'text' | 'words'>, { scripts, hasProgram }: Scope): string {
  const manager = splitAssignments(words).words[0] ?? ''
  const script = scriptOf(splitAssignments(words).words, scripts)
  if (!script || hasProgram(manager)) return text
  return text.replace(new RegExp(`\\b${manager}(\\s+run)?\\s+`), 'npm run ')
}

function plan(command: string, found: Found, all: Found[], scope: Omit<Scope, 'seen'>): RunnerCommand {
  const notes =
    all.length > 1 ? [`${command} runs ${scope.program} ${all.length} times; looked at is \`${found.text}\``] : []
  const options = found.assigned.find(([name]) => name === 'NODE_OPTIONS')?.[1]
  const others = found.assigned.filter(([name]) => name !== 'NODE_OPTIONS')
  const [first = ''] = found.words
  const words = first.includes('/') || ON_PATH.test(first) ? found.words : ['npx', ...found.words]
  const assignments = others.map(([name, value]) => `${name}=${value}`)
  const runner = [...(assignments.length > 0 ? ['env', ...assignments] : []), ...words]
  const env: Record<string, string> = options === undefined ? {} : { NODE_OPTIONS: options }
  if (found.before === '' && !found.needsShell) return { command, argv: runner, env, runner, notes }
  const last = found.needsShell
    ? found.text.replace(/\bNODE_OPTIONS=(\S+|'[^']*'|"[^"]*")\s*/, '')
    : runner.map(quoteShell).join(' ')
  const line = `PATH="$PWD/node_modules/.bin:$PATH"; ${found.before}${last} "$@"`
  return { command, argv: ['sh', '-c', line, 'sh'], env, runner, notes }
}
