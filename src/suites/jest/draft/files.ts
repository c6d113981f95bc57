import type { Observation } from '../../../contracts/observation.ts'
import { endpointKey, type ProjectMap } from '../../../contracts/project.ts'
import type { DraftContext } from './case-scope.ts'
import type { DraftedTest } from './draft-case.ts'
import { draftCases } from './draft-table.ts'
import { splitEndpoint } from './names.ts'
import { type Doc, indent, join, newline, printDoc } from './print/doc.ts'

/** A `describe` block. */
export interface Block {
  endpoint: string
  title: string
  tests: DraftedTest[]
  lines: number
}

export interface TestFile {
  /** Without folder and suffix: `articles`, `articles.comments`. */
  name: string
  blocks: Block[]
}

const MOST_LINES = 280

/** Happy path first, then errors, edges and workflows. */
const ORDER = [
  ['success', 'list', 'paging', 'filter'],
  ['invalid', 'unauthenticated', 'forbidden', 'not_found'],
  ['duplicate', 'repeat'],
  ['workflow'],
].flat()

/** All describe blocks, in the order of the route table. */
export function draftBlocks(map: ProjectMap, context: DraftContext): Block[] {
  const known = map.endpoints.map(endpointKey)
  const seen = [...new Set(context.observations.map(({ case: { endpoint } }) => endpoint))]
  const rank = (endpoint: string) => (known.includes(endpoint) ? known.indexOf(endpoint) : known.length)
  return seen
    .sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1))
    .map((endpoint) => {
      const own = context.observations.filter(({ case: subject }) => subject.endpoint === endpoint).sort(byKind)
      const tests = draftCases(own, context)
      const block = { endpoint, title: splitEndpoint(endpoint).title, tests, lines: 0 }
      return { ...block, lines: printBlock(block, context).split('\n').length }
    })
}

const byKind = (a: Observation, b: Observation) => ORDER.indexOf(a.case.kind) - ORDER.indexOf(b.case.kind)

export function blockDoc(block: Block, { code }: DraftContext): Doc {
  const tests = join(
    [newline, newline],
    block.tests.map(({ doc }) => doc),
  )
  return code.statement([`describe(${code.string(block.title)}, () => {`, indent([newline, ...tests]), newline, '})'])
}

const printBlock = (block: Block, context: DraftContext) =>
  printDoc(blockDoc(block, context), { width: context.code.style.width, indent: context.code.style.indent }).text

/** One file a resource; a long one is split by sub-resource, then by what the endpoints do, then by success and refusal. */
export function groupBlocks(blocks: Block[], map: ProjectMap): TestFile[] {
  const resourceOf = (block: Block) =>
    map.endpoints.find((endpoint) => endpointKey(endpoint) === block.endpoint)?.resource ||
    literals(block.endpoint)[0] ||
    'root'
  return splitBy(blocks, resourceOf).flatMap(({ key: resource, blocks: own }) => {
    const name = resource.replace(/[^\w-]+/g, '-').replace(/^-+|-+$/g, '') || 'root'
    return fitted({ name, blocks: own }, [(block) => subResource(block, resource), action])
  })
}

function fitted(file: TestFile, splits: ((block: Block) => string)[]): TestFile[] {
  const size = file.blocks.reduce((sum, { lines }) => sum + lines + 1, 0)
  if (size <= MOST_LINES) return [file]
  const [split, ...others] = splits
  if (!split) return splitByOutcome(file)
  return splitBy(file.blocks, split).flatMap(({ key, blocks }) =>
    fitted({ name: key ? `${file.name}.${key}` : file.name, blocks }, others),
  )
}

function splitByOutcome(file: TestFile): TestFile[] {
  const part = (name: string, keep: (test: DraftedTest) => boolean): TestFile[] => {
    const blocks = file.blocks
      .map((block) => ({ ...block, tests: block.tests.filter(keep) }))
      .filter(({ tests }) => tests.length > 0)
    return blocks.length > 0 ? [{ name, blocks }] : []
  }
  const refusal = ({ kind }: DraftedTest) => ORDER.indexOf(kind) >= ORDER.indexOf('invalid') && kind !== 'workflow'
  return [...part(file.name, (test) => !refusal(test)), ...part(`${file.name}.refusals`, refusal)]
}

function splitBy(blocks: Block[], keyOf: (block: Block) => string): { key: string; blocks: Block[] }[] {
  const groups = new Map<string, Block[]>()
  for (const block of blocks) groups.set(keyOf(block), [...(groups.get(keyOf(block)) ?? []), block])
  return [...groups].map(([key, own]) => ({ key, blocks: own }))
}

const literals = (endpoint: string) =>
  splitEndpoint(endpoint)
    .path.split('/')
    .filter((part) => part && !part.startsWith('{') && part !== 'api' && !/^v\d+$/.test(part))

/** `comments` for `/articles/{slug}/comments/{id}`; '' for the resource itself. */
function subResource(block: Block, resource: string): string {
  const parts = literals(block.endpoint)
  return parts[parts.indexOf(resource) + 1] ?? ''
}

function action(block: Block): string {
  const { method, path } = splitEndpoint(block.endpoint)
  const single = path.endsWith('}')
  if (method === 'GET') return single ? 'read' : 'list'
  if (method === 'POST') return 'create'
  return method === 'DELETE' ? 'delete' : 'update'
}
