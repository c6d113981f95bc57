import { endpointKey } from '../../contracts/project.ts'
import { isLogin } from '../credentials.ts'
import type { Knowledge, Reached } from '../knowledge.ts'
import { leavesOf } from '../leaves.ts'
import { isAction, isItem, lastLiteral, nounOfPath, paramsOf, soundsLikePeople, soundsLikeSignup } from '../paths.ts'
import { bodyOf } from '../request.ts'
import { nounOf, readable, singular, withArticle } from '../words.ts'

const SELF = /^(me|self|current|whoami|current ?user)$/i
const HEALTH = /^(health|healthz|healthcheck|livez?|readyz?|liveness|readiness|ping|status|up)$/i
/** Verbs that stand alone in a path, as they are said of somebody who does it. */
const ALONE: Record<string, string> = {
  logout: 'logs out',
  signout: 'signs out',
  checkout: 'checks out',
  search: 'searches',
  subscribe: 'subscribes',
  unsubscribe: 'unsubscribes',
  refresh: 'refreshes',
  verify: 'verifies',
  confirm: 'confirms',
  upload: 'uploads',
  import: 'imports',
}

/** What an endpoint does when it succeeds, in plain words. */
export function successTitle(knowledge: Knowledge, reached: Reached): string {
  const { endpoint } = reached
  const thing = thingOf(knowledge, reached)
  switch (endpoint.method) {
    case 'GET':
      if (HEALTH.test(lastLiteral(endpoint.path)) && !isItem(endpoint.path)) return 'answers that it is up'
      return isItem(endpoint.path) || isSelf(reached)
        ? `returns the ${thing}`
        : `returns the ${readable(lastLiteral(endpoint.path))}`
    case 'DELETE':
      return isItem(endpoint.path) || isSelf(reached) ? `deletes the ${thing}` : `undoes the ${thing}`
    case 'PUT':
    case 'PATCH':
      return `updates the ${thing}`
    default:
      return postTitle(knowledge, reached, thing)
  }
}

function postTitle(knowledge: Knowledge, reached: Reached, thing: string): string {
  const { endpoint, sighting } = reached
  const last = lastLiteral(endpoint.path)
  if (isLogin(endpoint)) return 'logs in with the right credentials'
  if (soundsLikeSignup(endpoint.path)) return `registers ${withArticle(whoSignsUp(knowledge, reached))}`
  if (isAction(endpoint, knowledge.map.endpoints))
    return `${thirdPerson(readable(last))} the ${readable(nounOfPath(endpoint.path.slice(0, endpoint.path.lastIndexOf('/'))))}`
  const alone = ALONE[last.toLowerCase()]
  if (alone) return alone
  if (sighting.changes.some((change) => change.change === 'inserted')) return `creates ${withArticle(singular(thing))}`
  return leavesOf(bodyOf(sighting.act.response)).length === 0 ? 'answers' : `answers with the ${thing}`
}

/** What the endpoint is about, as a person calls it. */
function thingOf(knowledge: Knowledge, reached: Reached): string {
  if (isSelf(reached)) return `signed-in ${readable(knowledge.actors()[0]?.name ?? 'account')}`
  return actorMadeBy(knowledge, reached) ?? readable(nounOfPath(reached.endpoint.path))
}

function actorMadeBy(knowledge: Knowledge, { endpoint }: Reached): string | null {
  const made = [...knowledge.learned.values()].find(
    (learned) => endpointKey(learned.endpoint) === endpointKey(endpoint),
  )
  return made?.recipe.kind === 'actor' ? readable(made.recipe.name) : null
}

function whoSignsUp(knowledge: Knowledge, reached: Reached): string {
  const inserted = reached.sighting.changes.find((change) => change.change === 'inserted')
  return actorMadeBy(knowledge, reached) ?? (inserted ? readable(nounOf(inserted.table)) : 'user')
}

/** The account that asks: `/me`, or `/user` without saying which. */
function isSelf({ endpoint, act }: Reached): boolean {
  const last = lastLiteral(endpoint.path)
  if (isItem(endpoint.path) || endpoint.method === 'POST' || act.credential.is !== 'valid') return false
  return (
    SELF.test(last) ||
    (paramsOf(endpoint.path).length === 0 && soundsLikePeople(endpoint.path) && singular(last) === last)
  )
}

function thirdPerson(verb: string): string {
  if (/[^aeiou]y$/.test(verb)) return `${verb.slice(0, -1)}ies`
  return /(s|sh|ch|x|z|o)$/.test(verb) ? `${verb}es` : `${verb}s`
}
