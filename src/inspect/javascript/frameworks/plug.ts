import type { Caller, Walk } from '../endpoints/walk.ts'
import type { Interpreter } from '../evaluate/interpreter.ts'
import type { PackageModel } from '../evaluate/packages.ts'
import type { Sym, Value } from '../evaluate/values.ts'
import type { Entry } from '../project/entry.ts'

/** A web framework: what its packages mean, and how it hands requests on. One line in `table.ts`. */
export interface FrameworkPlug {
  name: string
  /** Dependencies that say a project is built on it. */
  dependencies: string[]
  /** What calls into its packages make: applications, routers and what goes onto them. */
  packages: Record<string, PackageModel>
  /** Members of packages that stand for something known, by module and name. */
  values?: Record<string, Record<string, (interp: Interpreter) => Value>>
  /** Takes note of what middleware of a package asks of a request. */
  middleware?(walk: Walk, value: Sym): void
  /** Packages of its world whose middleware keeps strangers out, and such that lets everybody pass. */
  guards?: RegExp
  harmless?: RegExp
  /** Handlers with as many parameters may hand the request on. */
  next: number
  /** A handler under any verb that takes `next` stands before others, it is none itself. */
  verbsPassOn?: boolean
  /** A function given to `use` that takes no `next` answers by itself. */
  answersInUse?: boolean
  /** Looked at only where nothing else serves routes. */
  lastResort?: boolean
  /** How its handlers get at a request. */
  caller(walk: Walk, app: Value): Caller
  /** What tests can import: the application a module exports, or also what a function of a module makes. Neither: they start a process. */
  imported?: 'application' | 'factory'
  /** Starts what a module of the project exports, where the framework's own command serves it. */
  serve?(interp: Interpreter, entry: Entry): void
}
