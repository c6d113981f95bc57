import type { Usage } from '../contracts/conversation.ts'
import { AgentError } from '../contracts/errors.ts'

export interface BudgetLimits {
  /** Model turns. */
  maxTurns: number
  /** Wall clock of the whole run. */
  maxMinutes: number
  /** `null`: no limit. Without a known price it cannot be enforced, so an unknown price ends the run. */
  maxUsd: number | null
}

/** Counts what a run has spent and refuses the next model call once a limit is reached. */
export function createBudget(limits: BudgetLimits, now: () => number) {
  const startedAt = now()
  const spent = { turns: 0, inputTokens: 0, outputTokens: 0, usd: 0 as number | null }

  return {
    /** Totals so far; `usd` is `null` once a call had no known price. */
    spent: () => ({ ...spent }),
    charge(usage: Usage): void {
      spent.turns += 1
      spent.inputTokens += usage.inputTokens
      spent.outputTokens += usage.outputTokens
      spent.usd = spent.usd === null || usage.usd === null ? null : spent.usd + usage.usd
    },
    /** Milliseconds left on the clock, never negative. */
    remainingMs: () => Math.max(0, limits.maxMinutes * 60_000 - (now() - startedAt)),
    /** Throws OUT_OF_BUDGET before a call that must not be made. */
    assertNextTurn(): void {
      const minutes = (now() - startedAt) / 60_000
      if (spent.turns >= limits.maxTurns) throw outOfBudget('turns', `${spent.turns}`, '--max-turns')
      if (minutes >= limits.maxMinutes) throw outOfBudget('minutes', minutes.toFixed(1), '--max-minutes')
      if (limits.maxUsd === null || spent.turns === 0) return
      if (spent.usd === null) throw outOfBudget('cost', 'unknown: this model has no known price', '--max-usd')
      if (spent.usd >= limits.maxUsd) throw outOfBudget('cost', `${spent.usd.toFixed(2)} USD`, '--max-usd')
    },
  }
}

export type Budget = ReturnType<typeof createBudget>

function outOfBudget(what: string, value: string, flag: string): AgentError {
  return new AgentError('budget', 'OUT_OF_BUDGET', `The budget for ${what} is used up.`, {
    value,
    next: `Raise ${flag} and run again; the best state so far is kept in the run's folder.`,
  })
}
