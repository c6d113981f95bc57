import type { JsonPath, JsonSchema } from '../contracts/json.ts'
import type { Binding, Credential, Expr, RequestTemplate } from '../contracts/observation.ts'
import { type Endpoint, endpointKey } from '../contracts/project.ts'
import { Arrangement } from './arrangement.ts'
import { contextFor, likelyTable, referred, tableOfPeople } from './context.ts'
import { ArrangementFailed, type Executor, type Sighting } from './execute.ts'
import { exprAt, exprLeaves, MissingReference, withPart } from './expressions.ts'
import { complaintsOf, faultOf } from './feedback.ts'
import { type Amendments, buildBody, dotted, fieldsOf } from './fields.ts'
import { emptyCase, type Knowledge, type Reached } from './knowledge.ts'
import { lastKey } from './leaves.ts'
import { noteServerError } from './oracles.ts'
import { isAction, nounOfPath, soundsLikeSignup } from './paths.ts'
import { isSuccess } from './request.ts'
import { schemaOfTable, withChecks } from './table-schema.ts'
import { type ValueContext, valueFor } from './values.ts'
import { plainName } from './words.ts'

/** One idea of how to reach success: what to arrange, what to put into the path, who asks. */
export interface Plan {
  arrange: Binding[]
  params: Record<string, Expr>
  credential: Credential
  signup?: boolean
  /** Given fields instead of synthesised ones, by plain name. */
  given?: (name: string, path: JsonPath) => Expr | null
}

export type Outcome =
  | { ok: true; reached: Reached }
  /** `tried`: the last request, where one was sent. */
  | { ok: false; status: number; why: string; tried?: Pick<Reached, 'endpoint' | 'arrange' | 'act'> }

const TRIES = 8

/** Tries to have a request accepted, learning from each refusal what the body should be. */
export async function attempt(
  knowledge: Knowledge,
  executor: Executor,
  endpoint: Endpoint,
  plan: Plan,
): Promise<Outcome> {
  const amendments: Amendments = new Map()
  const seen = new Set<string>()
  let options: BodyOptions = { guess: !soundsLikeVerb(knowledge, endpoint), minimal: false, wrap: null }
  let last: Outcome = { ok: false, status: 0, why: 'not tried' }
  for (let tries = 0; tries < TRIES; tries += 1) {
    const { arrange, act, context } = compose(knowledge, endpoint, plan, amendments, options)
    const fingerprint = JSON.stringify([arrange, act])
    if (seen.has(fingerprint)) {
      const next = otherShape(endpoint, options)
      if (!next) return last
      options = next
      continue
    }
    seen.add(fingerprint)
    const subject = emptyCase(endpoint, arrange, act)
    let sighting: Sighting
    try {
      sighting = await executor.run(subject, { share: 'pool' })
    } catch (error) {
      if (error instanceof ArrangementFailed || error instanceof MissingReference)
        return { ok: false, status: 0, why: error.message }
      throw error
    }
    const { status } = sighting.act.response
    if (isSuccess(status)) {
      noteInvented(knowledge, endpoint, amendments)
      const reached = { endpoint, arrange, act, sighting, amendments }
      if (!options.minimal) return { ok: true, reached }
      const whole = compose(knowledge, endpoint, plan, amendments, { ...options, minimal: false })
      return { ok: true, reached: await extend(executor, reached, whole) }
    }
    const why = `answered ${status}${briefly(sighting.act.response.text)}`
    last = { ok: false, status, why, tried: { endpoint, arrange, act } }
    if (status >= 500 || status === 0) {
      const unmet = await noteServerError(knowledge, executor, subject, sighting.act)
      if (unmet !== null) return { ...last, why: unmet }
      // Some answer invalid input with 500: what they say of it teaches as well.
      const taught = act.body !== null && amend(knowledge, endpoint, act, sighting, amendments, context)
      const next = taught ? options : otherShape(endpoint, options)
      if (!next) return last
      options = next
      continue
    }
    if ([401, 403, 404, 405].includes(status)) return last
    if (act.body) amend(knowledge, endpoint, act, sighting, amendments, context)
  }
  return last
}

/** A body that was accepted without what it need not have, with as much of that as is accepted: an update of nothing shows nothing. */
async function extend(
  executor: Executor,
  reached: Reached,
  { arrange, act }: { arrange: Binding[]; act: RequestTemplate },
): Promise<Reached> {
  let best = reached
  const left = exprLeaves(act.body).filter(({ path }) => exprAt(best.act.body, path) === undefined)
  for (const { path, expr } of left.slice(0, TRIES)) {
    const subject = emptyCase(reached.endpoint, arrange, { ...act, body: withPart(best.act.body, path, expr) })
    const sighting = await executor.run(subject, { share: 'pool' }).catch((error: unknown) => {
      if (error instanceof ArrangementFailed || error instanceof MissingReference) return null
      throw error
    })
    if (sighting && isSuccess(sighting.act.response.status)) best = { ...reached, arrange, act: subject.act, sighting }
  }
  return best
}

