import type { Json } from '../../contracts/json.ts'
import type { Stub } from '../../contracts/suite.ts'
import { readHook } from './hooks.ts'

/** Names the file that says what answers instead of the application. */
export const STUB_VARIABLE = 'INTEGRATION_TESTS_STUB'

/** The module to load with `node --require` in every process of a run that may have a stub instead of the application. */
export function readStubHook(): Promise<string> {
  return readHook(new URL('./stub-hook', import.meta.url))
}

/** A stub as the hook reads it: routes are regular expressions over method and path. */
export function stubFile({ status, body, routes, by, skip }: Stub): Json {
  return {
    status,
    body,
    by,
    skip: skip ?? null,
    routes: routes.map(({ method, path }) => `^${method} ${pathPattern(path)}/?$`),
  }
}

function pathPattern(path: string): string {
  return path
    .replace(/\/$/, '')
    .split(/(\{[^}]*\})/)
    .map((part) =>
      part.startsWith('{') ? (part.includes('*') ? '.*' : '[^/]+') : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'),
    )
    .join('')
}
