import { expect, it } from 'vitest'
import type { Fault, FaultKind } from '../../../src/verify/faults/fault.ts'
import { filesThatReach } from '../../../src/verify/faults/reach.ts'
import { sampleFaults } from '../../../src/verify/faults/sample.ts'

function fault(kind: FaultKind, id: string, over: Partial<Fault> = {}): Fault {
  return {
    id,
    kind,
    file: 'a.js',
    line: 5,
    what: '',
    edits: [],
    statement: 5,
    until: 7,
    inside: [],
    near: null,
    ...over,
  }
}
const many = (kind: FaultKind, count: number) =>
  Array.from({ length: count }, (_, index) => fault(kind, `${kind}${String(index).padStart(3, '0')}`))
const counts = (faults: Fault[]) =>
  Object.fromEntries(
    [...new Set(faults.map(({ kind }) => kind))].map((kind) => [
      kind,
      faults.filter((one) => one.kind === kind).length,
    ]),
  )

it('takes every fault that must be detected, then the other kinds in turn', () => {
  const faults = [...many('status', 90), ...many('order', 2), ...many('auth', 12), ...many('write', 5)]
  const sample = sampleFaults(faults, 40)
  expect(counts(sample)).toEqual({ auth: 12, write: 5, status: 21, order: 2 })
  expect(sampleFaults([...faults].reverse(), 40)).toEqual(sample)
})

it('keeps room for each other kind where there are too many that must be detected', () => {
  const sample = sampleFaults(
    [...many('write', 50), ...many('auth', 50), ...many('status', 9), ...many('order', 9)],
    60,
  )
  expect(counts(sample)).toEqual({ auth: 29, write: 29, status: 1, order: 1 })
})

const test = (file: string, durationMs: number) => ({
  file,
  name: 'a',
  status: 'passed' as const,
  durationMs,
  message: null,
})
const tests = [test('x.test.js', 1000), test('y.test.js', 1000), test('z.test.js', 10)]

it('tries first the test file that spends most of its time at the place', () => {
  const coverageByFile = [
    { test: 'x.test.js', lines: { 'a.js': { 5: 3 } } },
    { test: 'y.test.js', lines: { 'a.js': { 5: 9 } } },
    { test: 'z.test.js', lines: { 'a.js': { 5: 0 } } },
  ]
  const baseline = { coverage: null, coverageByFile, tests }
  expect(filesThatReach(fault('status', '1'), baseline)).toEqual(['y.test.js', 'x.test.js'])
})

it('goes by what is near where the place itself runs in every file, while loading', () => {
  const coverageByFile = [
    { test: 'x.test.js', lines: { 'a.js': { 5: 1, 20: 1 } } },
    { test: 'y.test.js', lines: { 'a.js': { 5: 1, 20: 8 } } },
  ]
  const near = [{ file: 'a.js', from: 19, to: 22 }]
  expect(filesThatReach(fault('auth', '1', { near }), { coverage: null, coverageByFile, tests })).toEqual([
    'y.test.js',
    'x.test.js',
  ])
})

it('takes the line above where none is counted within a statement', () => {
  const coverageByFile = [{ test: 'x.test.js', lines: { 'a.js': { 3: 2, 9: 0 } } }]
  expect(filesThatReach(fault('field_dropped', '1'), { coverage: null, coverageByFile, tests })).toEqual(['x.test.js'])
})

it('tries every test file where the code runs in a server of its own', () => {
  const coverage = [{ file: 'a.js', lines: { covered: 1, total: 2 }, branches: { covered: 0, total: 0 }, hit: [6] }]
  const coverageByFile = tests.map(({ file }) => ({ test: file, lines: {} }))
  const files = filesThatReach(fault('status', '1'), { coverage, coverageByFile, tests })
  expect(files).toEqual(['x.test.js', 'y.test.js', 'z.test.js'])
  expect(filesThatReach(fault('status', '1', { statement: 8, until: 9 }), { coverage, coverageByFile, tests })).toEqual(
    [],
  )
})