interface BodyOptions {
  /** Where inspection found no body: make one up from the table. */
  guess: boolean
  minimal: boolean
  /** Key to put the whole body under. */
  wrap: string | null
}

function otherShape(endpoint: Endpoint, options: BodyOptions): BodyOptions | null {
  if (!endpoint.body && !options.guess) return { guess: true, minimal: false, wrap: null }
  if (!options.minimal && !options.wrap) return { guess: true, minimal: true, wrap: null }
  if (!options.wrap && !wrapperOf(endpoint.body?.schema))
    return { guess: true, minimal: false, wrap: nounOfPath(endpoint.path) }
  return null
}

function compose(
  knowledge: Knowledge,
  endpoint: Endpoint,
  plan: Plan,
  amendments: Amendments,
  options: BodyOptions,
): { arrange: Binding[]; act: RequestTemplate; context: ValueContext } {
  const arrangement = new Arrangement(knowledge.recipes, plan.arrange)
  const actor = plan.credential.is === 'none' ? null : plan.credential.as
  const context = contextFor(knowledge, endpoint, arrangement, actor, plan.signup)
  const schema = endpoint.body || options.guess ? schemaOf(knowledge, endpoint) : null
  const shape = schema && options.minimal ? withSomething(schema) : schema
  let body = shape && takesBody(endpoint) ? buildBody(shape, context, { minimal: options.minimal, amendments }) : null
  if (body && plan.given) body = replaceGiven(body, plan.given)
  if (body && options.wrap) body = { is: 'object', properties: { [options.wrap]: body } }
  const query = Object.fromEntries(
    endpoint.query
      .filter((parameter) => parameter.required)
      .map((parameter) => [parameter.name, valueFor(parameter.name, parameter.schema, context)]),
  )
  const act: RequestTemplate = {
    endpoint: endpointKey(endpoint),
    params: plan.params,
    query,
    headers: {},
    body,
    contentType: endpoint.body?.contentType ?? 'application/json',
    credential: plan.credential,
  }
  return { arrange: arrangement.bindings, act, context }
}

/** Where nothing is required, as in a table whose columns may all be null, one plain text is sent nevertheless. */
function withSomething(schema: JsonSchema): JsonSchema {
  const plain = Object.entries(schema.properties ?? {}).find(([, { type, format }]) => type === 'string' && !format)
  return plain && (schema.required ?? []).length === 0 ? { ...schema, required: [plain[0]] } : schema
}

function replaceGiven(body: Expr, given: (name: string, path: JsonPath) => Expr | null): Expr {
  let replaced = body
  for (const { path } of exprLeaves(body)) {
    const expr = given(lastKey(path), path)
    if (expr) replaced = withLeaf(replaced, path, expr)
  }
  return replaced
}

function withLeaf(body: Expr, path: JsonPath, expr: Expr): Expr {
  if (path.length === 0) return expr
  const [key, ...rest] = path
  if (body.is === 'object') {
    const name = String(key)
    return {
      is: 'object',
      properties: { ...body.properties, [name]: withLeaf(body.properties[name] ?? expr, rest, expr) },
    }
  }
  if (body.is === 'array')
    return {
      is: 'array',
      items: body.items.map((item, index) => (index === Number(key) ? withLeaf(item, rest, expr) : item)),
    }
  return expr
}

/** A verb on a thing usually takes no body. */
function soundsLikeVerb(knowledge: Knowledge, endpoint: Endpoint): boolean {
  return endpoint.body === null && isAction(endpoint, knowledge.map.endpoints)
}

function takesBody(endpoint: Endpoint): boolean {
  return endpoint.body !== null || ['POST', 'PUT', 'PATCH'].includes(endpoint.method)
}

/** The body's schema with what the database checks, or where inspection found nothing in it for a write, one made of the table's columns. */
export function schemaOf(knowledge: Knowledge, endpoint: Endpoint): JsonSchema | null {
  const known = endpoint.body?.schema
  const table =
    likelyTable(knowledge, endpoint) ?? (soundsLikeSignup(endpoint.path) ? tableOfPeople(knowledge) : undefined)
  if (known && (Object.keys(known.properties ?? {}).length > 0 || known.items))
    return table ? withChecks(known, table) : known
  if (!table || !['POST', 'PUT', 'PATCH'].includes(endpoint.method)) return known ?? null
  const kept = (column: string) => referred(knowledge, column, table.name)?.recipe.kind === 'actor'
  return schemaOfTable(table, { kept, camel: speaksCamelCase(knowledge) })
}

