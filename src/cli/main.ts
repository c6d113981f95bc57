#!/usr/bin/env node
import { Command, CommanderError } from 'commander'
import { toAgentError } from '../contracts/errors.ts'
import { exitCodeOf } from './exit-codes.ts'
import { guardProcess } from './streams.ts'
import { tellError } from './tell-error.ts'
import { packageVersion } from './version.ts'

guardProcess()

const program = new Command('agent')
  .description('Writes integration tests that can be trusted, and proves them.')
  .version(packageVersion())
  .exitOverride()
  .addHelpText(
    'after',
    `
Examples:
  agent doctor                            has this machine what it takes?
  agent inspect path/to/service           what would be tested; runs nothing
  agent run path/to/service               write a suite and prove it
  agent run . --only "POST /orders"       a part of it
  agent verify .                          what are the tests worth that it has?
  agent services up . -- npx jest tests   your own tests with the same services

Exit codes: 0 done (run, verify: verified), 1 a gate fails, 2 wrong usage,
3 environment, 4 out of budget, 5 model, 6 refused for safety, 130 interrupted.`,
  )

const outputFormat = ['--output-format <format>', 'text, json or stream-json', 'text'] as const

program
  .command('run')
  .description(
    'inspect a service, explore it in a sandbox, write an integration suite and prove it; the suite is written into the project only once every gate holds',
  )
  .argument('[path]', 'the service: its dependencies must be installed', '.')
  .option(
    '--model <name>',
    'offline: by rules, free, nothing leaves this machine; claude or a model id: sends source to its API, needs ANTHROPIC_API_KEY',
    'offline',
  )
  .option('--only <endpoint...>', 'only these endpoints, "METHOD /path" or "/path", with * and ** as wildcards')
  .option('--max-turns <n>', 'at most so many model turns', '60')
  .option('--max-minutes <n>', 'at most so many minutes', '30')
  .option('--max-usd <n>', 'at most so much for a paid model', '5')
  .option('--fail-on-findings', 'exit 1 when the application has bugs although the suite is verified')
  .option(...outputFormat)
  .action(async (path, options) => (await import('./run.ts')).run(path, options))

program
  .command('inspect')
  .description('print what was read: endpoints, stores, boot, test conventions; nothing of the project is executed')
  .argument('[path]', 'the project', '.')
  .option('--json', 'the whole map as JSON')
  .action(async (path, options) => (await import('./inspect.ts')).inspect(path, options))

program
  .command('verify')
  .description(
    'hold the integration suite that is there, whoever wrote it, against the gates; on somebody’s own suite runs, twice and shuffled decide, the rest informs',
  )
  .argument('[path]', 'the project: its dependencies must be installed', '.')
  .option(
    '--command <line>',
    'how the suite is run, e.g. "NODE_ENV=test npx jest tests/api"; default: as the project’s scripts say',
  )
  .option('--gates <a,b>', 'only these gates')
  .option('--fail-on <a,b>', 'gates that decide on the exit code; all names every one')
  .option('--base <ref>', 'commit to compare with: were assertions lost since?')
  .option(
    '--baseline',
    'accept what is wrong today, in .integration-tests/baseline.json: from then on only what is new counts',
  )
  .option('--no-baseline', 'everything counts, whatever was accepted')
  .option('--json', 'as --output-format json')
  .option(...outputFormat)
  .action(async (path, options) => (await import('./verify.ts')).verify(path, options))

program
  .command('services')
  .description('databases and the like that a suite runs with')
  .command('up')
  .description('run a command with the project’s services up and exit with its code; without one, stay until Ctrl-C')
  .argument('[path]', 'the project', '.')
  .argument('[command...]', 'what to run, after --')
  .action(async (_path, _command, _options, { args }: Command) => {
    const { path, command } = splitAtDashes(args)
    await (await import('./services.ts')).servicesUp(path, command)
  })

program
  .command('mcp')
  .description('serve the tools to an MCP client over stdio')
  .option('--root <dir>', 'the project', '.')
  .option('--tools <set>', 'all, primitive (Read, Write, Bash, …) or domain (InspectProject … VerifySuite)', 'all')
  .action(async (options) => (await import('./mcp.ts')).mcp(options))

program
  .command('report')
  .description('print the report of a run, the newest by default')
  .argument('[run]', 'its id, as agent run prints it first')
  .option('--json', 'the result object as JSON')
  .action(async (id, options) => (await import('./report.ts')).report(id, options))

const finding = program
  .command('finding')
  .description('what runs found wrong with the application, and what people decided on it')

finding
  .command('list')
  .description('all findings of the newest run')
  .argument('[path]', 'the project', '.')
  .option('--json', 'as JSON')
  .action(async (path, options) => (await import('./finding.ts')).listFindings(path, options))

finding
  .command('show')
  .description('one finding with the request that shows it')
  .argument('<id>', 'as agent finding list shows it')
  .argument('[path]', 'the project', '.')
  .option('--json', 'as JSON')
  .action(async (id, path, options) => (await import('./finding.ts')).showFinding(id, path, options))

for (const [name, verdict, description] of [
  ['accept', 'accepted', 'this is how the application is meant to be: the suite asserts it from the next run on'],
  ['reject', 'rejected', 'this is a bug, and known: reported as such, never asserted'],
] as const) {
  const decide = finding
    .command(name)
    .description(description)
    .argument('<id>', 'as agent finding list shows it')
    .argument('[path]', 'the project', '.')
    .requiredOption('--reason <text>', 'why')
    .option('--owner <name>', 'who answers for it; git’s user.name by default')
    .action(async (id, path, options) => (await import('./finding.ts')).decideFinding(verdict, id, path, options))
  if (name === 'reject')
    decide.option('--expect-failure', 'keep it in the suite by name, as a test that goes red once it shows otherwise')
}

program
  .command('doctor')
  .description('tell what this machine offers and what it lacks')
  .option('--json', 'as JSON')
  .action(async (options) => (await import('./doctor.ts')).doctor(options))

for (const command of [program, ...program.commands, ...program.commands.flatMap((child) => child.commands)])
  command.exitOverride()

try {
  await program.parseAsync()
} catch (error) {
  process.exitCode = fail(error)
}

/** A clear message and the right exit code. */
function fail(reason: unknown): number {
  if (reason instanceof CommanderError) return reason.exitCode === 0 ? 0 : 2
  const error = toAgentError(reason)
  tellError(error)
  return exitCodeOf(error.kind)
}

/** What follows `--` is the command, whether or not a path was given before it. */
function splitAtDashes(operands: string[]): { path: string; command: string[] } {
  const dashes = process.argv.indexOf('--')
  const command = dashes === -1 ? [] : process.argv.slice(dashes + 1)
  const [path = '.', ...early] = operands.slice(0, operands.length - command.length)
  return { path, command: [...early, ...command] }
}
