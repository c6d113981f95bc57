import type { Row, Table } from '../../src/contracts/environment.ts'
import type { Json } from '../../src/contracts/json.ts'
import type { ProjectMap } from '../../src/contracts/project.ts'
import {
  type Answer,
  type Asked,
  column,
  endpoint,
  fail,
  mapOf,
  memoryApp,
  type Rows,
  sign,
  subjectOf,
  text,
} from './memory-app.ts'

/** How the blog is unlike its usual self. */
export type Trait =
  /** Signing up answers the account without a token, logging in a token alone. */
  | 'token from the log-in alone'
  | 'sign-up fails'
  | 'log-in fails'
  | 'no categories'
  | 'comments outlive posts'
  | 'likes of others outlive posts'

/** Posts with tags, likes, comments and slugs; accounts that follow each other; categories that nothing adds. */
export function blogApp(traits: Trait[] = []): ReturnType<typeof memoryApp> {
  const present = new Set(traits)
  return memoryApp({
    map: blogMap(),
    tables: TABLES,
    seed: (rows) => {
      if (!present.has('no categories')) for (const name of ['news', 'travel']) rows.add('categories', { name })
    },
    handle: (rows, asked) => handle(rows, present, asked),
  })
}

interface Context {
  rows: Rows
  asked: Asked
  account: Row | undefined
}

function handle(rows: Rows, traits: Set<Trait>, asked: Asked): Answer {
  const [, token = ''] = /^(?:Bearer|Token) (.+)$/.exec(asked.authorization) ?? []
  const id = subjectOf(token)
  const account = rows.of('users').find((user) => user.id === id)
  const context: Context = { rows, asked, account }
  const [first, second, third] = asked.parts
  const route = `${asked.method} /${asked.parts.length}/${first}${third ? `/${third}` : ''}`
  if (route === 'POST /1/users') return signUp(context, traits)
  if (route === 'POST /1/login') return logIn(context, traits)
  if (route === 'POST /1/invitations') throw new Error('connect ECONNREFUSED 10.0.0.9:587')
  if (route === 'GET /1/weather') {
    asked.reach('weather.example.com:443')
    return { status: 500, body: { error: { message: 'no weather today' } } }
  }
  if (route === 'GET /1/posts') return listPosts(context)
  if (route === 'GET /2/posts') return withPost(context, (post) => ({ status: 200, body: publicPost(context, post) }))
  if (!['users', 'posts', 'reports', 'me'].includes(first ?? '')) return fail(404, 'no such route')
  if (!account) return fail(401, 'who are you?')
  switch (route) {
    case 'GET /1/reports':
      throw new TypeError('Cannot read properties of undefined')
    case 'GET /1/me':
      return { status: 200, body: publicUser(account) }
    case 'PATCH /1/me':
      return updateMe(context, account)
    case 'GET /2/users':
      return withUser(context, (user) => ({ status: 200, body: profile(context, user) }))
    case 'POST /3/users/follow':
    case 'DELETE /3/users/follow':
      return withUser(context, (user) => follow(context, account, user))
    case 'POST /1/posts':
      return createPost(context, account)
    case 'PATCH /2/posts':
      return withPost(context, (post) => updatePost(context, account, post))
    case 'DELETE /2/posts':
      return withPost(context, (post) => deletePost(context, account, post, traits))
    case 'POST /3/posts/like':
    case 'DELETE /3/posts/like':
      return withPost(context, (post) => like(context, account, post))
    case 'POST /3/posts/comments':
      return withPost(context, (post) => comment(context, account, post))
    case 'DELETE /4/posts/comments':
      return withPost(context, (post) => {
        const matches = (row: Row) => String(row.id) === asked.parts[3] && row.post_id === post.id
        const found = rows.of('comments').find(matches)
        if (found?.user_id !== account.id) return found ? fail(403, 'not yours') : fail(404, 'no such comment')
        rows.remove('comments', matches)
        return { status: 204 }
      })
    default:
      return fail(404, `no such route as ${route} ${second}`)
  }
}

const hash = (password: Json = null) => `$2b$10$${Buffer.from(String(password)).toString('hex')}${'x'.repeat(20)}`

function signUp({ rows, asked: { body } }: Context, traits: Set<Trait>): Answer {
  if (traits.has('sign-up fails')) throw new Error('relation "users" does not exist')
  const { email = null, password, name = null } = body
  if (!password || !name || !/^\S+@\S+$/.test(String(email))) return fail(400, 'something is missing')
  if (rows.of('users').some((user) => user.email === email)) return fail(409, 'taken')
  const user = rows.add('users', { email, name, password_hash: hash(password) })
  if (traits.has('token from the log-in alone') || traits.has('log-in fails'))
    return { status: 201, body: { user: publicUser(user) } }
  return { status: 201, body: { token: sign(Number(user.id)), user: publicUser(user) } }
}

function logIn({ rows, asked: { body } }: Context, traits: Set<Trait>): Answer {
  if (traits.has('log-in fails')) throw new Error('secretOrPrivateKey must have a value')
  const user = rows.of('users').find((candidate) => candidate.email === body.email)
  if (user?.password_hash !== hash(body.password)) return fail(401, 'wrong')
  return { status: 200, body: { token: sign(Number(user?.id)) } }
}

