/** What lies at a path, symlinks inside the root followed. */
export interface FileStat {
  kind: 'file' | 'directory' | 'other'
  /** Bytes. */
  size: number
  mtimeMs: number
  /** Permission bits, e.g. `0o644`. */
  mode: number
}

/**
 * A project's files, whatever they lie on. Paths are relative to the root with forward slashes; anything that leaves the
 * root, by name or by symlink, throws `OUTSIDE_WORKSPACE`.
 */
export interface Files {
  /** Absolute. */
  readonly root: string
  /** `null` when there is no such file. */
  read(path: string): Promise<Buffer | null>
  readText(path: string): Promise<string | null>
  /** `null` when nothing is there. Never opens the file, so it is safe on FIFOs and devices. */
  stat?(path: string): Promise<FileStat | null>
  /** Throws `OUTSIDE_WRITE_SCOPE` for anything but test, fixture, compose, manifest and CI files. */
  write(path: string, content: string | Buffer): Promise<void>
  remove(path: string): Promise<void>
  /** Files (no directories) matching, sorted; version control, dependency and build folders left out unless named. */
  glob(patterns: string | string[], options?: { ignore?: string[]; dot?: boolean }): Promise<string[]>
}
