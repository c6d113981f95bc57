import type { Binding, Observation } from '../../../contracts/observation.ts'
import { camel, takeName } from './names.ts'
import type { Factories } from './recipes.ts'

/** What tests arrange again and again: `given.order()` makes an order with the user and the product that it needs. */
export interface Scenario {
  name: string
  /** In the order of creation; the last one is what it is named for and needs all the others. */
  bindings: Binding[]
  used: boolean
}

const OFTEN = 3

/** The starts of arrangements that tests share, one for each recipe. */
export function planScenarios(observations: Observation[], factories: Factories): Scenario[] {
  const counts = new Map<string, { bindings: Binding[]; count: number }>()
  for (const { case: subject } of observations)
    for (const bindings of starts(subject.arrange)) {
      const key = JSON.stringify(bindings)
      counts.set(key, { bindings, count: (counts.get(key)?.count ?? 0) + 1 })
    }
  const chosen = new Map<string, Binding[]>()
  for (const { bindings, count } of [...counts.values()].sort((a, b) => b.count - a.count)) {
    const recipe = bindings.at(-1)?.recipe as string
    if (count >= OFTEN && factories.has(recipe) && !chosen.has(recipe)) chosen.set(recipe, bindings)
  }
  return [...chosen]
    .map(([recipe, bindings]) => ({ name: `given.${camel(recipe)}`, bindings, used: false }))
    .sort((a, b) => a.bindings.length - b.bindings.length || (a.name < b.name ? -1 : 1))
}

/** Starts of the list that make one thing and what it needs, nothing else. */
function starts(arrange: Binding[]): Binding[][] {
  return arrange
    .map((_, index) => arrange.slice(0, index + 1))
    .filter((start) => start.every(({ overrides }) => Object.keys(overrides).length === 0))
    .filter((start) => start.length > 1 && needed(start).size === start.length)
}

/** Names that the last binding of a list needs, itself included. */
function needed(bindings: Binding[]): Set<string> {
  const names = new Set<string>([bindings.at(-1)?.name ?? ''])
  for (const { name, needs } of bindings.toReversed())
    if (names.has(name)) for (const need of Object.values(needs)) names.add(need)
  return names
}

/** The scenario of exactly these bindings, which is planned if it was not. */
export function ensureScenario(bindings: Binding[], scenarios: Scenario[]): Scenario {
  const known = scenarios.find((scenario) => JSON.stringify(scenario.bindings) === JSON.stringify(bindings))
  if (known) return known
  const last = bindings.at(-1)
  const isWhole = needed(bindings).size === bindings.length
  const noun = isWhole ? (last?.recipe ?? '') : bindings.map(({ name }) => name).join(' and ')
  const name = takeName([`given.${camel(noun)}`], new Set(scenarios.map((scenario) => scenario.name)))
  const scenario = { name, bindings, used: false }
  scenarios.push(scenario)
  scenarios.sort((a, b) => a.bindings.length - b.bindings.length || (a.name < b.name ? -1 : 1))
  return scenario
}

/** The longest scenario of several bindings that a list of them starts with. */
export function scenarioOf(bindings: Binding[], scenarios: Scenario[]): Scenario | undefined {
  return scenarios.findLast(
    (scenario) =>
      scenario.bindings.length > 1 &&
      JSON.stringify(bindings.slice(0, scenario.bindings.length)) === JSON.stringify(scenario.bindings),
  )
}
