import type { RunningApp, Store } from '../contracts/environment.ts'
import type { EgressAttempt } from '../contracts/sandbox.ts'

/** What exploring needs of an environment: a way to start the application, our own look at its data, and a way back. */
export interface AppUnderTest {
  start(options?: { env?: Record<string, string> }): Promise<RunningApp>
  readonly stores: Store[]
  /** What tried to leave the environment since its start, where that is seen. */
  attempts?(): Promise<EgressAttempt[]>
  /** All stores back to the migrated (and seeded) state. */
  reset(): Promise<void>
}
