import { stripVTControlCharacters } from 'node:util'
import type { RunOutcome } from '../contracts/result.ts'
import type { TestResult } from '../contracts/suite.ts'

interface Case {
  classname: string
  name: string
  seconds: number | null
  outcome: 'passed' | 'failed' | 'skipped'
  message: string
}

/** JUnit XML: one suite for the gates, one for the tests of the measured run. */
export function renderJUnit(outcome: RunOutcome, tests: TestResult[]): string {
  const gates = outcome.gates.map(({ name, verdict, why, judged }): Case => {
    const open = verdict === 'fail' || verdict === 'blocked'
    // On somebody's own suite not every gate decides.
    const failed = open && (judged?.counts ?? true)
    return {
      classname: 'gates',
      name,
      seconds: null,
      outcome: failed ? 'failed' : verdict === 'pass' ? 'passed' : 'skipped',
      message: open ? `${verdict}: ${why}` : why,
    }
  })
  const cases = tests.map(
    ({ file, name, status, durationMs, message }): Case => ({
      classname: file,
      name,
      seconds: durationMs / 1000,
      outcome: status === 'passed' || status === 'failed' ? status : 'skipped',
      message: message ?? '',
    }),
  )
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites>',
    renderSuite('gates', gates),
    renderSuite('tests', cases),
    '</testsuites>',
    '',
  ].join('\n')
}

function renderSuite(name: string, cases: Case[]): string {
  const count = (outcome: Case['outcome']) => cases.filter((one) => one.outcome === outcome).length
  const seconds = cases.reduce((sum, one) => sum + (one.seconds ?? 0), 0)
  const counts = `tests="${cases.length}" failures="${count('failed')}" skipped="${count('skipped')}" time="${seconds.toFixed(3)}"`
  return [`  <testsuite name="${name}" ${counts}>`, ...cases.map(renderCase), '  </testsuite>'].join('\n')
}

function renderCase({ classname, name, seconds, outcome, message }: Case): string {
  const time = seconds === null ? '' : ` time="${seconds.toFixed(3)}"`
  const head = `    <testcase classname="${escapeXml(classname)}" name="${escapeXml(name)}"${time}`
  if (outcome === 'passed') return `${head}/>`
  const text = stripVTControlCharacters(message).trim()
  // Line ends in an attribute are lost: the whole text is content.
  const [first = ''] = text.split('\n')
  const inner =
    outcome === 'failed'
      ? `<failure message="${escapeXml(first)}">${escapeXml(text)}</failure>`
      : `<skipped${first === '' ? '' : ` message="${escapeXml(first)}"`}/>`
  return `${head}>${inner}</testcase>`
}

/** Half a surrogate pair and control characters are no XML. */
function escapeXml(text: string): string {
  return text
    .replace(/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g, '')
    .replace(/[^\t\n\r\x20-\uFFFD]/g, '')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
}
