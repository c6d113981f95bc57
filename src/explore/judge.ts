import type { JsonPath } from '../contracts/json.ts'
import type { Case } from '../contracts/observation.ts'
import { endpointKey } from '../contracts/project.ts'
import type { Bench } from './bench.ts'
import { readerOf } from './cases/reads.ts'
import { likelyTable } from './context.ts'
import { isLogin } from './credentials.ts'
import type { Sighting } from './execute.ts'
import type { Reached } from './knowledge.ts'
import { lastKey, leavesOf } from './leaves.ts'
import { addFinding } from './oracles.ts'
import { isAction, isItem } from './paths.ts'
import { bodyOf, isSuccess } from './request.ts'
import { plainName } from './words.ts'

/** Holds an accepted write against what it did. True when it is a finding. */
export function judgeWrite(bench: Bench, reached: Reached, subject: Case, sighting: Sighting): boolean {
  const { method } = reached.endpoint
  if (method === 'DELETE') return judgeDelete(bench, reached, subject, sighting)
  if (method === 'PUT' || method === 'PATCH') return judgeUpdate(bench, subject, sighting)
  if (method === 'POST') return judgeCreate(bench, reached, subject, sighting)
  return false
}

function judgeDelete(bench: Bench, reached: Reached, subject: Case, sighting: Sighting): boolean {
  const reader = readerOf(bench.knowledge, reached.endpoint)
  const still = reader !== null && sighting.follow[0] !== undefined && isSuccess(sighting.follow[0].response.status)
  const untouched = bench.knowledge.tables.length > 0 && sighting.changes.length === 0
  if (isItem(reached.endpoint.path) ? !(untouched || (still && !deletedRows(sighting))) : !untouched) return false
  const { status } = sighting.act.response
  addFinding(
    bench.knowledge,
    subject,
    'ineffective_delete',
    `Answers ${status} but ${still ? 'the thing can still be read' : 'no row is gone or changed'}; it was expected to be gone.`,
  )
  return true
}

function deletedRows(sighting: Sighting): boolean {
  return sighting.changes.length > 0
}

function judgeUpdate(bench: Bench, subject: Case, sighting: Sighting): boolean {
  const sent = leavesOf(sighting.act.body)
  if (sent.length === 0 || bench.knowledge.tables.length === 0) return false
  if (sighting.changes.length === 0) {
    const echoed = echoes(sighting)
    addFinding(
      bench.knowledge,
      subject,
      'lost_write',
      `Answers ${sighting.act.response.status}${echoed ? ' with the new values' : ''} but no row changes; what was sent was expected to be stored.`,
    )
    return true
  }
  return false
}

const BIRTH = /^(created|inserted|added|registered)_?(at|on|date|time)$/i

/** Columns with a time of creation that an update moved although nothing of the kind was sent. */
export function movedBirths({ act, changes }: Sighting): { table: string; column: string }[] {
  const sent = leavesOf(act.body).map(({ path }) => plainName(lastKey(path)))
  return changes.flatMap((change) => {
    if (change.change !== 'updated') return []
    const isMoved = (column: string) => {
      const [before, after] = [change.before[column], change.after[column]].map((value) => Date.parse(String(value)))
      return BIRTH.test(column) && !sent.includes(plainName(column)) && before !== after && !Number.isNaN(after)
    }
    return Object.keys(change.after)
      .filter(isMoved)
      .map((column) => ({ table: change.table, column }))
  })
}

/** Fields that the answer shows as sent while the stored row still has what it had. */
export function lostFields(sighting: Sighting): JsonPath[] {
  const answered = leavesOf(bodyOf(sighting.act.response))
  return sighting.changes.flatMap((change) => {
    if (change.change !== 'updated') return []
    return leavesOf(sighting.act.body).flatMap(({ path, value }) => {
      const name = plainName(lastKey(path))
      const column = Object.keys(change.after).find((candidate) => plainName(candidate) === name)
      if (!column || change.before[column] !== change.after[column] || String(change.after[column]) === String(value))
        return []
      const shown = answered.some((leaf) => plainName(lastKey(leaf.path)) === name && leaf.value === value)
      return shown ? [path] : []
    })
  })
}

function judgeCreate(bench: Bench, reached: Reached, subject: Case, sighting: Sighting): boolean {
  const { knowledge } = bench
  if (sighting.changes.length > 0 || isLogin(reached.endpoint) || isAction(reached.endpoint, knowledge.map.endpoints))
    return false
  if (!likelyTable(knowledge, reached.endpoint) || !echoes(sighting)) return false
  addFinding(
    knowledge,
    subject,
    'lost_write',
    `Answers ${sighting.act.response.status} with what was sent, but no row is added; ${endpointKey(reached.endpoint)} was expected to store it.`,
  )
  return true
}

/** The answer shows something fresh that was sent. */
function echoes(sighting: Sighting): boolean {
  const answered = new Set(leavesOf(bodyOf(sighting.act.response)).map((leaf) => leaf.value))
  return leavesOf(sighting.act.body).some(
    (leaf) => typeof leaf.value === 'string' && leaf.value.length > 5 && answered.has(leaf.value),
  )
}
