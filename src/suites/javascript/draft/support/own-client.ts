import type { ProjectMap } from '../../../../contracts/project.ts'
import type { Uses } from '../expressions.ts'

/** Does the framework bring a client of its own that needs no server, and the project no other one? */
export function hasOwnClient({ boot, dependencies }: Pick<ProjectMap, 'boot' | 'dependencies'>): boolean {
  return /^(hono|fastify)$/.test(boot?.app?.kind ?? '') && !('supertest' in dependencies)
}

interface Asked {
  /** `'get' | 'post'` */
  verbs: string
  data: Uses['data']
  calls: Uses['calls']
  /** A parameter with the caller's headers, or nothing. */
  given: string
  /** A statement before each request, or nothing. */
  check: string
}

/** Steps beside the path that a request can be told, as Supertest has them. */
const STEPS: Record<string, string> = {
  set: `    set(more«: Record<string, string>») {
      for (const [name, value] of Object.entries(more)) sent.set(name, value);
      return test;
    },`,
  query: `    query(more«: object») {
      for (const [name, value] of Object.entries(more)) url.searchParams.append(name, String(value));
      return test;
    },`,
  type: `    type(type«: string») {
      sent.set('content-type', type === 'form' ? 'application/x-www-form-urlencoded' : type);
      return test;
    },`,
  send: `    send(value«: unknown») {
      body = value;
      return test;
    },`,
  field: `    field(name«: string», value«: unknown») {
      if (!(body instanceof FormData)) body = new FormData();
      «(»body« as FormData)».set(name, String(value));
      return test;
    },`,
}

const REQUESTED = (
  app: string,
) => `  const response = await ${app}.request(asked.url, { method: asked.method, headers, body });
  const text = await response.text();
  const type = (response.headers.get('content-type') ?? '').replace(/;.*/, '');
  return {
    status: response.status,
    type,
    text,
    body: /json/.test(type) && text !== '' ? JSON.parse(text) : {},
    headers: Object.fromEntries(response.headers),
    request: asked,
  };`

const INJECTED = (app: string) => `  const response = await ${app}.inject({
    method: asked.method« as 'GET'»,
    url: asked.url,
    headers: Object.fromEntries(headers),
    payload: body« as string»,
  });
  const { statusCode: status, payload: text } = response;
  const answered = response.headers« as Record<string, string>»;
  const type = (answered['content-type'] ?? '').replace(/;.*/, '');
  const parsed = /json/.test(type) && text !== '' ? JSON.parse(text) : {};
  return { status, type, text, body: parsed, headers: answered, request: asked };`

/** `send`, over the framework's own client: what is told a request goes out once somebody waits for the answer. */
export function inProcess(kind: string, app: string, { verbs, data, calls, given, check }: Asked): string {
  const query = `for (const [name, value] of Object.entries(data ?? {})) url.searchParams.append(name, String(value));`
  const takesQuery = data.has('query')
  const onlyQuery = takesQuery && !data.has('body')
  const start = takesQuery
    ? `  let body«: unknown» = ${onlyQuery ? 'undefined' : `method === 'get' ? undefined : data`};
  if (method === 'get') {
    ${query}
  }`
    : `  let body«: unknown»${data.has('body') ? ' = data' : ' = undefined'};`
  const steps = Object.keys(STEPS)
    .filter((name) => calls.has(name))
    .map((name) => `${STEPS[name]}\n`)
    .join('')
  const changes = ['send', 'field'].some((name) => calls.has(name))
  return `«/** What the application answered to which request. */
export interface Answer {
  status: number;
  type: string;
  text: string;
  body: any;
  headers: Record<string, string>;
  request: { method: string; url: string; _data: unknown };
}

»/** A body as it is sent, JSON unless it says otherwise. */
function encode(body«: unknown», sent«: Headers») {
  if (body === undefined || typeof body === 'string' || body instanceof FormData) return body;
  if (sent.get('content-type')?.includes('urlencoded')) {
    return new URLSearchParams(Object.entries(body« as object»));
  }
  if (!sent.has('content-type')) sent.set('content-type', 'application/json');
  return JSON.stringify(body);
}

async function ask(method«: string», url«: URL», headers«: Headers», data«: unknown»)«: Promise<Answer>» {
  const body = encode(data, headers);
  const asked = { method: method.toUpperCase(), url: url.pathname + url.search, _data: data };
${kind === 'hono' ? REQUESTED(app) : INJECTED(app)}
}

/** Asks the application without a server, in the manner of Supertest. */
const send = (method«: ${verbs}»${given}) => (path«: string»${data.size > 0 ? ', data«?: object»' : ''}) => {
${check}  const url = new URL(path, 'http://localhost');
  const sent = new Headers(${given ? 'headers' : ''});
${changes ? start : start.replace('let body', 'const body')}
  const test = {
${steps}    then«<T>»(resolve«: (answer: Answer) => T», reject«?: (reason: unknown) => T») {
      return ask(method, url, sent, body).then(resolve, reject);
    },
  };
  return test;
};`
}
