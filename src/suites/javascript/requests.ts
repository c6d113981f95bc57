import { z } from 'zod'
import type { SeenRequest } from '../../contracts/suite.ts'
import { parseLines } from '../lines.ts'
import { readHook } from './hooks.ts'

/** Names the file that the hook appends to. */
export const REQUESTS_VARIABLE = 'INTEGRATION_TESTS_REQUESTS'

const seenRequest = z.object({ method: z.string(), path: z.string(), status: z.number(), pid: z.number() })

/** The module to load with `node --require` in every process of a run. */
export function readRequestsHook(): Promise<string> {
  return readHook(new URL('./requests-hook', import.meta.url))
}

/** What the hook wrote. */
export function parseRequests(text: string): SeenRequest[] {
  return parseLines(text, seenRequest)
}

/** `NODE_OPTIONS` with one more module to load before anything else. */
export function withRequire(options: string | undefined, path: string): string {
  const quoted = /[\s"\\]/.test(path) ? `"${path.replace(/(["\\])/g, '\\$1')}"` : path
  return [options, `--require ${quoted}`].filter(Boolean).join(' ')
}
