import { describe, expect, it } from 'vitest'
import type { Exploration, Observation } from '../../src/contracts/observation.ts'
import { explore } from '../../src/explore/index.ts'
import { blogApp, type Trait } from './blog-app.ts'

async function exploreBlog(traits: Trait[] = [], only?: string[]): Promise<Exploration> {
  const { app, map, servers } = blogApp(traits)
  const signal = new AbortController().signal
  const exploration = await explore({ map, app, ...(only ? { only } : {}), signal, progress: () => {} })
  expect(servers.size).toBe(0)
  return exploration
}

describe('a blog', () => {
  const blog = exploreBlog()

  async function observed(id: string): Promise<Observation> {
    const { observations } = await blog
    const found = observations.find((observation) => observation.case.id === id)
    if (!found) throw new Error(`no ${id} among\n${observations.map((each) => each.case.id).join('\n')}`)
    return found
  }

  const answer = ({ expected }: Observation) => (expected.body?.is === 'object' ? expected.body.properties : {})
  const reread = ({ follow }: Observation) => (follow[0]?.body?.is === 'object' ? follow[0].body.properties : {})
  const same = (from: string, at: string, path: (string | number)[]) =>
    expect.objectContaining({ is: 'same', from, at, path })

  it('has nothing wrong but the report that fails', async () => {
    const { findings, observations } = await blog
    expect(findings.map(({ kind, endpoint }) => `${kind} ${endpoint}`)).toEqual(['server_error GET /reports'])
    expect(observations.length).toBeGreaterThan(70)
  })

  it.each([
    ['title', 'text', ['text', 'title']],
    ['text', 'title', ['title', 'text']],
  ])('updates the %s alone, and the %s stays', async (only, other, path) => {
    const update = await observed(`PATCH /posts/{slug} success only ${only}`)
    expect(update.case.act.body).toEqual({ is: 'object', properties: { [only]: expect.anything() } })
    expect(answer(update)[other]).toEqual(same('post', 'request', [path[1] === only ? (path[0] ?? '') : other]))
    expect(reread(update) && update.follow[0]?.status).toBe(200)
  })

  it('opens an account with its new password and no longer with the old one', async () => {
    const update = await observed('PATCH /me success only password')
    expect(update.follow.map(({ status }) => status)).toEqual([200, 200, 401])
    expect(update.case.follow.slice(1).map(({ body }) => body)).toEqual([
      expect.objectContaining({
        properties: expect.objectContaining({
          password: { is: 'ref', from: 'act', at: 'request', path: ['password'] },
        }),
      }),
      expect.objectContaining({
        properties: expect.objectContaining({
          password: { is: 'ref', from: 'user', at: 'request', path: ['password'] },
        }),
      }),
    ])
  })

  it('empties a list, adds to it, and shares an item with another thing', async () => {
    expect(answer(await observed('PATCH /posts/{slug} success tags emptied')).tags).toMatchObject({ items: [] })
    expect(answer(await observed('PATCH /posts/{slug} success tags extended')).tags).toMatchObject({
      items: [
        { is: 'same', at: 'request', path: ['tags', 0] },
        { is: 'same', at: 'request', path: ['tags', 1] },
      ],
    })
    const shared = await observed('POST /posts workflow tags shared')
    expect(shared.case.title).toBe('shares a tag with another post')
    expect(shared.expected.status).toBe(201)
  })

  it.each(['POST /posts', 'PATCH /posts/{slug}'])('has a title twice at %s, with another slug', async (endpoint) => {
    const twice = await observed(`${endpoint} duplicate title derived`)
    expect(twice.case.title).toMatch(/a slug of its own$/)
    expect(answer(twice).slug).toMatchObject({ is: 'format' })
    expect(twice.follow[0]?.status).toBe(200)
  })

  it('reads what a verb did, as the one who did it', async () => {
    const seen = ({ passes }: Observation) => passes[0]?.follow[0]?.response.json
    expect(seen(await observed('POST /posts/{slug}/like success'))).toMatchObject({ liked: true })
    expect(seen(await observed('DELETE /posts/{slug}/like success'))).toMatchObject({ liked: false })
    expect(seen(await observed('POST /users/{id}/follow success'))).toMatchObject({ following: true })
    expect(answer(await observed('GET /posts/{slug} workflow after follow')).following).toMatchObject({ value: true })
    const list = answer(await observed('GET /posts workflow after like')).posts
    expect(list).toMatchObject({ items: [{ properties: { liked: { value: true }, likes: { value: 1 } } }] })
  })

  it('filters by who did something with a thing', async () => {
    const filter = await observed('GET /posts filter likedBy')
    expect(filter.case.act.query.likedBy).toMatchObject({ is: 'ref', from: 'other', path: ['name'] })
    expect(filter.case.follow[0]?.query.likedBy).toMatchObject({ is: 'ref', from: 'user', path: ['name'] })
    expect(reread(filter).posts).toMatchObject({ items: [] })
  })

  it('pages by number where things can be skipped as well, and lists without a filter', async () => {
    expect(answer(await observed('GET /posts paging page')).posts).toMatchObject({ items: [{ is: 'object' }] })
    expect(answer(await observed('GET /posts list whole')).posts).toMatchObject({ is: 'contains' })
  })

  it('takes back what an account did to a thing, and not what others did or what it did to others', async () => {
    const { case: subject, expected } = await observed('DELETE /posts/{slug}/like success')
    expect(subject.arrange.map(({ name }) => name)).toEqual([
      ...['user', 'post', 'like', 'otherPost', 'otherLike', 'other', 'thirdLike'],
    ])
    const beside = (post: string, user: string) => ({
      table: 'likes',
      change: 'unchanged',
      where: { post_id: { from: post }, user_id: { from: user } },
      count: 1,
    })
    expect(expected.rows).toMatchObject([
      { table: 'likes', change: 'deleted' },
      beside('otherPost', 'user'),
      beside('post', 'other'),
    ])
  })

  it('shows what an account did to itself alone', async () => {
    const { passes, case: subject } = await observed('POST /posts/{slug}/like success')
    expect(subject.follow.map(({ credential }) => credential)).toEqual([
      { is: 'valid', as: 'user' },
      { is: 'valid', as: 'other' },
    ])
    expect(passes[0]?.follow.map(({ response }) => response.json)).toMatchObject([{ liked: true }, { liked: false }])
  })

  it('removes with a thing what was done to it', async () => {
    const removal = await observed('DELETE /posts/{slug} workflow with like')
    expect(removal.expected.rows).toMatchObject([
      { table: 'posts', change: 'deleted' },
      { table: 'posts_tags', change: 'deleted' },
      { table: 'likes', change: 'deleted' },
    ])
  })

  it('undoes what was not done, and does not let one do to oneself what is for others', async () => {
    const undone = await observed('DELETE /posts/{slug}/like workflow without like')
    expect(undone.case.title).toBe('changes nothing without a like')
    expect(undone.case.arrange.map(({ recipe }) => recipe)).not.toContain('like')
    const oneself = await observed('POST /users/{id}/follow workflow oneself')
    expect([oneself.case.title, oneself.expected.status]).toEqual(['refuses to follow oneself', 422])
  })

  it('looks for a thing below another one than its own', async () => {
    const { expected } = await observed('DELETE /posts/{slug}/comments/{id} not_found slug other')
    expect(expected).toMatchObject({ status: 404, rows: [{ table: 'comments', change: 'unchanged', count: 1 }] })
  })

  it('accepts each word before a token, and refuses a body that is no JSON, once each', async () => {
    const ids = (await blog).observations.map((observation) => observation.case.id)
    expect(ids.filter((id) => id.endsWith('after Token'))).toEqual(['GET /me success after Token'])
    expect(ids.filter((id) => id.endsWith('malformed body'))).toEqual(['POST /users invalid malformed body'])
    const word = await observed('GET /me success after Token')
    expect(word.case.act).toMatchObject({ credential: { is: 'none' }, headers: { authorization: { is: 'text' } } })
  })

  it('refuses a token after the word of another scheme, and one whose account is gone, once each', async () => {
    const ids = (await blog).observations.map((observation) => observation.case.id)
    expect(ids.filter((id) => /unauthenticated (gone|after)/.test(id)).sort()).toEqual([
      'GET /me unauthenticated after Basic',
      'GET /me unauthenticated gone',
    ])
    const gone = await observed('GET /me unauthenticated gone')
    expect(gone.expected.status).toBe(401)
    expect(gone.case.removed).toMatchObject({ table: 'users', column: 'id', value: { is: 'ref', from: 'user' } })
  })

  it('refers to rows that were there where no endpoint adds any', async () => {
    const category = async (id: string) => {
      const { body } = (await observed(id)).case.act
      return body?.is === 'object' ? body.properties.categoryId : undefined
    }
    expect(await category('POST /posts success')).toEqual({ is: 'literal', value: 1 })
    expect(await category('PATCH /posts/{slug} success')).toEqual({ is: 'literal', value: 2 })
    expect((await observed('POST /posts not_found categoryId unknown')).expected.status).toBe(422)
  })

  it('asks for a route that is not there', async () => {
    expect((await observed('GET /no-such-route not_found route')).expected.status).toBe(404)
  })

  it('shows that an endpoint is guarded which does not succeed', async () => {
    expect((await observed('GET /reports unauthenticated none')).expected.status).toBe(401)
  })

  it('blames the environment for what is not there', async () => {
    const { unreached, unstable } = await blog
    expect(unstable).toEqual([])
    const want = 'answers 500 for want of something that this environment does not have'
    const why = (wanted: string) => unreached.find(({ endpoint }) => endpoint === wanted)?.why
    expect(why('POST /invitations')).toBe(`${want}: “Error: connect ECONNREFUSED 10.0.0.9:587”`)
    expect(why('GET /weather')).toBe(`${want}: “it tries to reach weather.example.com:443”`)
  })
})

