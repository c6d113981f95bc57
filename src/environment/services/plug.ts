import type { ServiceInstance, Store } from '../../contracts/environment.ts'
import type { DataStore } from '../../contracts/project.ts'
import type { Sandbox } from '../../contracts/sandbox.ts'

/** Where a store is, as the application and the tests inside the sandbox are to be told. */
export type StoreAddress =
  | { kind: 'server'; scheme: string; host: string; port: number; user: string; password: string; database: string }
  /** Absolute inside the sandbox; `null`: the application finds it unaided. */
  | { kind: 'file'; path: string | null }

/** A needed service that nobody here can provide. */
export interface Unavailable {
  why: string
  unblock: string
}

/** What a service starts with. */
export interface ServiceContext {
  sandbox: Sandbox
  store: DataStore
  /** What the project itself names for its tests (`.env.test`), by variable. */
  forTests: ReadonlyMap<string, string>
  /** Identifies this environment; destructive operations prove it on the connection first. */
  marker: string
  /** What `seal` gave in the environment that this one is a clone of; `null` for a first start. */
  template: Buffer | null
  progress(message: string): void
}

export interface RunningService {
  instance: ServiceInstance
  address: StoreAddress
  /** `null` where the rows cannot be seen from outside the application. */
  store: Store | null
  /** Takes the present state as the one that `store.reset` returns to; gives what a clone starts from. */
  seal(): Promise<Buffer | null>
  /** The running application must be stopped while the store is reset. */
  needsQuiet(): Promise<boolean>
  /** Lets go of connections; processes end with the sandbox. */
  close(): Promise<void>
}

/** Something on this machine that can provide a service. */
export interface Provider {
  /** What it is, for a person: `native 15.14 in /usr/lib/postgresql/15`. */
  describe: string
  /** Directories that the sandbox has to show, read-only. */
  readable: string[]
  start(context: ServiceContext): Promise<RunningService>
}

/** One kind of service. One line in the table of `services/index.ts`. */
export interface ServicePlug {
  engine: string
  find(store: DataStore): Promise<Provider | Unavailable>
}

export function isUnavailable(found: Provider | Unavailable): found is Unavailable {
  return 'unblock' in found
}
