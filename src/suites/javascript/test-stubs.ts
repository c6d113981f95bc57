import type { SgNode } from '@ast-grep/napi'
import type { TestStub } from '../../contracts/suite.ts'

/** `jest.mock('x')` and its like in other tools: the first argument names a module. */
const MODULE_CALLS: Record<string, RegExp> = {
  jest: /^(mock|doMock|setMock|unstable_mockModule)$/,
  vi: /^(mock|doMock)$/,
  td: /^(replace|replaceEsm)$/,
  mockery: /^(registerMock|registerSubstitute)$/,
  mock: /^module$/,
}
const CLOCK_CALLS = /^(useFakeTimers|setSystemTime)$/
const CLOCK_OBJECTS = /^(MockDate|timekeeper|tk)$/
/** What a spy is told to do instead of passing on. */
const INSTEAD =
  /^(mockImplementation|mockReturnValue|mockResolvedValue|mockRejectedValue)(Once)?$|^(returns|resolves|rejects|throws|callsFake)$/
const FAULT = /^mockRejectedValue(Once)?$|^(rejects|throws)$/
const THROWS = /\bthrow\b|Promise\.reject\(|\breject\(|callback\(\s*(new )?\w*Error|\bcb\(\s*(new )?\w*Error/
const MADE = /\b(jest|vi|sinon|mock)\.(fn|stub|fake)\b/

/** Every place in a test file where something stands in for a module, a method or the clock. `calls`: the file's calls. */
export function findStubs(root: SgNode, calls: SgNode[], wordsOf: (call: SgNode) => string[]): TestStub[] {
  const modules = importedModules(root)
  const stubs: TestStub[] = []
  for (const call of calls) {
    const words = wordsOf(call)
    const place = { line: call.range().start.line + 1, text: shorten(call.text()) }
    const [object = '', method = ''] = words
    const args = argumentsOf(call)
    if (words.length === 2 && MODULE_CALLS[object]?.test(method)) {
      const module = literal(args[0])
      if (module !== null) stubs.push({ ...place, kind: 'module', module, fault: isFault(args[1]) })
    } else if (words.length === 1 && object === 'proxyquire') {
      for (const module of keysOf(args[1])) stubs.push({ ...place, kind: 'module', module, fault: false })
    } else if (CLOCK_CALLS.test(method) || (CLOCK_OBJECTS.test(object) && /^(set|freeze|travel)$/.test(method))) {
      stubs.push({ ...place, kind: 'clock', module: null, fault: false })
    } else if (isSpy(words)) {
      const chain = whatItDoes(call, root)
      if (!isTop(call) || (method === 'spyOn' && chain.length === 0)) continue
      const module = modules.get(rootName(args[0])) ?? null
      stubs.push({ ...place, kind: 'method', module, fault: chain.length > 0 && chain.every(isFaultStep) })
    }
  }
  return [...stubs, ...replacedMembers(root, modules)]
}

/** `jest.spyOn(a, 'b')`, `sinon.stub(a, 'b')`, `sandbox.stub(a, 'b')`, without what follows in the chain. */
const isSpy = (words: string[]) => words.length === 2 && /^(spyOn|stub|replaceProperty)$/.test(words[1] ?? '')
const isTop = (call: SgNode) => argumentsOf(call).length > 1

interface Step {
  word: string
  args: SgNode[]
}

/** The calls that tell a spy what to do, in its own chain or by the variable it is kept in. */
function whatItDoes(call: SgNode, root: SgNode): Step[] {
  const steps: Step[] = []
  let node: SgNode | null = call
  for (;;) {
    const member: SgNode | null = node.parent()
    const next: SgNode | null = member?.kind() === 'member_expression' ? member.parent() : null
    if (!member || next?.kind() !== 'call_expression') break
    steps.push({ word: member.field('property')?.text() ?? '', args: argumentsOf(next) })
    node = next
  }
  const declarator = node.parent()
  const name = declarator?.kind() === 'variable_declarator' ? declarator.field('name')?.text() : undefined
  const later =
    name === undefined
      ? []
      : root.findAll({ rule: { kind: 'call_expression' } }).filter((other) => {
          const callee = other.field('function')
          return callee?.kind() === 'member_expression' && callee.field('object')?.text() === name
        })
  for (const other of later) {
    steps.push({ word: other.field('function')?.field('property')?.text() ?? '', args: argumentsOf(other) })
  }
  return steps.filter(({ word }) => INSTEAD.test(word))
}

const isFaultStep = ({ word, args }: Step) => FAULT.test(word) || isFault(args[0])

/** A replacement that does nothing but fail. */
function isFault(replacement: SgNode | undefined): boolean {
  return replacement !== undefined && THROWS.test(replacement.text())
}

/** `service.send = jest.fn()` for what was imported. */
function replacedMembers(root: SgNode, modules: Map<string, string>): TestStub[] {
  return root.findAll({ rule: { kind: 'assignment_expression' } }).flatMap((assignment) => {
    const target = assignment.field('left')
    const value = assignment.field('right')
    if (target?.kind() !== 'member_expression' || !value || !MADE.test(value.text())) return []
    const module = modules.get(rootName(target))
    if (module === undefined) return []
    const line = assignment.range().start.line + 1
    return [{ line, text: shorten(assignment.text()), kind: 'method', module, fault: isFault(value) }]
  })
}

/** Name in this file → module that it comes from. */
function importedModules(root: SgNode): Map<string, string> {
  const modules = new Map<string, string>()
  for (const statement of root.findAll({ rule: { kind: 'import_statement' } })) {
    const module = literal(statement.field('source') ?? undefined)
    const names = statement.findAll({ rule: { kind: 'identifier' } })
    if (module !== null) for (const name of names) modules.set(name.text(), module)
  }
  for (const declarator of root.findAll({ rule: { kind: 'variable_declarator' } })) {
    const required = /\brequire\(\s*(['"`])([^'"`]+)\1\s*\)/.exec(declarator.field('value')?.text() ?? '')?.[2]
    const name = declarator.field('name')
    if (required === undefined || !name) continue
    const names = name.kind() === 'identifier' ? [name] : name.findAll({ rule: { pattern: '$_' } })
    for (const one of names) if (/^[\w$]+$/.test(one.text())) modules.set(one.text(), required)
  }
  return modules
}

function argumentsOf(call: SgNode): SgNode[] {
  return (call.field('arguments')?.children() ?? []).filter((child) => child.isNamed() && child.kind() !== 'comment')
}

function literal(node: SgNode | undefined): string | null {
  if (node?.kind() === 'call_expression') return /require\.resolve\(\s*(['"])(.+?)\1/.exec(node.text())?.[2] ?? null
  return node?.kind() === 'string' || node?.kind() === 'template_string' ? node.text().slice(1, -1) : null
}

function keysOf(node: SgNode | undefined): string[] {
  return (node?.children() ?? []).flatMap((child) => {
    const key = child.kind() === 'pair' ? child.field('key') : null
    return key?.kind() === 'string' ? [key.text().slice(1, -1)] : []
  })
}

function rootName(node: SgNode | undefined): string {
  let at: SgNode | null | undefined = node
  while (at?.kind() === 'member_expression') at = at.field('object')
  return at?.text() ?? ''
}

const SHOWN = 160

/** On one line; what is on several lines begins with the least telling one. */
const shorten = (text: string) => {
  const line = text
    .replace(/\s*\n\s*(?=\.)/g, '')
    .replace(/\s+/g, ' ')
    .trim()
  return line.length > SHOWN ? `${line.slice(0, SHOWN - 1)}…` : line
}
