import { z } from 'zod'
import type { Table } from '../contracts/environment.ts'
import { AgentError } from '../contracts/errors.ts'
import type { Exploration } from '../contracts/observation.ts'
import type { Suite } from '../contracts/suite.ts'
import type { Tool } from '../contracts/tool.ts'
import { findProbableCause } from '../environment/index.ts'
import { presentSuite } from './present-suite.ts'
import { fingerprint, requireEnvironment, requireExploration, requireMap, runnerFor, type Session } from './session.ts'

const input = z.object({
  exclude: z.array(z.string()).optional().describe('Ids of cases to leave out, e.g. those whose tests fail.'),
  keep: z
    .array(z.string())
    .optional()
    .describe('Ids of cases that are in the suite however long it gets, e.g. those that alone notice a seeded fault.'),
  whole: z
    .boolean()
    .optional()
    .describe('Every case, for trying faults that survived (VerifySuite with `faults`); too long to be reviewed.'),
})

/** Writes test files, helpers, compose file and manifest from the observations. */
export function draftTestsTool(session: Session): Tool<z.infer<typeof input>> {
  return {
    name: 'DraftTests',
    kind: 'domain',
    description:
      "Writes the integration suite from the observations of Explore, in the repository's own framework, folder and manner: one test file a resource, small helpers, docker-compose.test.yml and a manifest. A file that somebody edited or wrote by hand is never overwritten. Needs Explore.",
    input,
    annotations: {
      title: 'Draft the tests',
      readOnlyHint: false,
      destructiveHint: false,
      idempotentHint: true,
      openWorldHint: false,
    },
    async run({ exclude = [], keep = [], whole = false }) {
      const map = requireMap(session)
      const environment = requireEnvironment(session)
      const exploration = select(requireExploration(session), { exclude, keep, whole })
      if (exploration.observations.length === 0) {
        throw new AgentError(
          'environment',
          'NOTHING_TO_TEST',
          'No case was seen twice alike, so there is nothing to draft.',
          {
            value: `${exploration.unreached.length} endpoints without a success`,
            next:
              findProbableCause(exploration.unreached.map(({ why }) => why).join('\n'))?.next ??
              'Read what Explore could not reach, and give the values it lacks to StartEnvironment.',
          },
        )
      }
      for (const id of exclude) session.dropped.set(id, whyExcluded(session, id))
      const tables: Record<string, Table[]> = {}
      for (const store of environment.stores) tables[store.name] = await store.tables()
      const suite = await runnerFor(session).draft({
        map,
        exploration,
        tables,
        environment,
        existing: async (path) => session.originals.get(path) ?? (await session.files.readText(path)),
        whole,
      })
      if (suite.missing.length > 0) throw missingDependencies(suite.missing)
      await replaceFiles(session, suite)
      session.suite = suite
      session.measured = null
      const verified = session.verified?.suite === fingerprint(await presentSuite(session))
      return { text: describeSuite(suite), data: { ...suiteData(suite), verified } }
    },
  }
}

function select(
  exploration: Exploration,
  { exclude, keep, whole }: { exclude: string[]; keep: string[]; whole: boolean },
): Exploration {
  const observations = exploration.observations.flatMap((observation) => {
    const { spare, extra, ...rest } = observation.case
    if (exclude.includes(rest.id)) return []
    if (keep.includes(rest.id)) return [{ ...observation, case: rest }]
    return extra && !whole ? [] : [observation]
  })
  return { ...exploration, observations }
}

function whyExcluded({ sorted }: Session, id: string): string {
  const failure = [...sorted.values()].find((one) => one.case === id)
  return failure === undefined
    ? 'left out when the tests were drafted'
    : `its test failed (${failure.blame}): ${failure.why}`
}

/** Files of an earlier draft that this one no longer has go away again, also where tests are run. */
async function replaceFiles(session: Session, suite: Suite): Promise<void> {
  const paths = new Set(suite.files.map((file) => file.path))
  for (const path of session.drafted) {
    if (paths.has(path)) continue
    await session.files.remove(path)
    await session.environment?.sandbox.removeFile(path)
    session.drafted.delete(path)
  }
  for (const { path, content } of suite.files) {
    await session.files.write(path, content)
    session.drafted.add(path)
  }
}

function missingDependencies(missing: Suite['missing']): AgentError {
  return new AgentError('environment', 'TEST_DEPENDENCIES_MISSING', 'The project lacks what its tests need.', {
    value: missing.map(({ name, range }) => `${name}@${range}`).join(', '),
    next: `Run \`${[...new Set(missing.map(({ install }) => install))].join(' && ')}\`, then run again.`,
  })
}

/** Throws what DraftTests would, as soon as the map is known: UNSUPPORTED_RUNNER or TEST_DEPENDENCIES_MISSING. */
export function assertDraftable(session: Session): void {
  const missing = runnerFor(session).missing?.(requireMap(session)) ?? []
  if (missing.length > 0) throw missingDependencies(missing)
}

const lineCount = (content: string) => content.split('\n').length - 1

function describeSuite(suite: Suite): string {
  return [
    `${suite.tests} tests in ${suite.files.filter((file) => file.kind === 'test').length} files`,
    ...suite.files.map((file) => `  ${file.path} (${file.kind}, ${lineCount(file.content)} lines)`),
    `run: ${suite.command}`,
    ...(suite.omitted ?? []).map((id) => `left out for length: ${id}`),
    ...suite.review.map((item) => `review ${item.file}:${item.line} ${item.assertion}: ${item.why}`),
  ].join('\n')
}

function suiteData(suite: Suite) {
  return {
    command: suite.command,
    cwd: suite.cwd,
    env: suite.env,
    tests: suite.tests,
    files: suite.files.map((file) => ({ path: file.path, kind: file.kind, lines: lineCount(file.content) })),
    omitted: suite.omitted ?? [],
    review: suite.review.map((item) => ({ ...item })),
  }
}
