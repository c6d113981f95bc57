import type { RunResult, Suite, TestSequence, TestSource } from '../contracts/suite.ts'

/** Test files with blocks whose tests build on each other, as far as their text tells. */
export function findSequences(suite: Suite, source: TestSource | null): Map<string, TestSequence[]> {
  return new Map(
    suite.files
      .filter(({ kind }) => kind === 'test')
      .map(({ path, content }) => [path, source?.sequences?.(path, content) ?? []] as const)
      .filter(([, sequences]) => sequences.length > 0),
  )
}

/** The sequence that a test is a step of. */
export function sequenceOf(
  sequences: Map<string, TestSequence[]>,
  { file, name }: { file: string; name: string },
): TestSequence | undefined {
  return sequences.get(file)?.find(({ titles }) => titles.length === 0 || name.startsWith(`${titles.join(' > ')} > `))
}

/** For evidence: `test/orders.test.js:12 a user's way: …`. */
export function describeSequences(sequences: Map<string, TestSequence[]>): string[] {
  return [...sequences].flatMap(([file, list]) =>
    list.map(({ titles, line, why }) => `${file}:${line} ${titles.join(' > ') || 'the whole file'}: ${why}`),
  )
}

/** What is run alone: one test, or all tests of a sequence, which count as one. */
export interface Unit {
  file: string
  /** `null`: the whole file. */
  only: { name: string; block: boolean } | null
  /** Full names of its tests. */
  tests: string[]
}

/** Every test that passed, as a unit of its own or as a part of its sequence. */
export function listUnits({ tests }: Pick<RunResult, 'tests'>, sequences: Map<string, TestSequence[]>): Unit[] {
  const units = new Map<string, Unit>()
  for (const { file, name, status } of tests) {
    if (status !== 'passed') continue
    const sequence = sequenceOf(sequences, { file, name })
    const block = sequence?.titles.join(' > ')
    const key = `${file}\0${sequence ? `block ${block}` : name}`
    const unit = units.get(key)
    if (unit) unit.tests.push(name)
    else {
      const only = block === undefined ? { name, block: false } : block === '' ? null : { name: block, block: true }
      units.set(key, { file, only, tests: [name] })
    }
  }
  return [...units.values()]
}
