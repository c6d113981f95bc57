import type { RunOutcome } from '../contracts/result.ts'
import type { TestResult } from '../contracts/suite.ts'

/** JUnit XML: one suite for the gates, one for the tests of the measured run. */
export function renderJUnit(outcome: RunOutcome, tests: TestResult[]): string {
  const gates = outcome.gates.map(({ name, verdict, why }) => {
    const inner =
      verdict === 'fail' || verdict === 'blocked'
        ? `<failure message="${escapeXml(`${verdict}: ${why}`)}"/>`
        : verdict === 'not_applicable'
          ? `<skipped message="${escapeXml(why)}"/>`
          : ''
    return `    <testcase classname="gates" name="${name}">${inner}</testcase>`
  })
  const cases = tests.map(({ file, name, status, durationMs, message }) => {
    const inner =
      status === 'failed' ? `<failure message="${escapeXml(message ?? '')}"/>` : status === 'passed' ? '' : '<skipped/>'
    return `    <testcase classname="${escapeXml(file)}" name="${escapeXml(name)}" time="${(durationMs / 1000).toFixed(3)}">${inner}</testcase>`
  })
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites>',
    suite('gates', gates),
    suite('tests', cases),
    '</testsuites>',
    '',
  ].join('\n')
}

function suite(name: string, cases: string[]): string {
  const failures = cases.filter((line) => line.includes('<failure')).length
  return `  <testsuite name="${name}" tests="${cases.length}" failures="${failures}">\n${cases.join('\n')}\n  </testsuite>`
}

function escapeXml(text: string): string {
  return text
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
    .replace(/[^\t\n\r\x20-\uFFFD]/g, '')
}
