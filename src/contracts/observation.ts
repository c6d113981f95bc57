import type { HttpRequest, HttpResponse, RowChange } from './environment.ts'
import type { Json, JsonPath } from './json.ts'

/**
 * A value that a test will compute again, rather than the one that happened to be sent.
 * `from` names a binding (`Binding.name`) of the same case, or in a follow-up `act`; `request`/`response` are the JSON bodies
 * of its main step.
 */
export type Expr =
  | { is: 'literal'; value: Json }
  /**
   * Fresh each time, recognisable, valid for the kind. `label` is readable, e.g. `title`; `maxLength` limits it.
   * `word`: a-z and 0-9 only, a letter first; `text`: words with a space between; `integer`: a number that fits 32 bits.
   */
  | {
      is: 'unique'
      kind: 'email' | 'word' | 'text' | 'uuid' | 'integer' | 'phone' | 'url'
      label: string
      maxLength?: number
    }
  | { is: 'ref'; from: string; at: 'request' | 'response'; path: JsonPath }
  | { is: 'object'; properties: Record<string, Expr> }
  | { is: 'array'; items: Expr[] }
  /** Strings and expressions joined. */
  | { is: 'text'; parts: (string | Expr)[] }

/** Who a request is made as. `as` names an actor binding. */
export type Credential =
  | { is: 'none' }
  | { is: 'valid'; as: string }
  /** The actor's credential, spoiled: a wrong signature, garbage, or an expired one. */
  | { is: 'invalid'; how: 'malformed' | 'tampered' | 'expired'; as: string | null }

export interface RequestTemplate {
  /** `endpointKey` of the endpoint, e.g. `POST /articles/{slug}/comments`. */
  endpoint: string
  params: Record<string, Expr>
  query: Record<string, Expr>
  headers: Record<string, Expr>
  body: Expr | null
  contentType: string
  credential: Credential
}

/**
 * A way to bring something into being through the API: `user`, `article`, `comment`. Drafted as a helper or fixture.
 * Its steps run in order; the last one is the main step.
 */
export interface Recipe {
  name: string
  /** An actor can be a credential's `as`. */
  kind: 'actor' | 'resource'
  /** Bindings it needs, by local name: `{ user: 'user' }`. Its expressions refer to these local names and to `step<N>` (0-based) of itself. */
  needs: Record<string, string>
  steps: RequestTemplate[]
  /**
   * For an actor: how its credential reads. `path` is into the response of step `step` (or `cookie`); `prefix` is a word like
   * `Bearer` that a space follows, or empty.
   */
  credential: { header: string; prefix: string; step: number; path: JsonPath } | { cookie: string; step: number } | null
  /** What the main step answered, as seen (for docs and types). */
  example: Json
}

/** One use of a recipe in a case. */
export interface Binding {
  name: string
  recipe: string
  /** Local name in the recipe → binding of this case. */
  needs: Record<string, string>
  /** Replaced parts of the main step's body, by dotted path. */
  overrides: Record<string, Expr>
}

export type CaseKind =
  | 'success'
  | 'list'
  | 'paging'
  | 'filter'
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'invalid'
  | 'duplicate'
  | 'repeat'
  | 'workflow'

/** A test to be: arrange – act – look again. */
export interface Case {
  /** Stable across runs: `<endpoint> <kind> <detail>`. */
  id: string
  endpoint: string
  kind: CaseKind
  /** Behaviour in plain words without the endpoint: `refuses a title that is missing`. */
  title: string
  arrange: Binding[]
  act: RequestTemplate
  /** A row that is removed from its table once all is arranged: what nothing in the API does. */
  removed?: { table: string; column: string; value: Expr }
  /** Reads made after the act, e.g. GET after DELETE. */
  follow: RequestTemplate[]
  /** How soon it goes where a suite would get too long, 1 last to 9 first; it stays where this is missing. */
  spare?: number
  /** Found by looking longer at its endpoint: in the suite only where somebody wants it. */
  extra?: true
}

/** What an assertion rests on. */
export type Provenance = 'promised' | 'observed'

