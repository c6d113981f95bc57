import type { HttpResponse, RowChange } from '../contracts/environment.ts'
import type { Json } from '../contracts/json.ts'
import type { ProjectMap } from '../contracts/project.ts'
import type { AppUnderTest } from './app.ts'
import { Arrangement } from './arrangement.ts'
import { Client } from './client.ts'
import { learnActors } from './credentials.ts'
import { Executor, type Made } from './execute.ts'
import { Knowledge } from './knowledge.ts'
import { bodyOf } from './request.ts'
import { UniqueValues } from './unique.ts'

export interface ProbeRequest {
  method: string
  /** Path with query. */
  path: string
  headers?: Record<string, string>
  body?: Json
  /** Name of an account to ask as: each name is an account of its own, made through the API. */
  as?: string
}

export interface ProbeAnswer {
  status: number
  headers: Record<string, string>
  body: Json
  /** Rows the request changed. */
  rows: RowChange[]
}

/** Makes explicit requests in order on a freshly reset application, and answers each with the rows it changed. */
export async function probe(input: {
  map: ProjectMap
  app: AppUnderTest
  requests: ProbeRequest[]
  signal: AbortSignal
}): Promise<ProbeAnswer[]> {
  const named = [...new Set(input.requests.flatMap((request) => request.as ?? []))]
  const learned = named.length > 0 ? await learnAlone(input.map, input.app, input.signal) : null
  await input.app.reset()
  const client = new Client(input.app, {}, input.signal)
  try {
    const accounts = new Map<string, Made>()
    if (learned) {
      const executor = new Executor(client, new UniqueValues(102), learned.recipes)
      for (const name of named) await makeAccount(name, learned, executor, accounts)
    }
    const answers: ProbeAnswer[] = []
    for (const request of input.requests) {
      answers.push(await ask(client, request, request.as === undefined ? undefined : accounts.get(request.as)))
    }
    return answers
  } finally {
    await client.stop()
  }
}

/** How accounts are made, found out on a database that is reset after. */
async function learnAlone(map: ProjectMap, app: AppUnderTest, signal: AbortSignal): Promise<Knowledge> {
  await app.reset()
  const client = new Client(app, {}, signal)
  try {
    const tables = (await Promise.all(app.stores.map((store) => store.tables()))).flat()
    const knowledge = new Knowledge(map, tables)
    await learnActors(knowledge, new Executor(client, new UniqueValues(101), knowledge.recipes))
    return knowledge
  } finally {
    await client.stop()
  }
}

async function makeAccount(
  name: string,
  knowledge: Knowledge,
  executor: Executor,
  accounts: Map<string, Made>,
): Promise<void> {
  const recipe = knowledge.recipes.get(name) ?? knowledge.actors()[0]
  if (!recipe) return
  const arrangement = new Arrangement(knowledge.recipes)
  const binding = arrangement.need(recipe.name)
  const made = (await executor.arrange(arrangement.bindings)).get(binding)
  if (made) accounts.set(name, made)
}

async function ask(client: Client, request: ProbeRequest, account: Made | undefined): Promise<ProbeAnswer> {
  const headers: Record<string, string> = { accept: 'application/json' }
  if (request.body !== undefined) headers['content-type'] = 'application/json'
  if (account?.held) headers[account.held.header] = account.held.prefix + account.held.token
  for (const [name, value] of Object.entries(request.headers ?? {})) headers[name.toLowerCase()] = value
  const text =
    typeof request.body === 'string' && !/json/.test(headers['content-type'] ?? '')
      ? request.body
      : JSON.stringify(request.body)
  const before = await client.look()
  const response: HttpResponse = await client.send({
    method: request.method.toUpperCase(),
    url: request.path,
    headers,
    body: request.body === undefined ? null : text,
  })
  const after = await client.look()
  return {
    status: response.status,
    headers: response.headers,
    body: bodyOf(response),
    rows: client.changes(before, after),
  }
}
