import type { Case, Finding } from '../contracts/observation.ts'
import type { ProjectMap } from '../contracts/project.ts'
import { curlFor } from './curl.ts'
import type { Answered, Executor } from './execute.ts'
import { Findings } from './findings.ts'
import type { Knowledge } from './knowledge.ts'
import { unmetCondition } from './unmet.ts'

/**
 * Records that the application failed (5xx), died, or did not answer. What failed for want of something that the environment
 * does not have is no finding about the application: that is answered, in words, and told beside the case.
 */
export async function noteServerError(
  knowledge: Knowledge,
  executor: Executor,
  subject: Case,
  answered: Answered,
  when = '',
): Promise<string | null> {
  const { status } = answered.response
  const printed = await executor.client.printed()
  const crash = executor.client.crashes.at(-1)
  if (crash && crash.request.url === answered.http.url && crash.request.method === answered.http.method) {
    addFinding(
      knowledge,
      subject,
      'crash',
      `The process ends while it answers${when}; a response was expected.${lastError(crash.output)}`,
    )
    return null
  }
  const outside = status === 0 ? null : await executor.client.reachesFor(answered.http)
  const unmet = unmetCondition(`${printed}\n${answered.response.text}`) ?? (outside && `it tries to reach ${outside}`)
  if (unmet !== null) {
    const why = `answers ${status || 'nothing'} for want of something that this environment does not have: “${unmet}”`
    knowledge.unmet.set(subject.id, why)
    return why
  }
  if (status === 0) {
    addFinding(
      knowledge,
      subject,
      'server_error',
      `No answer within the time limit${when}; a response was expected.`,
      `silent ${subject.kind}`,
      when,
    )
    return null
  }
  addFinding(
    knowledge,
    subject,
    'server_error',
    `Answers ${status}${when}; a success or a 4xx refusal was expected.${lastError(printed)}`,
    subject.kind,
    when,
  )
  return null
}

/** Records a finding with a shell line that shows it. */
export function addFinding(
  knowledge: Knowledge,
  subject: Case,
  kind: Parameters<Knowledge['findings']['add']>[0]['kind'],
  detail: string,
  cause = '',
  occasion = '',
): void {
  knowledge.findings.add(
    {
      kind,
      endpoint: subject.endpoint,
      detail,
      reproduce: reproduce(knowledge.map, subject),
      case: subject,
    },
    cause,
    occasion,
  )
}

/** A finding that showed outside of exploring: its case's test failed. */
export function findingOf(
  map: ProjectMap,
  subject: Case,
  kind: Finding['kind'],
  detail: string,
  cause: string,
): Finding {
  const findings = new Findings()
  const { endpoint } = subject
  findings.add({ kind, endpoint, detail, reproduce: reproduce(map, subject), case: subject }, cause)
  return findings.list()[0] as Finding
}

/** A shell line that shows a case, as this application takes credentials. */
export function reproduce(map: ProjectMap, subject: Case): string {
  const [scheme] = map.auth
  const prefix = scheme ? (scheme.prefixes[0] ? `${scheme.prefixes[0]} ` : '') : 'Bearer '
  return curlFor(subject, scheme?.header ?? 'authorization', prefix)
}

/** The last line of output that reads like an error, shortened. */
function lastError(output: string): string {
  const lines = output
    .slice(-20_000)
    .split('\n')
    .filter(
      (line) =>
        /error|exception|violat|constraint|cannot|failed/i.test(line) &&
        !/^\s+at |\[(Array|Object)\]|^\s*(code|errno|name|errors|status):/.test(line),
    )
  const line = lines
    .at(-1)
    ?.trim()
    .replace(/eyJ[\w.-]+/g, '<token>')
  return line ? ` The application printed: “${line.slice(0, 200)}”.` : ''
}