describe('a blog that is hard to get into', () => {
  const why = ({ unreached }: Exploration, endpoint: string) =>
    unreached.find((each) => each.endpoint === endpoint)?.why ?? ''

  it('takes the token from the log-in and the id from the sign-up', async () => {
    const { recipes, unreached } = await exploreBlog(['token from the log-in alone'], ['GET /users/*', 'GET /me'])
    expect(unreached).toEqual([])
    expect(recipes.map(({ name, kind, steps }) => `${kind} ${name} ${steps.length}`)).toEqual([
      'actor user 2',
      'resource account 1',
    ])
    expect(recipes[0]?.credential).toMatchObject({ step: 1, path: ['token'] })
  })

  it.each<[Trait, RegExp]>([
    ['sign-up fails', /no way to sign up: POST \/users answered 500: .*internal/],
    ['log-in fails', /no way to sign up: POST \/login after signing up answered 500$/],
  ])('says so when the %s', async (trait, expected) => {
    const exploration = await exploreBlog([trait], ['GET /me', 'GET /users/*'])
    expect(why(exploration, 'GET /me')).toMatch(expected)
    expect(why(exploration, 'GET /users/{id}')).toMatch(expected)
  })

  it('says which row is missing that nothing adds', async () => {
    expect(why(await exploreBlog(['no categories'], ['POST /posts']), 'POST /posts')).toMatch(
      /its categoryId needs a row of categories, which no endpoint adds and no migration or seed brings$/,
    )
  })
})

describe('a blog whose posts leave the likes of others', () => {
  it('has a finding, and no test that takes it for granted', async () => {
    const { findings, observations } = await exploreBlog(['likes of others outlive posts'], ['DELETE /posts/{slug}'])
    expect(findings.map(({ detail }) => detail)).toEqual([
      'Deletes the post and leaves the like of another account, which belongs to nothing from then on (a row of likes).',
    ])
    expect(observations.map(({ case: subject }) => subject.id)).toContain('DELETE /posts/{slug} workflow with like')
  })
})

describe('a blog whose comments outlive their posts', () => {
  it('has a finding, and no test that takes it for granted', async () => {
    const { findings, observations } = await exploreBlog(['comments outlive posts'], ['DELETE /posts/{slug}'])
    expect(findings).toMatchObject([
      {
        kind: 'ineffective_delete',
        endpoint: 'DELETE /posts/{slug}',
        detail: expect.stringContaining('Deletes the post and leaves its comment'),
      },
    ])
    expect(observations.map(({ case: subject }) => subject.id)).not.toContain(
      'DELETE /posts/{slug} workflow with comment',
    )
  })
})
