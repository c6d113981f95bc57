import type { RunOutcome } from '../contracts/result.ts'

/** A pull-request comment: verdict, bugs, gates, endpoints × statuses, what rests on observation, the command. */
export function renderMarkdown(outcome: RunOutcome): string {
  const { suite, findings, gates, review, endpoints, coverage } = outcome
  return [
    `## Integration tests: ${outcome.status}`,
    '',
    suite === null
      ? `${outcome.error?.code ?? 'No suite'}: ${outcome.error?.next ?? ''}`
      : `${suite.tests} tests${coverage.after === null ? '' : `, ${Math.round(coverage.after.lines * 100)} % of lines`}. Run: \`${suite.command}\``,
    ...section(
      'Bugs found in the application',
      findings.map(({ id, kind, endpoint, detail }) => `- **${id}** ${kind} \`${endpoint}\`: ${detail}`),
    ),
    ...section(
      'Gates',
      gates.map(({ name, verdict, why }) => `- ${name}: ${verdict}. ${why}`),
    ),
    ...folded(
      'Endpoints and the statuses tested',
      endpoints.map(({ method, path, covered }) => `- \`${method} ${path}\`: ${covered.join(', ') || 'none'}`),
    ),
    ...folded(
      'Assertions that rest on observation only',
      review.map(({ file, line, assertion }) => `- ${file}:${line} ${assertion}`),
    ),
    '',
  ].join('\n')
}

function section(title: string, lines: string[]): string[] {
  return lines.length === 0 ? [] : ['', `### ${title}`, '', ...lines]
}

function folded(title: string, lines: string[]): string[] {
  return lines.length === 0
    ? []
    : ['', `<details><summary>${title} (${lines.length})</summary>`, '', ...lines, '', '</details>']
}
