/** What a promise about a field is about; the most telling first. */
export const RULES = [
  'missing',
  'format',
  'enum',
  'above maximum',
  'below minimum',
  'too long',
  'too short',
  'type',
  'unknown field',
] as const

export type Rule = (typeof RULES)[number]

/** Which of several like cases a case is, for choosing among them. */
export type Aspect =
  /** A rule for a field that the request breaks. */
  | { is: 'rule'; field: string; rule: Rule; required: boolean }
  /** An accepted body that is unlike the usual one. */
  | { is: 'variant'; variant: 'minimal' | 'bounds' }
  /** An id of another form than ids have. */
  | { is: 'ill-formed' }