/** What must hold of a JSON value. References point into the case's bindings, the act's request, or the rows. */
export type Pattern =
  | { is: 'equals'; value: Json; provenance: Provenance }
  /** Equal to something the case made: a binding's part or (`from: 'act'`) the act's own request or response. */
  | { is: 'same'; from: string; at: 'request' | 'response'; path: JsonPath; provenance: Provenance }
  | {
      is: 'format'
      format:
        | 'uuid'
        | 'date-time'
        | 'date'
        | 'integer'
        | 'number'
        | 'string'
        | 'boolean'
        | 'jwt'
        | 'url'
        | 'email'
        | 'hash'
      nullable?: boolean
      provenance: Provenance
    }
  /** `exact`: no further keys. */
  | { is: 'object'; properties: Record<string, Pattern>; exact: boolean }
  /** Exactly these, in this order (`ordered`) or in any. */
  | { is: 'array'; items: Pattern[]; ordered: boolean }
  /** At least these; others may be there (a stranger's data). */
  | { is: 'contains'; items: Pattern[] }
  /** None of the items matches: what must not be seen any more. */
  | { is: 'lacks'; items: Pattern[] }
  | { is: 'anything'; why: string /** Whatever it holds, it is a list. */; list?: true }

/** What must be stored after the act, told through our own look at the tables. */
export interface RowExpectation {
  table: string
  change: 'inserted' | 'updated' | 'deleted' | 'unchanged'
  /** Finds the row(s): column → value made by the case. */
  where: Record<string, Pattern>
  /** Columns asserted on the row found; empty for `deleted`. `unchanged`: the row as it was before the act. */
  values: Record<string, Pattern>
  /** Rows expected; 0 for `deleted` and for an insert that must not have happened. */
  count: number
}

export interface Expected {
  status: number
  statusProvenance: Provenance
  contentType: string | null
  /** `null`: an empty body. */
  body: Pattern | null
  headers: Record<string, Pattern>
  rows: RowExpectation[]
}

/** One exchange as it really happened; secrets are replaced before it is stored. */
export interface Exchange {
  request: HttpRequest
  response: HttpResponse
}

/** A case seen twice under different conditions, and what both sightings have in common. */
export interface Observation {
  case: Case
  expected: Expected
  /** One per entry of `case.follow`. */
  follow: Expected[]
  /** As recorded, per pass: the act, its follow-ups, and the rows the act changed. */
  passes: { act: Exchange; follow: Exchange[]; rows: RowChange[] }[]
}

/** How rows that tests made are found again for removal, children before parents. */
export interface CleanupRule {
  table: string
  /** Any of these identifies an own row. */
  by: (
    | { column: string; made: { recipe: string | null; kind: 'unique' } }
    | { column: string; references: { table: string; column: string } }
  )[]
  /** The database removes them with their parent. */
  cascades: boolean
}

export interface Finding {
  /** The same in every run, wherever the code moves to: made of kind, endpoint and cause. */
  id: string
  kind:
    | 'server_error'
    | 'lost_write'
    | 'ineffective_delete'
    | 'auth_missing'
    | 'ownership_missing'
    | 'contract_mismatch'
    | 'undefined_order'
    | 'crash'
    | 'egress'
  endpoint: string
  /** One sentence: what happens and what was expected. */
  detail: string
  /** A shell line that shows it, secrets replaced. */
  reproduce: string
  /** The case that showed it; stays out of the suite. */
  case: Case | null
  /** Ids of all cases that showed it. */
  cases: string[]
  /** The table whose rows are not as they should be. */
  table?: string
}

/** All that exploring brought. */
export interface Exploration {
  recipes: Recipe[]
  observations: Observation[]
  findings: Finding[]
  cleanup: CleanupRule[]
  /** Values that had to be made up. */
  invented: { where: string; value: Json; why: string }[]
  /** Endpoints no success was reached for. */
  unreached: { endpoint: string; why: string; lastStatus: number | null }[]
  /** Cases dropped since both passes disagreed, with what differed. */
  unstable: { case: string; why: string }[]
  requests: number
  durationMs: number
}
