import type { HttpResponse, RowChange, Snapshot } from '../contracts/environment.ts'
import type { Json } from '../contracts/json.ts'
import type { Binding, Case, Recipe, RequestTemplate } from '../contracts/observation.ts'
import type { Client } from './client.ts'
import { evaluate, MissingReference, type Scope, withPart } from './expressions.ts'
import { leavesOf, valueAt } from './leaves.ts'
import { bodyOf, type Held, isSuccess, type Prepared, prepare } from './request.ts'
import type { UniqueValues } from './unique.ts'

/** What a recipe brought into being. */
export interface Made {
  request: Json
  response: Json
  held: Held | null
}

export interface Answered extends Prepared {
  response: HttpResponse
}

/** One run of a case. */
export interface Sighting {
  made: Map<string, Made>
  act: Answered
  follow: Answered[]
  /** Rows the act changed. */
  changes: RowChange[]
  /** All rows just before and after the act, merged over the stores; `null` for reads. */
  rows: { before: Snapshot; after: Snapshot } | null
}

/** An arrangement that did not come about, with the answer that stopped it. */
export class ArrangementFailed extends Error {
  readonly binding: string
  readonly answered: Answered

  constructor(binding: string, answered: Answered) {
    super(`arranging \`${binding}\` was answered ${answered.response.status}`)
    this.binding = binding
    this.answered = answered
  }
}

/**
 * How far an arrangement may be shared. `fresh`: not at all, for what shows or changes state. `same`: with other reads of
 * the very same arrangement. `pool`: with whatever else is refused, whose answer does not show what others added.
 */
export type Sharing = 'fresh' | 'same' | 'pool'

/** Runs cases from their templates. */
export class Executor {
  readonly client: Client
  readonly unique: UniqueValues
  private readonly recipes: Map<string, Recipe>
  private readonly pool = new Map<string, { made: Made; recipe: string }>()
  private readonly whole = new Map<string, Map<string, Made>>()

  /** Tables whose rows are accounts. */
  readonly accountTables = new Set<string>()

  constructor(client: Client, unique: UniqueValues, recipes: Map<string, Recipe>) {
    this.client = client
    this.unique = unique
    this.recipes = recipes
  }

  /** Runs arrange, act and follow-ups. Throws `ArrangementFailed`, or `MissingReference` for a part that never came. */
  async run(subject: Case, options: { share?: Sharing } = {}): Promise<Sighting> {
    const made = await this.arrange(subject.arrange, options.share)
    const scope: Scope = new Map(made)
    if (subject.removed) await this.remove(subject.removed, scope)
    const held = (name: string) => made.get(name)?.held ?? null
    const looks = !subject.act.endpoint.startsWith('GET ')
    const before = looks ? await this.client.look() : null
    const act = await this.answer(subject.act, scope, held)
    const after = looks ? await this.client.look() : null
    scope.set('act', { request: act.body, response: bodyOf(act.response) })
    const follow: Answered[] = []
    // What a refused act would have made cannot be read.
    if (isSuccess(act.response.status))
      for (const template of subject.follow) follow.push(await this.answer(template, scope, held))
    const changes = before && after ? this.client.changes(before, after) : []
    if (options.share === 'pool' && changes.length > 0) this.evict(subject, changes)
    return {
      made,
      act,
      follow,
      changes,
      rows: before && after ? { before: merge(before), after: merge(after) } : null,
    }
  }

  private async remove({ table, column, value }: NonNullable<Case['removed']>, scope: Scope): Promise<void> {
    const gone = await this.client.remove(table, column, evaluate(value, scope, this.unique))
    if (!gone) throw new MissingReference(`the row of ${table} cannot be removed`)
  }

  /** Executes bindings in order. */
  async arrange(bindings: Binding[], share: Sharing = 'fresh'): Promise<Map<string, Made>> {
    if (share === 'pool') return this.arrangePooled(bindings)
    const key = JSON.stringify(bindings)
    const known = share === 'same' ? this.whole.get(key) : undefined
    if (known) return known
    const made = new Map<string, Made>()
    for (const binding of bindings) made.set(binding.name, await this.make(binding, made))
    if (share === 'same') this.whole.set(key, made)
    return made
  }

  private async arrangePooled(bindings: Binding[]): Promise<Map<string, Made>> {
    const made = new Map<string, Made>()
    const keys = new Map<string, string>()
    for (const binding of bindings) {
      const key = poolKey(binding, keys)
      keys.set(binding.name, key)
      const thing = this.pool.get(key)?.made ?? (await this.make(binding, made))
      this.pool.set(key, { made: thing, recipe: binding.recipe })
      made.set(binding.name, thing)
    }
    return made
  }

