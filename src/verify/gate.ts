import type { Environment } from '../contracts/environment.ts'
import type { Gate, GateContext } from '../contracts/plugs.ts'
import type { RunOptions, RunResult, Suite, TestSource } from '../contracts/suite.ts'
import type { Rehearsal } from './rehearsal.ts'
import type { Slots } from './slots.ts'
import type { Stages } from './stages.ts'
import type { Outcome } from './verdicts.ts'

/** What our gates get beyond the contract: the runs that several of them look at, made once. */
export interface GateInput extends GateContext {
  rehearsal: Rehearsal
  /** A gate holds one while it is checked; another one, for work side by side, it may wait for. */
  slots: Slots
  /** For gates that run the suite, or parts of it, many times. */
  stages: Stages
  /** `null`: this runner's test files cannot be read. */
  source: TestSource | null
  /** `suite` stands in for the one under test. */
  run(environment: Environment, options?: RunOptions, suite?: Suite): Promise<RunResult>
}

export interface VerifierGate extends Omit<Gate, 'check'> {
  /** It begins beside the first gate: what it does itself waits for no other run. */
  onItsOwn?: boolean
  check(input: GateInput): Promise<Outcome>
}
