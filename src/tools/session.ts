import { createHash } from 'node:crypto'
import type { Environment } from '../contracts/environment.ts'
import { AgentError } from '../contracts/errors.ts'
import type { Files } from '../contracts/files.ts'
import type { Exploration } from '../contracts/observation.ts'
import type { RunnerPlug } from '../contracts/plugs.ts'
import type { ProjectMap } from '../contracts/project.ts'
import type { StrengthenRound } from '../contracts/strengthening.ts'
import type { RunResult, Suite } from '../contracts/suite.ts'
import type { SortedFailure } from '../contracts/triage.ts'
import type { GateVerdict } from '../contracts/verdict.ts'
import { findRunner } from '../suites/index.ts'

/** What the tools of one run (or one MCP client) share. A later stage's result is dropped when an earlier one is redone. */
export interface Session {
  /** Where suite files are read and written: staged in a run, the real tree over MCP. */
  readonly files: Files
  /** The folder of the project that was named, where it was not the whole. */
  readonly within: string | null
  map: ProjectMap | null
  environment: Environment | null
  exploration: Exploration | null
  suite: Suite | null
  /** The last complete run with coverage. */
  measured: RunResult | null
  /** All gates as last measured, with the fingerprint of the suite they were measured on. */
  verified: { suite: string; verdicts: GateVerdict[] } | null
  /** Paths that DraftTests has written. */
  readonly drafted: Set<string>
  /** What was done about seeded faults that the suite with `tests` tests did not notice, when all gates were measured. */
  strengthening: { tests: number; rounds: StrengthenRound[] } | null
  /** Cases left out of the suite, with the reason a person reads. */
  dropped: Map<string, string>
  /** Tests that failed, by file and name, with whose failure it was. */
  sorted: Map<string, SortedFailure>
  /** What each file was before this session first wrote it. */
  readonly originals: Map<string, string | null>
  /** The first error that ended a stage; the run's exit code comes from it. */
  failure: AgentError | null
}

/** An empty session over `files`; every write through `session.files` is remembered with what was there before. */
export function createSession(files: Files, within: string | null = null): Session {
  const originals = new Map<string, string | null>()
  return {
    files: rememberOriginals(files, originals),
    within,
    map: null,
    environment: null,
    exploration: null,
    suite: null,
    measured: null,
    verified: null,
    drafted: new Set(),
    strengthening: null,
    dropped: new Map(),
    sorted: new Map(),
    originals,
    failure: null,
  }
}

function rememberOriginals(files: Files, originals: Map<string, string | null>): Files {
  const remember = async (path: string) => {
    if (!originals.has(path)) originals.set(path, await files.readText(path))
  }
  return {
    ...bind(files),
    async write(path, content) {
      await remember(path)
      await files.write(path, content)
    },
    async remove(path) {
      await remember(path)
      await files.remove(path)
    },
  }
}

/** Methods of a class instance do not survive a spread. */
function bind(files: Files): Files {
  return {
    root: files.root,
    read: (path) => files.read(path),
    readText: (path) => files.readText(path),
    write: (path, content) => files.write(path, content),
    remove: (path) => files.remove(path),
    glob: (patterns, options) => files.glob(patterns, options),
    ...(files.stat === undefined ? {} : { stat: (path: string) => (files.stat as NonNullable<Files['stat']>)(path) }),
  }
}

/** Names the suite's present content, so that verdicts are never taken for another one's. */
export function fingerprint(suite: Suite): string {
  const hash = createHash('sha256')
  for (const file of suite.files) hash.update(`${file.path}\0${file.content}\0`)
  return hash.digest('hex')
}

/** Stops what the session started. */
export async function disposeSession(session: Session): Promise<void> {
  await session.environment?.stop()
  session.environment = null
}

export function requireMap(session: Session): ProjectMap {
  return session.map ?? missing('InspectProject', 'the project map')
}

export function requireEnvironment(session: Session): Environment {
  return session.environment ?? missing('StartEnvironment', 'an environment')
}

export function requireExploration(session: Session): Exploration {
  return session.exploration ?? missing('Explore', 'observations')
}

export function requireSuite(session: Session): Suite {
  return session.suite ?? missing('DraftTests', 'a suite')
}

/** The plug for the suite's runner, or for the one the project uses. */
export function runnerFor(session: Session): RunnerPlug {
  const map = requireMap(session)
  const name = session.suite?.runner ?? map.tests.runner
  // Beside a runner we do not write for, Jest will do where it is there.
  const runner = findRunner(name) ?? ('jest' in map.dependencies ? findRunner('jest') : null)
  if (runner !== null) return runner
  throw new AgentError('usage', 'UNSUPPORTED_RUNNER', `Suites for ${name} cannot be written yet.`, {
    value: name,
    next: 'A Jest suite can be written beside it: add jest and supertest as development dependencies, then run again.',
  })
}

function missing(tool: string, what: string): never {
  throw new AgentError('usage', 'STEP_MISSING', `This needs ${what} first.`, { value: tool, next: `Call ${tool}.` })
}
