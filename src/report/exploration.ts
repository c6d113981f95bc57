import type { Json } from '../contracts/json.ts'
import type { Exploration } from '../contracts/observation.ts'

/** Counts, findings with how to reproduce them, and what could not be reached. */
export function describeExploration(exploration: Exploration): string {
  const { observations, findings, unreached, unstable, invented, recipes, requests, durationMs } = exploration
  const lines = [
    `${requests} requests in ${(durationMs / 1000).toFixed(1)} s; ${observations.length} cases seen twice alike; recipes: ${recipes.map((recipe) => recipe.name).join(', ')}`,
    ...findings.map(
      ({ id, kind, endpoint, detail, reproduce }) => `finding ${id} ${kind} at ${endpoint}: ${detail}\n  ${reproduce}`,
    ),
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

export function explorationData(exploration: Exploration): Json {
  const { observations, recipes, cleanup, ...rest } = exploration
  const cases = observations.map(({ case: { id, endpoint, kind, title }, expected }) => ({
    id,
    endpoint,
    kind,
    title,
    status: expected.status,
  }))
  return {
    ...(rest as unknown as { [key: string]: Json }),
    recipes: recipes.map(({ name, kind }) => ({ name, kind })),
    cleanup: cleanup as unknown as Json,
    cases,
  }
}
