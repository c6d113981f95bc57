/** Whose failure a red test is. */
export type Blame = 'test' | 'product' | 'environment'

/** A failing test, sorted. */
export interface SortedFailure {
  file: string
  /** Full name, as in `TestResult.name`. */
  test: string
  /** The case it was drafted from; `null` where somebody wrote it. */
  case: string | null
  blame: Blame
  /** One sentence: what tells it. */
  why: string
  evidence: {
    /** The failure's own words, shortened. */
    message: string
    /** Run by itself on a fresh database; `null`: it was not. */
    alone: 'passes' | 'fails alike' | 'fails otherwise' | null
    /** What the application answered then: `POST /orders 500`. */
    answers: string[]
    /** Another failure with the same words, which was run alone in its stead. */
    like: string | null
  }
}
