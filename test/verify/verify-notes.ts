import type { GateContext } from '../../src/contracts/plugs.ts'
import type { GateName, GateVerdict } from '../../src/contracts/verdict.ts'
import { javascriptTestSource } from '../../src/suites/javascript/test-source.ts'
import { runJestSuite } from '../../src/suites/jest/run/index.ts'
import { openJestSession } from '../../src/suites/jest/run/session.ts'
import { verifySuite } from '../../src/verify/index.ts'
import { createNotesProject, type NotesProject, replacing } from './notes-environment.ts'

export const TEST_FILE = 'tests/integration/notes.test.js'
export const SUPPORT = 'tests/integration/support.js'

let project: NotesProject | undefined
/** Of the last `verify`. */
export function removeProject(): void {
  project?.remove()
  project = undefined
}

type Edits = Record<string, (content: string) => string>

interface Options {
  changes?: GateContext['changes']
  dismissed?: GateContext['dismissed']
  waivers?: GateContext['waivers']
  attainable?: GateContext['attainable']
  table?: Parameters<typeof verifySuite>[1]
  adapt?(project: NotesProject): unknown
  foreign?: boolean
  signal?: AbortSignal
}

/** Holds the notes suite, edited, against gates; all by default. */
export async function verify(
  gates: GateName[] | undefined,
  edits: Edits = {},
  options: Options = {},
): Promise<GateVerdict[]> {
  removeProject()
  project = createNotesProject(edits)
  options.adapt?.(project)
  const runner = {
    name: 'jest',
    handles: ['jest'],
    draft: () => Promise.reject(new Error('not here')),
    run: runJestSuite,
    session: openJestSession,
    source: javascriptTestSource,
  }
  return verifySuite(
    {
      ...project,
      runner,
      changes: options.changes ?? null,
      ...(options.dismissed && { dismissed: options.dismissed }),
      ...(options.waivers && { waivers: options.waivers }),
      ...(options.attainable && { attainable: options.attainable }),
      ...(options.foreign && { foreign: true }),
      ...(gates && { gates }),
      signal: options.signal ?? new AbortController().signal,
      progress: () => {},
    },
    options.table,
  )
}

export async function verifyOne(gate: GateName, edits: Edits = {}, options: Options = {}): Promise<GateVerdict> {
  const [verdict] = await verify([gate], edits, options)
  if (!verdict) throw new Error('no verdict')
  return verdict
}

export const inTests = (search: string, replacement: string): Edits => ({ [TEST_FILE]: replacing(search, replacement) })