const publicUser = ({ id = null, email = null, name = null }: Row): Json => ({ id, email, name })

const isFollowed = ({ rows, account }: Pick<Context, 'rows' | 'account'>, user: Row): boolean =>
  rows.of('follows').some((row) => row.user_id === user.id && row.follower_id === account?.id)

function profile(context: Context, user: Row): Json {
  return { id: user.id ?? null, name: user.name ?? null, following: isFollowed(context, user) }
}

function updateMe({ rows, asked: { body } }: Context, account: Row): Answer {
  const { name, password } = body
  const values = { ...(name ? { name } : {}), ...(password ? { password_hash: hash(password) } : {}) }
  return { status: 200, body: publicUser(rows.change('users', account, values)) }
}

function withUser({ rows, asked }: Context, then: (user: Row) => Answer): Answer {
  const user = rows.of('users').find((row) => String(row.id) === asked.parts[1])
  return user ? then(user) : fail(404, 'no such user')
}

function follow(context: Context, account: Row, user: Row): Answer {
  const { rows, asked } = context
  if (user === account) return fail(422, 'that is you')
  const matches = (row: Row) => row.user_id === user.id && row.follower_id === account.id
  if (asked.method === 'DELETE') rows.remove('follows', matches)
  else if (!rows.of('follows').some(matches))
    rows.add('follows', { user_id: user.id ?? null, follower_id: account.id ?? null })
  return { status: 200, body: profile(context, user) }
}

function withPost({ rows, asked }: Context, then: (post: Row) => Answer): Answer {
  const post = rows.of('posts').find((row) => row.slug === asked.parts[1])
  return post ? then(post) : fail(404, 'no such post')
}

function publicPost({ rows, account }: Context, post: Row): Json {
  const linked = rows.of('posts_tags').filter((row) => row.post_id === post.id)
  const likes = rows.of('likes').filter((row) => row.post_id === post.id)
  const author = rows.of('users').find((user) => user.id === post.author_id)
  return {
    id: post.id ?? null,
    slug: post.slug ?? null,
    title: post.title ?? null,
    text: post.text ?? null,
    categoryId: post.category_id ?? null,
    tags: linked.map((row) => rows.of('tags').find((tag) => tag.id === row.tag_id)?.name ?? null),
    author: author?.name ?? null,
    following: author !== undefined && isFollowed({ rows, account }, author),
    likes: likes.length,
    liked: likes.some((row) => row.user_id === account?.id),
  }
}

function freeSlug(rows: Rows, title: string): string {
  const slug = title.toLowerCase().replace(/[^a-z0-9]+/g, '-')
  return rows.of('posts').some((post) => post.slug === slug) ? `${slug}-${Math.random().toString(36).slice(2)}` : slug
}

function tag(rows: Rows, post: Row, names: Json | undefined): void {
  rows.remove('posts_tags', (row) => row.post_id === post.id)
  for (const name of Array.isArray(names) ? names : []) {
    const known = rows.of('tags').find((row) => row.name === name) ?? rows.add('tags', { name })
    rows.add('posts_tags', { post_id: post.id ?? null, tag_id: known.id ?? null })
  }
}

function createPost(context: Context, account: Row): Answer {
  const { rows, asked } = context
  const { title, text: words, categoryId, tags } = asked.body
  if (typeof title !== 'string' || typeof words !== 'string') return fail(400, 'title and text are required')
  if (!rows.of('categories').some((row) => row.id === categoryId)) return fail(422, 'no such category')
  const post = rows.add('posts', {
    author_id: account.id ?? null,
    category_id: categoryId ?? null,
    slug: freeSlug(rows, title),
    title,
    text: words,
  })
  tag(rows, post, tags)
  return { status: 201, body: publicPost(context, post) }
}

function updatePost(context: Context, account: Row, post: Row): Answer {
  const { rows, asked } = context
  const { title, text: words, categoryId, tags } = asked.body
  if (post.author_id !== account.id) return fail(403, 'not yours')
  if (categoryId !== undefined && !rows.of('categories').some((row) => row.id === categoryId))
    return fail(422, 'no such category')
  const changed = rows.change('posts', post, {
    ...(typeof title === 'string' && title !== post.title ? { title, slug: freeSlug(rows, title) } : {}),
    ...(typeof words === 'string' ? { text: words } : {}),
    ...(categoryId === undefined ? {} : { category_id: categoryId }),
  })
  if (tags !== undefined) tag(rows, changed, tags)
  return { status: 200, body: publicPost(context, changed) }
}

function deletePost({ rows }: Context, account: Row, post: Row, traits: Set<Trait>): Answer {
  if (post.author_id !== account.id) return fail(403, 'not yours')
  rows.remove('posts', (row) => row === post)
  const removed = traits.has('comments outlive posts') ? ['likes', 'posts_tags'] : ['likes', 'comments', 'posts_tags']
  const isKept = (row: Row) =>
    traits.has('likes of others outlive posts') && 'user_id' in row && row.user_id !== account.id
  for (const below of removed)
    rows.remove(below, (row) => row.post_id === post.id && !(below === 'likes' && isKept(row)))
  return { status: 204 }
}

