import type { Config } from '../contracts/config.ts'
import type { Json } from '../contracts/json.ts'
import type { Exploration, Finding } from '../contracts/observation.ts'
import { decisionOn } from './decisions.ts'

/** Counts, findings with how to reproduce them, and what could not be reached. */
export function describeExploration(exploration: Exploration, config: Config): string {
  const { observations, findings, unreached, unstable, invented, recipes, requests, durationMs } = exploration
  const lines = [
    `${requests} requests in ${(durationMs / 1000).toFixed(1)} s; ${observations.length} cases seen twice alike; recipes: ${recipes.map((recipe) => recipe.name).join(', ')}`,
    ...findings.map((finding) => describeFinding(finding, config)),
    ...unreached.map(({ endpoint, why }) => `no success reached: ${endpoint}: ${why}`),
    ...unstable.map((item) => `dropped: ${item.case}: ${item.why}`),
    ...invented.map(({ where, value, why }) => `invented: ${where} = ${JSON.stringify(value)} (${why})`),
    'cases:',
    ...observations.map(
      ({ case: { endpoint, kind, title }, expected }) => `  ${endpoint} [${kind}] ${title} → ${expected.status}`,
    ),
  ]
  return lines.join('\n')
}

function describeFinding(finding: Finding, config: Config): string {
  const { id, kind, endpoint, detail, reproduce } = finding
  const decision = decisionOn(finding, config)
  const decided =
    decision === null ? '' : ` [${decision.verdict === 'accepted' ? 'intended' : 'known bug'}: ${decision.reason}]`
  return `finding ${id} ${kind} at ${endpoint}: ${detail}${decided}\n  ${reproduce}`
}

export function explorationData(exploration: Exploration): Json {
  const { observations, recipes, cleanup, ...rest } = exploration
  const cases = observations.map(({ case: { id, endpoint, kind, title, extra }, expected }) => ({
    id,
    endpoint,
    kind,
    title,
    status: expected.status,
    ...(extra ? { extra } : {}),
  }))
  return {
    ...(rest as unknown as { [key: string]: Json }),
    recipes: recipes.map(({ name, kind }) => ({ name, kind })),
    cleanup: cleanup as unknown as Json,
    cases,
  }
}
