/**
 * The small language that source is lowered to before it is evaluated: what decides routes, values and effects, and
 * nothing of formatting, and of types only what frameworks go by. `line` is 1-based, and kept where somebody asks for it: finding it is not free.
 */
export type Expr =
  | { t: 'lit'; v: string | number | boolean | null | undefined }
  | { t: 'regex'; source: string; flags: string }
  | { t: 'tpl'; parts: (string | Expr)[] }
  | { t: 'id'; name: string }
  | { t: 'this' }
  | { t: 'super' }
  | { t: 'mem'; obj: Expr; prop: string | Expr; opt: boolean }
  | { t: 'call'; fn: Expr; args: Expr[]; opt: boolean; isNew: boolean; line: number }
  | { t: 'obj'; props: Prop[] }
  | { t: 'arr'; items: Expr[] }
  | { t: 'fn'; fn: Fn }
  | { t: 'class'; cls: Class }
  | { t: 'bin'; op: string; l: Expr; r: Expr }
  | { t: 'logic'; op: '&&' | '||' | '??'; l: Expr; r: Expr }
  | { t: 'un'; op: string; x: Expr }
  | { t: 'cond'; c: Expr; a: Expr; b: Expr }
  | { t: 'assign'; op: string; target: Pattern; value: Expr }
  | { t: 'wait'; x: Expr }
  | { t: 'seq'; items: Expr[] }
  | { t: 'spread'; x: Expr }
  | { t: 'import'; x: Expr }
  | { t: 'opaque' }

export type Prop = { key: string | Expr; value: Expr; getter?: boolean } | { spread: Expr }

export type Pattern =
  | { p: 'id'; name: string }
  | { p: 'expr'; x: Expr }
  | { p: 'obj'; props: { key: string | Expr; target: Pattern }[]; rest: Pattern | null }
  | { p: 'arr'; items: (Pattern | null)[]; rest: Pattern | null }
  | { p: 'default'; target: Pattern; value: Expr }

export interface Fn {
  name: string | null
  params: { pattern: Pattern; rest: boolean; field: string | null }[]
  /** Lowered on first use: most bodies are never run. */
  body(): Stmt[]
  arrow: boolean
  line: number
}

export interface Class {
  name: string | null
  base: Expr | null
  decorators: Expr[]
  members: Member[]
  blocks: (() => Stmt[])[]
  line: number
}

export interface Member {
  key: string | Expr
  isStatic: boolean
  kind: 'method' | 'get' | 'set' | 'field'
  value: Expr | null
  decorators: Expr[]
  /** Of a field. */
  typed?: Typed
  /** Of a method. */
  params?: () => Typed[]
}

/** What is written beside a field or parameter. */
export interface Typed {
  decorators: Expr[]
  /** What stands for its type at run time. */
  type(): Expr | null
  optional: boolean
}

export type Stmt =
  | { s: 'var'; target: Pattern; init: Expr | null; hoist: boolean }
  | { s: 'expr'; x: Expr }
  | { s: 'fn'; name: string; fn: Fn }
  | { s: 'class'; name: string; cls: Class }
  | { s: 'if'; c: Expr; a: Stmt; b: Stmt | null }
  | { s: 'block'; body: Stmt[] }
  | { s: 'loop'; init: Stmt[]; test: Expr | null; step: Expr | null; body: Stmt }
  | { s: 'each'; target: Pattern; x: Expr; of: boolean; body: Stmt }
  | { s: 'switch'; x: Expr; cases: { test: Expr | null; body: Stmt[] }[] }
  | { s: 'try'; body: Stmt[]; param: Pattern | null; handler: Stmt[] | null; final: Stmt[] }
  | { s: 'return'; x: Expr | null }
  | { s: 'throw'; x: Expr }
  | { s: 'jump' }
  | { s: 'import'; from: string; names: { imported: string; local: string }[] }
  | { s: 'export'; names: { name: string; x: Expr }[] }
  | { s: 'reexport'; from: string; names: { imported: string; exported: string }[] | 'all' }

export interface Program {
  body: Stmt[]
  /** Uses `import`/`export` syntax. */
  esm: boolean
}
