import type { TestFacts, TestSource } from '../../contracts/suite.ts'
import { findEarlierFiles } from '../earlier-files.ts'
import type { GateInput, VerifierGate } from '../gate.ts'
import { isInScope, onlyDevDependencies } from '../scope.ts'
import { blocked, fail, notApplicable, pass } from '../verdicts.ts'

const CODE = /\.[cm]?[jt]sx?$|\.py$|\.go$/
const NOTHING: TestFacts = { assertions: [], skips: [], focused: [] }

export const scoped: VerifierGate = {
  name: 'scoped',
  promise:
    'Only test, fixture, compose, manifest and CI files changed, and no existing assertion was weakened or removed',

  async check({ changes, suite, source, foreign }: GateInput) {
    if (changes === null) return notApplicable('There is no earlier state to compare with; name one with --base.')
    const configs = new Set(suite.files.filter((file) => file.kind === 'config').map((file) => file.path))
    const outside = changes.filter(
      ({ path, before, after }) =>
        !isInScope(path) && !(before === null && configs.has(path)) && !onlyDevDependencies(path, before, after),
    )
    const isEarlier = findEarlierFiles(changes)
    const weakened = changes.flatMap(({ path, before, after }) =>
      before === null || isEarlier(path, before)
        ? []
        : findWeakened(path, before, after, source).map((what) => `${path}: ${what}`),
    )
    const evidence = {
      changed: changes.map(
        ({ path, before, after }) =>
          `${before === null || isEarlier(path, before) ? 'added' : after === null ? 'removed' : 'changed'} ${path}`,
      ),
      outside: outside.map(({ path }) => path),
      weakened,
    }
    // Whoever works on the application changes it together with its tests.
    if (outside[0] && !foreign) {
      return fail(
        `${outside.length} changed files are no test files, e.g. ${outside[0].path}.`,
        evidence,
        outside.map(({ path }) => path),
      )
    }
    const unread = changes.find(
      ({ path, before }) => before !== null && !isEarlier(path, before) && isInScope(path) && CODE.test(path),
    )
    if (source === null && unread) {
      return blocked(
        `Test files of ${suite.runner} cannot be read, so nobody can tell what ${unread.path} lost.`,
        evidence,
      )
    }
    if (weakened[0]) return fail(`Existing tests say less than before: ${weakened[0]}`, evidence, weakened)
    if (outside[0]) return pass(`${changes.length} changed files; no existing assertion lost.`, evidence)
    return pass(`${changes.length} changed files, all of them test files; no existing assertion lost.`, evidence)
  },
}

/** Each assertion of the old text has to be in the new one, as often as before; nothing newly skipped or focused. */
function findWeakened(path: string, before: string, after: string | null, source: TestSource | null): string[] {
  if (!source || !CODE.test(path)) return []
  const was = source.read(path, before)
  const is = after === null ? NOTHING : source.read(path, after)
  const left = [...is.assertions]
  const lost = was.assertions.filter((assertion) => {
    const index = left.indexOf(assertion)
    if (index >= 0) left.splice(index, 1)
    return index < 0
  })
  return [
    ...lost.map((assertion) => `lost \`${assertion.slice(0, 200)}\``),
    ...newly(was.skips, is.skips).map((text) => `newly skipped \`${text}\``),
    ...newly(was.focused, is.focused).map((text) => `newly focused \`${text}\``),
  ]
}

function newly(was: { text: string }[], is: { text: string }[]): string[] {
  return is.filter(({ text }) => !was.some((old) => old.text === text)).map(({ text }) => text)
}
