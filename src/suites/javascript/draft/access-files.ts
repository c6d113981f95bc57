import type { AccessPlan } from './access.ts'
import type { DraftContext } from './case-scope.ts'
import { draftAccess } from './draft-access.ts'
import { fitsInFile, resourceOf, splitBy, type TestFile } from './files.ts'

/** The tests of who may ask for what: one file, or where that is too long one for each resource. */
export function accessFiles(name: string, plan: AccessPlan, context: DraftContext): TestFile[] {
  const whole = { name, ...draftAccess(plan, context) }
  const units = splitBy(plan.requests, ({ endpoint }) => resourceOf(endpoint, context.map))
  if (fitsInFile(whole, context)) return [whole]
  if (units.length > 1)
    return units.flatMap(({ key, list }) => accessFiles(`${name}.${key}`, partOf(plan, list), context))
  const half = Math.ceil(plan.requests.length / 2)
  if (half === plan.requests.length) return [whole]
  const parts = [plan.requests.slice(0, half), plan.requests.slice(half)]
  return parts.flatMap((list, index) => accessFiles(`${name}-${index + 1}`, partOf(plan, list), context))
}

/** What the plan says of some of its requests. */
function partOf({ actor, groups, taken }: AccessPlan, requests: AccessPlan['requests']): AccessPlan {
  const endpoints = requests.map(({ endpoint }) => endpoint)
  const own = groups.map((group) => ({
    ...group,
    refusals: group.refusals.filter(({ observation }) => endpoints.includes(observation.case.endpoint)),
  }))
  return { actor, requests, groups: own.filter(({ refusals }) => refusals.length > 0), taken }
}
