import { describe, expect, it } from 'vitest'
import type { Exploration, Observation, Pattern } from '../../src/contracts/observation.ts'
import { explore } from '../../src/explore/index.ts'
import { type Bug, notesApp } from './notes-app.ts'

async function exploreNotes(bugs: Bug[] = [], only?: string[]): Promise<Exploration> {
  const { app, map, servers } = notesApp(bugs)
  const exploration = await explore({
    map,
    app,
    ...(only ? { only } : {}),
    signal: new AbortController().signal,
    progress: () => {},
  })
  expect(servers.size).toBe(0)
  return exploration
}

function observed(exploration: Exploration, id: string): Observation {
  const found = exploration.observations.find((observation) => observation.case.id === id)
  if (!found) throw new Error(`no ${id} among\n${exploration.observations.map((each) => each.case.id).join('\n')}`)
  return found
}

describe('a sound application', () => {
  const sound = exploreNotes()

  it('is reached at every endpoint, without findings or disagreement between the passes', async () => {
    const { unreached, findings, unstable } = await sound
    expect({ unreached, findings, unstable }).toEqual({ unreached: [], findings: [], unstable: [] })
  })

  it('tells how to make an account and a note, and how the credential is sent', async () => {
    const { recipes } = await sound
    expect(recipes.map(({ name, kind, needs }) => ({ name, kind, needs }))).toEqual([
      { name: 'user', kind: 'actor', needs: {} },
      { name: 'note', kind: 'resource', needs: { user: 'user' } },
      { name: 'archive', kind: 'resource', needs: { user: 'user', note: 'note' } },
    ])
    expect(recipes[0]?.credential).toEqual({ header: 'authorization', prefix: 'Bearer', step: 0, path: ['token'] })
  })

  it('replaces what the test makes by references, and what changes by formats', async () => {
    const { expected, follow } = observed(await sound, 'POST /notes success')
    expect(expected.status).toBe(201)
    expect(expected.body).toEqual({
      is: 'object',
      exact: true,
      properties: {
        id: { is: 'format', format: 'integer', provenance: 'observed' },
        ownerId: { is: 'same', from: 'user', at: 'response', path: ['user', 'id'], provenance: 'promised' },
        title: { is: 'same', from: 'act', at: 'request', path: ['title'], provenance: 'promised' },
        text: { is: 'same', from: 'act', at: 'request', path: ['text'], provenance: 'promised' },
        state: { is: 'equals', value: 'open', provenance: 'observed' },
        createdAt: { is: 'format', format: 'date-time', provenance: 'observed' },
      },
    })
    expect(expected.rows).toMatchObject([
      {
        table: 'notes',
        change: 'inserted',
        where: { id: { is: 'same', from: 'act', at: 'response', path: ['id'] } },
        values: { title: { is: 'same', from: 'act', at: 'request', path: ['title'] } },
        count: 1,
      },
    ])
    expect(follow.map(({ status }) => status)).toEqual([200])
  })

  it('sees an update stored and a deletion done', async () => {
    const update = observed(await sound, 'PUT /notes/{id} success')
    const beside = { table: 'notes', change: 'unchanged', where: { id: { from: 'otherNote' } }, count: 1 }
    expect(update.expected.rows).toMatchObject([{ table: 'notes', change: 'updated', count: 1 }, beside])
    expect(update.case.act.body).not.toEqual(observed(await sound, 'POST /notes success').case.act.body)
    const deletion = observed(await sound, 'DELETE /notes/{id} success')
    expect(deletion.expected.rows).toMatchObject([{ table: 'notes', change: 'deleted', values: {}, count: 0 }, beside])
    expect(deletion.follow.map(({ status }) => status)).toEqual([404, 404])
  })

  it('holds refusals against rows that stay as they were', async () => {
    const exploration = await sound
    const anonymous = observed(exploration, 'DELETE /notes/{id} unauthenticated none')
    expect(anonymous.expected).toMatchObject({ status: 401, statusProvenance: 'promised' })
    expect(anonymous.expected.rows).toMatchObject([{ table: 'notes', change: 'unchanged', count: 1 }])
    expect(observed(exploration, 'POST /notes unauthenticated tampered').expected.status).toBe(401)
    const other = observed(exploration, 'PUT /notes/{id} forbidden other')
    expect(other.expected.status).toBe(403)
    const missing = observed(exploration, 'POST /notes invalid title missing')
    expect(missing.expected).toMatchObject({ status: 400, statusProvenance: 'promised' })
    expect(missing.expected.rows).toMatchObject([{ table: 'notes', change: 'inserted', count: 0 }])
    expect(observed(exploration, 'POST /notes invalid title too long').expected.status).toBe(400)
    expect(observed(exploration, 'GET /notes/{id} not_found id').expected.status).toBe(404)
    expect(observed(exploration, 'POST /register duplicate email').expected.status).toBe(409)
    expect(observed(exploration, 'POST /login invalid wrong password').expected.status).toBe(401)
  })

  it('finds a filter that isolates own things and pages through exactly those', async () => {
    const exploration = await sound
    const total = (body: Pattern | null | undefined) => {
      if (body?.is !== 'object') throw new Error('no object')
      const { notes, total: count } = body.properties
      if (notes?.is !== 'array') throw new Error(`no exact list: ${notes?.is}`)
      return { size: notes.items.length, ordered: notes.ordered, total: count }
    }
    const three = { is: 'equals', value: 3, provenance: 'observed' }
    const pages = observed(exploration, 'GET /notes paging')
    expect(total(pages.expected.body)).toEqual({ size: 1, ordered: true, total: three })
    expect(total(pages.follow[0]?.body)).toEqual({ size: 0, ordered: true, total: three })
    expect(total(observed(exploration, 'GET /notes list').follow[0]?.body).size).toBe(0)
  })

  it('refuses a verb twice as the application does', async () => {
    const { expected, case: subject } = observed(await sound, 'POST /notes/{id}/archive repeat')
    expect(expected.status).toBe(409)
    expect(subject.title).toBe('refuses to archive twice')
    expect(expected.rows).toMatchObject([
      { change: 'unchanged', values: { state: { is: 'equals', value: 'archived' } } },
    ])
  })

  it('tells how rows are found again, children first', async () => {
    const { cleanup } = await sound
    expect(cleanup).toEqual([
      {
        table: 'notes',
        by: expect.arrayContaining([{ column: 'owner_id', references: { table: 'users', column: 'id' } }]),
        cascades: true,
      },
      { table: 'users', by: [{ column: 'email', made: { recipe: 'user', kind: 'unique' } }], cascades: false },
    ])
  })

  it('keeps no credential in what it recorded', async () => {
    const { observations } = await sound
    expect(JSON.stringify(observations.map(({ passes }) => passes))).not.toMatch(/eyJ[\w-]+\.[\w-]{20,}/)
  })

  it('explores the same way each time', async () => {
    const shape = ({ observations }: Exploration) =>
      observations.map(({ case: subject, expected }) => ({ subject, expected }))
    expect(shape(await exploreNotes())).toEqual(shape(await sound))
  })
})