/** The bodies that are known spell names of several words as `priceCents`. */
function speaksCamelCase(knowledge: Knowledge): boolean {
  const names = knowledge.map.endpoints.flatMap((endpoint) =>
    fieldsOf(endpoint.body?.schema ?? {}).map(({ path }) => lastKey(path)),
  )
  return names.some((name) => /[a-z][A-Z]/.test(name)) && !names.some((name) => name.includes('_'))
}

/** The one key a body is wrapped in: `{ article: { … } }` → `article`. */
function wrapperOf(schema: JsonSchema | undefined): string | null {
  const [entry, ...others] = Object.entries(schema?.properties ?? {})
  return entry && others.length === 0 && entry[1].properties ? entry[0] : null
}

/** Fields that only the application's answers told about. */
function noteInvented(knowledge: Knowledge, endpoint: Endpoint, amendments: Amendments): void {
  for (const [path, expr] of amendments) {
    const where = `${endpointKey(endpoint)} ${path}`
    if (!expr || knowledge.invented.some((known) => known.where === where)) continue
    const value = expr.is === 'literal' ? expr.value : `a fresh ${lastKey(path.split('.'))}`
    knowledge.invented.push({ where, value, why: 'its answers asked for it; nothing in the code says what it must be' })
  }
}

function amend(
  knowledge: Knowledge,
  endpoint: Endpoint,
  act: RequestTemplate,
  sighting: Sighting,
  amendments: Amendments,
  context: ValueContext,
): boolean {
  let taught = false
  const fields = fieldsOf(schemaOf(knowledge, endpoint) ?? {})
  for (const complaint of complaintsOf(sighting.act.response.json)) {
    if (!complaint.field) continue
    const path = locate(complaint.field, act.body, fields, wrapperOf(endpoint.body?.schema))
    if (!path) continue
    const name = lastKey(path)
    const known = fields.find((field) => dotted(field.path) === dotted(path))?.schema ?? {}
    const fault = faultOf(complaint.message)
    const schema = correct(known, fault)
    taught ||= fault.is !== 'unknown'
    if (fault.is === 'unexpected') amendments.set(dotted(path), null)
    else if (fault.is === 'taken') knowledge.uniqueFields.add(`${endpointKey(endpoint)} ${plainName(name)}`)
    else if (schema) {
      const expr = valueFor(name, schema, context)
      amendments.set(dotted(path), expr)
    }
  }
  return taught
}

function correct(known: JsonSchema, fault: ReturnType<typeof faultOf>): JsonSchema | null {
  switch (fault.is) {
    case 'missing':
      return known
    case 'type':
      return { ...known, type: fault.type, enum: undefined }
    case 'format':
      return { ...known, type: 'string', format: fault.format }
    case 'short':
      return { ...known, type: 'string', minLength: fault.least }
    case 'long':
      return { ...known, type: 'string', maxLength: fault.most }
    case 'low':
      return { ...known, type: known.type === 'integer' ? 'integer' : 'number', minimum: fault.least }
    case 'high':
      return { ...known, type: known.type === 'integer' ? 'integer' : 'number', maximum: fault.most }
    case 'pattern':
      return { ...known, type: 'string', pattern: fault.pattern }
    case 'oneOf':
      return { ...known, enum: fault.values }
    default:
      return null
  }
}

/** Where a complaint's field sits in the body: by its full path, by its last name, or as a new field beside the others. */
function locate(
  field: string,
  body: Expr | null,
  fields: ReturnType<typeof fieldsOf>,
  wrapper: string | null,
): JsonPath | null {
  const path = field.split('.').map((key) => (/^\d+$/.test(key) ? Number(key) : key))
  if (exprAt(body, path)) return exprAt(body, path)?.is === 'object' ? null : path
  const wanted = plainName(String(path.at(-1) ?? ''))
  if (!/^[a-z_][\w]*$/i.test(String(path.at(-1) ?? ''))) return null
  const present = [...exprLeaves(body), ...fields].find((leaf) => plainName(lastKey(leaf.path)) === wanted)
  if (present) return present.path
  return wrapper && path[0] !== wrapper ? [wrapper, ...path] : path
}

function briefly(text: string): string {
  const line = text.replace(/\s+/g, ' ').slice(0, 140)
  return line ? `: ${line}` : ''
}
