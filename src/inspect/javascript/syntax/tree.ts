/**
 * The small language that source is lowered to before it is evaluated: what decides routes, values and effects, and
 * nothing of types, decorators or formatting. `line` is 1-based.
 */
export type Expr =
  | { t: 'lit'; v: string | number | boolean | null | undefined; line: number }
  | { t: 'regex'; source: string; flags: string; line: number }
  | { t: 'tpl'; parts: (string | Expr)[]; line: number }
  | { t: 'id'; name: string; line: number }
  | { t: 'this'; line: number }
  | { t: 'super'; line: number }
  | { t: 'mem'; obj: Expr; prop: string | Expr; opt: boolean; line: number }
  | { t: 'call'; fn: Expr; args: Expr[]; opt: boolean; isNew: boolean; line: number }
  | { t: 'obj'; props: Prop[]; line: number }
  | { t: 'arr'; items: Expr[]; line: number }
  | { t: 'fn'; fn: Fn; line: number }
  | { t: 'class'; cls: Class; line: number }
  | { t: 'bin'; op: string; l: Expr; r: Expr; line: number }
  | { t: 'logic'; op: '&&' | '||' | '??'; l: Expr; r: Expr; line: number }
  | { t: 'un'; op: string; x: Expr; line: number }
  | { t: 'cond'; c: Expr; a: Expr; b: Expr; line: number }
  | { t: 'assign'; op: string; target: Pattern; value: Expr; line: number }
  | { t: 'wait'; x: Expr; line: number }
  | { t: 'seq'; items: Expr[]; line: number }
  | { t: 'spread'; x: Expr; line: number }
  | { t: 'import'; x: Expr; line: number }
  | { t: 'opaque'; line: number }

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
  members: { key: string | Expr; isStatic: boolean; kind: 'method' | 'get' | 'set' | 'field'; value: Expr | null }[]
  blocks: (() => Stmt[])[]
  line: number
}

export type Stmt =
  | { s: 'var'; target: Pattern; init: Expr | null; hoist: boolean; line: number }
  | { s: 'expr'; x: Expr; line: number }
  | { s: 'fn'; name: string; fn: Fn; line: number }
  | { s: 'class'; name: string; cls: Class; line: number }
  | { s: 'if'; c: Expr; a: Stmt; b: Stmt | null; line: number }
  | { s: 'block'; body: Stmt[]; line: number }
  | { s: 'loop'; init: Stmt[]; test: Expr | null; step: Expr | null; body: Stmt; line: number }
  | { s: 'each'; target: Pattern; x: Expr; of: boolean; body: Stmt; line: number }
  | { s: 'switch'; x: Expr; cases: { test: Expr | null; body: Stmt[] }[]; line: number }
  | { s: 'try'; body: Stmt[]; param: Pattern | null; handler: Stmt[] | null; final: Stmt[]; line: number }
  | { s: 'return'; x: Expr | null; line: number }
  | { s: 'throw'; x: Expr; line: number }
  | { s: 'jump'; line: number }
  | { s: 'import'; from: string; names: { imported: string; local: string }[]; line: number }
  | { s: 'export'; names: { name: string; x: Expr }[]; line: number }
  | { s: 'reexport'; from: string; names: { imported: string; exported: string }[] | 'all'; line: number }

export interface Program {
  body: Stmt[]
  /** Uses `import`/`export` syntax. */
  esm: boolean
}