  /** Takes what an accepted request may have touched out of the pool: everything but accounts whose row is as it was. */
  private evict(subject: Case, changes: RowChange[]): void {
    const actors = new Set(
      subject.arrange
        .filter((binding) => this.recipes.get(binding.recipe)?.kind === 'actor')
        .map((binding) => binding.recipe),
    )
    const several = subject.arrange.filter((binding) => actors.has(binding.recipe)).length > 1
    const rewritten = changes.some((change) => change.change !== 'inserted' && this.accountTables.has(change.table))
    for (const [key, entry] of this.pool) {
      const keep = this.recipes.get(entry.recipe)?.kind === 'actor' && !several && !rewritten
      if (!keep) this.pool.delete(key)
    }
  }

  private async make(binding: Binding, others: Map<string, Made>): Promise<Made> {
    const recipe = this.recipes.get(binding.recipe)
    if (!recipe) throw new Error(`no recipe named ${binding.recipe}`)
    const local = new Map<string, Made>()
    for (const [name, other] of Object.entries(binding.needs)) {
      const thing = others.get(other)
      if (thing) local.set(name, thing)
    }
    const scope: Scope = new Map(local)
    const steps: Answered[] = []
    let held: Held | null = null
    for (const [index, step] of recipe.steps.entries()) {
      const template = index === recipe.steps.length - 1 ? this.override(step, binding, others) : step
      const answered = await this.answer(template, scope, (name) =>
        name === 'self' ? held : (local.get(name)?.held ?? null),
      )
      if (!isSuccess(answered.response.status)) throw new ArrangementFailed(binding.name, answered)
      steps.push(answered)
      scope.set(`step${index}`, { request: answered.body, response: bodyOf(answered.response) })
    }
    const main = steps.at(-1)
    if (!main) throw new Error(`recipe ${recipe.name} has no step`)
    held = readCredential(recipe, steps)
    return { request: main.body, response: bodyOf(main.response), held }
  }

  private override(step: RequestTemplate, binding: Binding, others: Map<string, Made>): RequestTemplate {
    let body = step.body
    for (const [path, expr] of Object.entries(binding.overrides)) {
      const value = evaluate(expr, new Map(others), this.unique)
      body = withPart(
        body,
        path.split('.').map((key) => (/^\d+$/.test(key) ? Number(key) : key)),
        { is: 'literal', value },
      )
    }
    return { ...step, body }
  }

  /** Rows of a table now; `null` where no store has it. */
  async count(table: string): Promise<number | null> {
    return merge(await this.client.look())[table]?.length ?? null
  }

  /** Sends one template. */
  async answer(template: RequestTemplate, scope: Scope, held: (actor: string) => Held | null): Promise<Answered> {
    const prepared = prepare(template, scope, this.unique, held)
    return { ...prepared, response: await this.client.send(prepared.http) }
  }
}

/** Reads an actor's credential out of the answers to its recipe. */
export function readCredential(recipe: Recipe, steps: Answered[]): Held | null {
  const { credential } = recipe
  if (!credential) return null
  const response = steps[credential.step]?.response
  if (!response) return null
  if ('cookie' in credential) {
    const token = cookieValue(response, credential.cookie)
    return token === null ? null : { header: 'cookie', prefix: `${credential.cookie}=`, token }
  }
  const token = valueAt(response.json, credential.path)
  if (typeof token !== 'string') return null
  return { header: credential.header, prefix: credential.prefix ? `${credential.prefix} ` : '', token }
}

/** Value of a cookie that a response sets. */
function cookieValue(response: HttpResponse, name: string): string | null {
  for (const line of (response.headers['set-cookie'] ?? '').split('\n')) {
    const [pair = ''] = line.split(';')
    const at = pair.indexOf('=')
    if (pair.slice(0, at).trim() === name) return pair.slice(at + 1)
  }
  return null
}

function poolKey(binding: Binding, keys: Map<string, string>): string {
  const needs = Object.entries(binding.needs).map(([name, other]) => [name, keys.get(other) ?? other])
  const overrides = JSON.stringify(binding.overrides)
  const base = `${binding.recipe}(${JSON.stringify(needs)})${overrides}`
  let ordinal = 0
  const taken = new Set(keys.values())
  while (taken.has(`${base}#${ordinal}`)) ordinal += 1
  return `${base}#${ordinal}`
}

function merge(rows: Map<string, Snapshot>): Snapshot {
  return Object.assign({}, ...rows.values())
}

/** Strings a response holds that look like secrets, so that they are never stored. */
export function secretsIn(response: HttpResponse): string[] {
  return leavesOf(response.json)
    .map((leaf) => leaf.value)
    .filter((value): value is string => typeof value === 'string' && /^[\w-]{8,}\.[\w-]{8,}\.[\w-]+$/.test(value))
}
