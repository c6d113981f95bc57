/** One attempt at seeded faults that the suite did not notice. */
export interface StrengthenRound {
  /** Cases that were tried beyond those of the suite. */
  cases: number
  /** Endpoints that were explored for longer; none where the cases had been left out for length. */
  explored: string[]
  /** How many faults it was aimed at. */
  faults: number
  /** What it bought: the faults that are noticed now, and by which case. */
  noticed: { fault: string; at: string; what: string; case: string | null }[]
}
