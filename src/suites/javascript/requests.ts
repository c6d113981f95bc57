import { z } from 'zod'
import type { SeenRequest } from '../../contracts/suite.ts'
import { parseLines } from '../lines.ts'
import { readHook } from './hooks.ts'

/** Names the file that the hook appends to. */
export const REQUESTS_VARIABLE = 'INTEGRATION_TESTS_REQUESTS'
/** Names the file that holds the name of the test that runs now. */
export const CURRENT_TEST_VARIABLE = 'INTEGRATION_TESTS_CURRENT_TEST'
/** Names the JSON list of the suite's test files, absolute, that requests are told apart by. */
export const TEST_FILES_VARIABLE = 'INTEGRATION_TESTS_FILES'

const seenRequest = z.object({
  method: z.string(),
  path: z.string(),
  status: z.number(),
  pid: z.number(),
  file: z.string().optional(),
  test: z.string().optional(),
  by: z.string().optional(),
})

/** The module to load with `node --require` in every process of a run. */
export function readRequestsHook(): Promise<string> {
  return readHook(new URL('./requests-hook', import.meta.url))
}

/** What the hook wrote; test files are named by `relative`. */
export function parseRequests(text: string, relative: (path: string) => string | null): SeenRequest[] {
  return parseLines(text, seenRequest).map(({ file, ...request }) => {
    const test = file === undefined ? null : relative(file)
    return test === null ? request : { ...request, file: test }
  })
}

/** `NODE_OPTIONS` with one more module to load before anything else. */
export function withRequire(options: string | undefined, path: string): string {
  const quoted = /[\s"\\]/.test(path) ? `"${path.replace(/(["\\])/g, '\\$1')}"` : path
  return [options, `--require ${quoted}`].filter(Boolean).join(' ')
}