function like(context: Context, account: Row, post: Row): Answer {
  const { rows, asked } = context
  const matches = (row: Row) => row.user_id === account.id && row.post_id === post.id
  if (asked.method === 'DELETE') rows.remove('likes', matches)
  else if (!rows.of('likes').some(matches)) rows.add('likes', { user_id: account.id ?? null, post_id: post.id ?? null })
  return { status: 200, body: publicPost(context, post) }
}

function comment({ rows, asked: { body } }: Context, account: Row, post: Row): Answer {
  if (typeof body.text !== 'string') return fail(400, 'text is required')
  const added = rows.add('comments', { user_id: account.id ?? null, post_id: post.id ?? null, text: body.text })
  return { status: 201, body: { id: added.id ?? null, text: body.text } }
}

function listPosts(context: Context): Answer {
  const { rows, asked } = context
  const { searchParams } = asked.url
  const limit = Number(searchParams.get('limit') ?? 20)
  const page = searchParams.get('page')
  const offset = page === null ? Number(searchParams.get('offset') ?? 0) : (Number(page) - 1) * limit
  const [author, likedBy] = [searchParams.get('author'), searchParams.get('likedBy')]
  const idOf = (name: string | null) => rows.of('users').find((user) => user.name === name)?.id
  const found = rows
    .of('posts')
    .filter((post) => author === null || post.author_id === idOf(author))
    .filter(
      (post) =>
        likedBy === null || rows.of('likes').some((row) => row.post_id === post.id && row.user_id === idOf(likedBy)),
    )
    .toReversed()
  return {
    status: 200,
    body: { posts: found.slice(offset, offset + limit).map((post) => publicPost(context, post)), total: found.length },
  }
}

const references = (name: string, table: string) => ({
  columns: [name],
  table,
  references: ['id'],
  onDelete: 'cascade' as const,
})

const table = (name: string, columns: string[], more: Partial<Table> = {}): Table => ({
  name,
  columns: [
    column('id', 'integer', true),
    ...columns.map((each) => column(each, /_id$/.test(each) ? 'integer' : 'text')),
  ],
  primaryKey: ['id'],
  foreignKeys: columns
    .filter((each) => /_id$/.test(each))
    .map((each) => references(each, { category_id: 'categories', post_id: 'posts', tag_id: 'tags' }[each] ?? 'users')),
  unique: [],
  checks: [],
  ...more,
})

const TABLES: Table[] = [
  table('users', ['email', 'name', 'password_hash'], { unique: [['email'], ['name']] }),
  table('categories', ['name']),
  table('posts', ['author_id', 'category_id', 'slug', 'title', 'text'], { unique: [['slug']] }),
  table('tags', ['name'], { unique: [['name']] }),
  table('posts_tags', ['post_id', 'tag_id']),
  table('likes', ['user_id', 'post_id']),
  table('follows', ['user_id', 'follower_id']),
  table('comments', ['user_id', 'post_id', 'text']),
]

function blogMap(): ProjectMap {
  const post = {
    properties: {
      title: text(),
      text: text(),
      categoryId: { type: 'integer' as const },
      tags: { type: 'array' as const, items: text() },
    },
  }
  const query = ['author', 'likedBy', 'limit', 'offset', 'page'].map((name) => ({
    name,
    required: false,
    schema: /By|author/.test(name) ? {} : { type: 'integer' as const },
  }))
  return mapOf(
    'blog',
    [
      endpoint('POST', '/users', 'none', {
        properties: { email: text({ format: 'email' }), password: text(), name: text() },
        required: ['email', 'password', 'name'],
      }),
      endpoint('POST', '/login', 'none', { properties: { email: text(), password: text() } }),
      endpoint('POST', '/invitations', 'none', { properties: { email: text({ format: 'email' }) } }),
      endpoint('GET', '/weather', 'none'),
      endpoint('GET', '/reports', 'required'),
      endpoint('GET', '/me', 'required'),
      endpoint('PATCH', '/me', 'required', { properties: { name: text(), password: text() } }),
      endpoint('GET', '/users/{id}', 'required'),
      endpoint('POST', '/users/{id}/follow', 'required'),
      endpoint('DELETE', '/users/{id}/follow', 'required'),
      endpoint('GET', '/posts', 'none', null, query),
      endpoint('POST', '/posts', 'required', { ...post, required: ['title', 'text', 'categoryId'] }),
      endpoint('GET', '/posts/{slug}', 'none'),
      endpoint('PATCH', '/posts/{slug}', 'required', post),
      endpoint('DELETE', '/posts/{slug}', 'required'),
      endpoint('POST', '/posts/{slug}/like', 'required'),
      endpoint('DELETE', '/posts/{slug}/like', 'required'),
      endpoint('POST', '/posts/{slug}/comments', 'required', { properties: { text: text() }, required: ['text'] }),
      endpoint('DELETE', '/posts/{slug}/comments/{id}', 'required'),
    ],
    ['Bearer', 'Token'],
  )
}
