import { execa } from 'execa'
import { AgentError } from '../contracts/errors.ts'
import type { RunOutcome } from '../contracts/result.ts'
import { decisionOn } from '../report/decisions.ts'
import { firstClause, renderFinding, renderFindings, stateOf } from '../report/findings.ts'
import { oneLine } from '../report/one-line.ts'
import { CONFIG_FILE, readConfig, writeConfig } from '../workspace/config.ts'
import { runsDir } from '../workspace/directories.ts'
import { openWorkspace } from '../workspace/workspace.ts'
import { colorsFor, columnsOf } from './colors.ts'
import { locateProject } from './project-path.ts'
import { listRuns, readOutcome } from './read-outcomes.ts'

type Finding = RunOutcome['findings'][number]

/** `agent finding list`: what the newest run that explored the project found, with what was decided since. */
export async function listFindings(path: string, options: { json?: boolean }): Promise<void> {
  const { root } = locateProject(path)
  const [newest] = exploredRuns(root)
  if (newest === undefined) throw notExplored(root)
  const findings = await withDecisions(root, newest.findings)
  if (options.json) {
    process.stdout.write(`${JSON.stringify(findings, null, 2)}\n`)
    return
  }
  const { findings: decided } = await readConfig(await openWorkspace(root))
  const gone = decided.filter(({ id }) => findings.every((finding) => finding.id !== id))
  process.stdout.write(renderFindings(findings, colorsFor(process.stdout), columnsOf(process.stdout)))
  process.stdout.write(`${summaryOf(findings)} in run ${newest.run}\n`)
  for (const { id, verdict, about = '' } of gone)
    process.stdout.write(`not seen in it, though ${verdict}: ${id} ${oneLine(about)}\n`)
}

/** `agent finding show`: all of one finding. */
export async function showFinding(id: string, path: string, options: { json?: boolean }): Promise<void> {
  const { root } = locateProject(path)
  const [finding] = await withDecisions(root, [findFinding(root, id)])
  if (finding === undefined) return
  process.stdout.write(
    options.json
      ? `${JSON.stringify(finding, null, 2)}\n`
      : renderFinding(finding, colorsFor(process.stdout), columnsOf(process.stdout)),
  )
}

/** `agent finding accept|reject`: writes the decision into the project's config; an earlier one on the same finding is replaced. */
export async function decideFinding(
  verdict: 'accepted' | 'rejected',
  id: string,
  path: string,
  options: { reason: string; owner?: string; expectFailure?: boolean },
): Promise<void> {
  const { root } = locateProject(path)
  const finding = findFinding(root, id)
  const reason = options.reason.trim()
  if (reason === '') throw missing('--reason', 'Say why, for whoever looks at it next year.')
  const owner = options.owner?.trim() || (await gitUser(root))
  if (!owner) throw missing('--owner', 'Name who answers for it; git knows no user.name here.')
  const files = await openWorkspace(root, { writeScope: [CONFIG_FILE] })
  const config = await readConfig(files)
  const about = `${finding.endpoint}: ${firstClause(finding.detail)}`
  const expected = options.expectFailure ? { expectFailure: true } : {}
  const decided = { id, verdict, about, cases: finding.cases, ...expected, reason, owner }
  const others = config.findings.filter((one) => one.id !== id)
  await writeConfig(files, {
    ...config,
    findings: [...others, decided].sort((a, b) => (a.id < b.id ? -1 : 1)),
  })
  process.stdout.write(
    verdict === 'accepted'
      ? `${id} is intended (${owner}). The next agent run asserts it.\n`
      : `${id} is a known bug (${owner}). ${options.expectFailure ? 'The next agent run adds a test that is named after it.' : 'It stays out of the suite.'}\n`,
  )
  process.stdout.write(`Noted in ${CONFIG_FILE}; commit it with the suite.\n`)
}

/** Reports of the project's runs that came as far as exploring it, the newest first. */
function exploredRuns(root: string): RunOutcome[] {
  const dir = runsDir()
  return listRuns(dir)
    .finished.reverse()
    .flatMap((run) => readQuietly(dir, run) ?? [])
    .filter(({ project, details }) => project.root === root && details.explored !== null)
}

/** Another version's report is not this project's newest. */
function readQuietly(dir: string, run: string): RunOutcome | null {
  try {
    return readOutcome(dir, run)
  } catch {
    return null
  }
}

function findFinding(root: string, id: string): Finding {
  const runs = exploredRuns(root)
  if (runs.length === 0) throw notExplored(root)
  for (const { findings } of runs) for (const finding of findings) if (finding.id === id) return finding
  const known = runs[0]?.findings.map((finding) => finding.id) ?? []
  throw new AgentError('usage', 'NO_SUCH_FINDING', 'No run of this project has shown such a finding.', {
    value: id,
    next: known.length === 0 ? 'The newest run found nothing wrong.' : `The newest run shows ${known.join(', ')}.`,
  })
}

async function withDecisions(root: string, findings: Finding[]): Promise<Finding[]> {
  const config = await readConfig(await openWorkspace(root))
  return findings.map((finding) => ({ ...finding, decision: decisionOn(finding, config) }))
}

function summaryOf(findings: Finding[]): string {
  const count = (state: string) => findings.filter((finding) => stateOf(finding) === state).length
  const states = ['open', 'known bug', 'intended'].filter((state) => count(state) > 0)
  return `${findings.length} ${findings.length === 1 ? 'finding' : 'findings'}${states.length > 0 ? ` (${states.map((state) => `${count(state)} ${state}`).join(', ')})` : ''}`
}

async function gitUser(root: string): Promise<string | undefined> {
  const { stdout } = await execa('git', ['config', 'user.name'], { cwd: root, reject: false, stdin: 'ignore' })
  return stdout?.trim()
}

function notExplored(root: string): AgentError {
  return new AgentError('usage', 'NOT_EXPLORED', 'No run has explored this project yet.', {
    value: root,
    next: 'Start one with agent run.',
  })
}

function missing(option: string, why: string): AgentError {
  return new AgentError('usage', 'BAD_OPTION', `${option} is missing.`, { value: option, next: why })
}
