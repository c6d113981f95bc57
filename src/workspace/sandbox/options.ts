export interface SandboxOptions {
  /** The project, absolute. */
  root: string
  /** Another directory to show at the project's root; dependency folders still come from the project. */
  tree?: string
  /** More paths of the machine to show, read-only, at their own place. */
  readOnly?: string[]
  /** More files to cover by an empty one, relative to the root. Secrets files are covered anyway. */
  mask?: string[]
  /** Host names that mean this sandbox's loopback: compose service names. */
  hosts?: string[]
  /** Insist on one way instead of trying. */
  prefer?: 'namespace' | 'plain'
}