describe('a broken application', () => {
  const kinds = ({ findings }: Exploration) => findings.map(({ kind, endpoint }) => `${kind} ${endpoint}`)

  it.each<[Bug, string, string]>([
    ['delete without effect', 'ineffective_delete DELETE /notes/{id}', 'DELETE /notes/{id} success'],
    ['create without insert', 'lost_write POST /notes', 'POST /notes success'],
    ['update without effect', 'lost_write PUT /notes/{id}', 'PUT /notes/{id} success'],
    ['update of anybody', 'ownership_missing PUT /notes/{id}', 'PUT /notes/{id} forbidden other'],
    ['delete by anybody', 'ownership_missing DELETE /notes/{id}', 'DELETE /notes/{id} forbidden other'],
    ['failure on a duplicate', 'server_error POST /register', 'POST /register duplicate email'],
    ['deletion without a credential', 'auth_missing DELETE /notes/{id}', 'DELETE /notes/{id} unauthenticated none'],
    ['signature not checked', 'auth_missing GET /me', 'GET /me unauthenticated tampered'],
    ['random order', 'undefined_order GET /notes', 'GET /notes list'],
    ['death on a long title', 'crash POST /notes', 'POST /notes invalid title too long'],
    ['long titles accepted', 'contract_mismatch POST /notes', 'POST /notes invalid title too long'],
    ['unknown id fails', 'server_error GET /notes/{id}', 'GET /notes/{id} not_found id'],
  ])('%s is a finding and no expectation', async (bug, finding, id) => {
    const exploration = await exploreNotes([bug], [finding.slice(finding.indexOf(' ') + 1)])
    expect(kinds(exploration)).toContain(finding)
    expect(exploration.observations.map(({ case: subject }) => subject.id)).not.toContain(id)
    for (const { reproduce } of exploration.findings) expect(reproduce).toMatch(/^curl -i -X [A-Z]+ "\$BASE_URL\//)
  })

  it('looks at the rest of an update that loses a field', async () => {
    const exploration = await exploreNotes(['update that forgets the text'], ['PUT /notes/{id}'])
    expect(exploration.findings.map(({ kind, detail }) => `${kind}: ${detail}`)).toEqual([
      'lost_write: Answers 200 with the new text, but the stored row keeps the old value.',
    ])
    const { case: subject } = observed(exploration, 'PUT /notes/{id} success')
    expect(subject.act.body?.is === 'object' && Object.keys(subject.act.body.properties)).toEqual(['title'])
  })

  it('tells of an update that moves the time of creation, and looks at the rest of it', async () => {
    const exploration = await exploreNotes(['update that moves the creation'], ['PUT /notes/{id}'])
    expect(kinds(exploration)).toEqual(['contract_mismatch PUT /notes/{id}'])
    expect(exploration.findings[0]?.detail).toContain('moves created_at in notes')
    expect(observed(exploration, 'PUT /notes/{id} success').expected.status).toBe(200)
  })

  it('names its findings and quotes what the application printed', async () => {
    const { findings } = await exploreNotes(['failure on a duplicate'], ['POST /register'])
    expect(findings.map(({ id }) => id)).toEqual([expect.stringMatching(/^F[0-9a-f]{8}$/)])
    expect(findings[0]?.detail).toContain('duplicate key value violates unique constraint')
  })
})

describe('steering', () => {
  it('keeps to the endpoints asked for', async () => {
    const { observations } = await exploreNotes([], ['GET /notes/*'])
    expect(new Set(observations.map(({ case: subject }) => subject.endpoint))).toEqual(new Set(['GET /notes/{id}']))
  })

  it('stops when aborted and leaves no server behind', async () => {
    const { app, map, servers } = notesApp()
    const controller = new AbortController()
    const progress = (message: string) => message.startsWith('POST /notes:') && controller.abort(new Error('enough'))
    await expect(explore({ map, app, signal: controller.signal, progress })).rejects.toThrow('enough')
    expect(servers.size).toBe(0)
  })

  it('says what it had no time for', async () => {
    const { app, map } = notesApp()
    const { unreached } = await explore({
      map,
      app,
      signal: new AbortController().signal,
      progress: () => {},
      budgetMs: 0,
    })
    expect(unreached.map(({ why }) => why)).toContain('out of time')
  })
})
