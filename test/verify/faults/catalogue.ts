import { applyEdits, type Fault, type FaultKind } from '../../../src/verify/faults/fault.ts'
import { findJavaScriptFaults } from '../../../src/verify/faults/javascript/index.ts'

/** Faults found in one file, or in several. */
export function faultsIn(code: string | Record<string, string>, dependencies: string[] = []): Fault[] {
  const files = typeof code === 'string' ? { 'src/app.js': code } : code
  const { faults } = findJavaScriptFaults(
    Object.entries(files).map(([path, text]) => ({ path, text })),
    dependencies,
  )
  return faults
}

/** What each fault of a kind turns the code into, blanks squeezed. */
export function broken(kind: FaultKind, code: string, dependencies: string[] = []): string[] {
  return faultsIn(code, dependencies)
    .filter((fault) => fault.kind === kind)
    .map((fault) => applyEdits(code, fault.edits).replace(/\s+/g, ' ').trim())
}

/** What is said of the faults of a kind. */
export function said(kind: FaultKind, code: string | Record<string, string>, dependencies: string[] = []): string[] {
  return faultsIn(code, dependencies)
    .filter((fault) => fault.kind === kind)
    .map(({ what }) => what)
}
