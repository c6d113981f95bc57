/** The kinds of integration-level faults, in the order they are reported. `must`: a survivor needs a named waiver. */
export const FAULT_KINDS = {
  auth: { words: 'auth check dropped', must: true },
  ownership: { words: 'ownership dropped', must: true },
  write: { words: 'write skipped', must: true },
  filter: { words: 'row filter dropped', must: false },
  status: { words: 'wrong status', must: false },
  field_dropped: { words: 'response field dropped', must: false },
  field_renamed: { words: 'response field renamed', must: false },
  field_leaked: { words: 'response field leaked', must: false },
  value_lost: { words: 'written value lost', must: false },
  default: { words: 'default changed', must: false },
  paging: { words: 'off by one in paging', must: false },
  order: { words: 'order reversed', must: false },
  transaction: { words: 'transaction removed', must: false },
  error: { words: 'error swallowed', must: false },
  validation: { words: 'validation dropped', must: false },
  duplicate: { words: 'side effect duplicated', must: false },
} as const

export type FaultKind = keyof typeof FAULT_KINDS

/** Replaces the characters from `start` up to `end` (UTF-16 offsets) of the original text. */
export interface Edit {
  start: number
  end: number
  text: string
}

export interface Lines {
  /** Relative to the root. */
  file: string
  /** 1-based, both included. */
  from: number
  to: number
}

/** One way to break the application. */
export interface Fault {
  /** The same as long as the code it is in stays the same, wherever that code moves to in its file. */
  id: string
  kind: FaultKind
  /** Relative to the root. */
  file: string
  /** 1-based. */
  line: number
  /** The fault in words: `the check that … is dropped`. */
  what: string
  edits: Edit[]
  /** 1-based line where the statement begins whose coverage counts for this fault. */
  statement: number
  /** Last line of that statement. */
  until: number
  /** 1-based lines on which the functions around it begin, the innermost first. */
  inside: number[]
  /**
   * For what runs only while loading: lines that tell which tests come near it, such as the handlers of a route whose middleware is
   * removed, or the functions that use a constant. `null` for what runs when a function does.
   */
  near: Lines[] | null
}

/** The text with all edits applied; they must not overlap. */
export function applyEdits(text: string, edits: Edit[]): string {
  let result = text
  for (const edit of [...edits].sort((a, b) => b.start - a.start || b.end - a.end)) {
    result = result.slice(0, edit.start) + edit.text + result.slice(edit.end)
  }
  return result
}
