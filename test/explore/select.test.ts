import { describe, expect, it } from 'vitest'
import type { CaseKind, Credential } from '../../src/contracts/observation.ts'
import type { Aspect, Rule } from '../../src/explore/aspects.ts'
import type { Kept } from '../../src/explore/bench.ts'
import { selectCases } from '../../src/explore/select.ts'

function candidate(
  endpoint: string,
  kind: CaseKind,
  detail: string,
  status: number,
  aspect: Aspect | null = null,
  credential: Credential = { is: 'none' },
): Kept {
  const act = { endpoint, params: {}, query: {}, headers: {}, body: null, contentType: 'application/json', credential }
  const http = { method: 'GET', url: '/', headers: {}, body: null }
  const response = { status, headers: {}, text: '', json: { error: status }, durationMs: 1 }
  return {
    case: { id: `${endpoint} ${kind} ${detail}`.trim(), endpoint, kind, title: '', arrange: [], act, follow: [] },
    first: { made: new Map(), act: { http, body: null, response }, follow: [], changes: [], rows: null },
    share: 'fresh',
    statusProvenance: 'promised',
    aspect,
    listing: null,
  }
}

const broken = (endpoint: string, field: string, rule: Rule, required = true, status = 400) =>
  candidate(endpoint, 'invalid', `${field} ${rule}`, status, { is: 'rule', field, rule, required })

const ids = (candidates: Kept[]) => selectCases(candidates).map((kept) => kept.case.id)

const RULES_OF_TEXT: Rule[] = ['missing', 'too short', 'too long', 'type']
const rowsFor = (endpoint: string, fields: string[], rules: Rule[] = RULES_OF_TEXT) =>
  fields.flatMap((field) => rules.map((rule) => broken(endpoint, field, rule)))

describe('choosing among cases', () => {
  it('keeps whatever shows an effect or a state', () => {
    const all = (
      ['success', 'list', 'paging', 'filter', 'workflow', 'duplicate', 'not_found', 'forbidden', 'repeat'] as const
    ).map((kind) => candidate('POST /a', kind, '', 200))
    expect(ids(all)).toHaveLength(all.length)
  })

  it('shows each kind of rule once, spread over the fields', () => {
    const chosen = ids(rowsFor('POST /a', ['title', 'text', 'note']))
    expect(chosen).toHaveLength(4)
    for (const rule of RULES_OF_TEXT) expect(chosen.filter((id) => id.endsWith(rule))).toHaveLength(1)
    for (const field of ['title', 'text', 'note']) expect(chosen.some((id) => id.includes(` ${field} `))).toBe(true)
  })

  it('shows every field when there are more of them than rules, a required one left out', () => {
    const chosen = ids(rowsFor('POST /a', ['a', 'b', 'c', 'd', 'e'], ['missing', 'type']))
    expect(chosen).toHaveLength(5)
    expect(chosen.filter((id) => id.endsWith('missing'))).toHaveLength(4)
  })

  it('shows less of what another endpoint showed already, whatever their order', () => {
    const rules: Rule[] = ['missing', 'format', 'enum', 'too long', 'too short', 'type']
    const create = rowsFor('POST /a', ['title', 'text'], rules)
    const update = rowsFor('PUT /a/{id}', ['title', 'text'], rules)
    const chosen = ids([...update, ...create])
    expect(chosen.filter((id) => id.startsWith('POST'))).toHaveLength(6)
    expect(chosen.filter((id) => id.startsWith('PUT'))).toHaveLength(3)
  })

  it('never drops a status that nothing else shows', () => {
    const rows = [...rowsFor('POST /a', ['title']), broken('POST /a', 'other', 'type', false, 422)]
    const illFormed = candidate('GET /a/{id}', 'not_found', 'ill-formed', 400, { is: 'ill-formed' })
    const chosen = ids([...rows, candidate('GET /a/{id}', 'not_found', 'id', 404), illFormed])
    expect(chosen).toContain('POST /a invalid other type')
    expect(chosen).toContain('GET /a/{id} not_found ill-formed')
  })

  it('drops an ill-formed id that is answered like an unknown one', () => {
    const unknown = candidate('GET /a/{id}', 'not_found', 'id', 404)
    const illFormed = candidate('GET /a/{id}', 'not_found', 'ill-formed', 404, { is: 'ill-formed' })
    expect(ids([unknown, illFormed])).toEqual(['GET /a/{id} not_found id'])
  })

  it.each([
    [401, ['none', 'tampered']],
    [400, ['none', 'malformed', 'tampered']],
  ])('keeps a malformed credential only where it is answered differently (%s)', (status, expected) => {
    const way = (how: 'malformed' | 'tampered', answered: number) =>
      candidate('GET /a', 'unauthenticated', how, answered, null, { is: 'invalid', how, as: 'user' })
    const all = [candidate('GET /a', 'unauthenticated', 'none', 401), way('malformed', status), way('tampered', 401)]
    expect(ids(all)).toEqual(expected.map((how) => `GET /a unauthenticated ${how}`))
  })

  it('shows a spoiled credential once, and at every endpoint that there is none', () => {
    const at = (endpoint: string) => [
      candidate(endpoint, 'unauthenticated', 'none', 401),
      candidate(endpoint, 'unauthenticated', 'tampered', 401, null, { is: 'invalid', how: 'tampered', as: 'user' }),
    ]
    expect(ids([...at('GET /a'), ...at('GET /b')]).filter((id) => id.endsWith('none'))).toHaveLength(2)
    expect(ids([...at('GET /a'), ...at('GET /b')]).filter((id) => id.endsWith('tampered'))).toHaveLength(1)
  })

  describe('a value that breaks several rules', () => {
    const told = (kept: Kept, json: Kept['first']['act']['response']['json']): Kept => {
      kept.first.act.response.json = json
      return kept
    }

    it('is not chosen where others break one', () => {
      const missing = told(broken('POST /a', 'title', 'missing'), { errors: { title: ['required', 'no text'] } })
      const short = told(broken('POST /a', 'title', 'too short'), { errors: { title: ['too short'] } })
      expect(ids([missing, short])).toEqual(['POST /a invalid title too short'])
    })

    it('takes no place from those whose answers list one thing, beside one that lists none', () => {
      const one = { errors: [{ path: 'title' }] }
      const all = [
        told(broken('POST /a', 'title', 'missing'), one),
        told(broken('POST /a', 'title', 'too long'), one),
        told(broken('POST /a', 'email', 'format'), { message: 'no e-mail address' }),
      ]
      expect(ids(all)).toHaveLength(3)
    })

    it('stays where each breaks as many, and where it alone shows a status', () => {
      const two = { errors: ['one', 'two'] }
      const all = [
        told(broken('POST /a', 'title', 'missing'), two),
        told(broken('POST /a', 'title', 'too short'), two),
        told(broken('POST /b', 'title', 'missing'), { errors: ['one'] }),
        told(broken('POST /b', 'title', 'type', true, 422), two),
      ]
      expect(ids(all)).toHaveLength(4)
    })
  })

  it('keeps one body of each unusual kind', () => {
    const variant = (kind: 'minimal' | 'bounds', detail: string) =>
      candidate('POST /a', 'success', detail, 201, { is: 'variant', variant: kind })
    const all = [
      candidate('POST /a', 'success', '', 201),
      variant('minimal', 'm'),
      variant('bounds', 'b'),
      variant('bounds', 'c'),
    ]
    expect(ids(all)).toEqual(['POST /a success', 'POST /a success m', 'POST /a success b'])
  })
})
