import type { ProjectMap } from '../../../../contracts/project.ts'
import type { Uses } from '../expressions.ts'
import { restyle } from '../print/restyle.ts'
import type { Style } from '../style.ts'
import { type Imports, inOrder } from './imports.ts'
import { hasOwnClient, inProcess } from './own-client.ts'

/** The application and the client that talks to it; a server of its own where the application cannot be imported. */
export function appModule(
  map: ProjectMap,
  imports: Imports,
  { methods, data, calls }: { methods: string[] } & Pick<Uses, 'data' | 'calls'>,
  options: { guardRequests: boolean; actors: boolean },
  style: Style,
): string {
  const boot = map.boot
  const check = options.guardRequests ? `    if (!isReady()) throw new Error('The test database is not ready');\n` : ''
  const ready = options.guardRequests ? `import { isReady } from './database';` : ''
  const typed = methods.map((method) => `'${method}'`).join(' | ')
  const members = (rest: string) => methods.map((method) => `  ${method}: send('${method}'${rest}),`).join('\n')
  const given = options.actors ? ', headers«: Record<string, string>»' : ''
  const client = options.actors
    ? `/** What an actor of the tests sends its requests with. */
export const client = (headers«: Record<string, string>» = {}) => ({
${members(', headers')}
});

export const api = client();`
    : `export const api = {\n${members('')}\n};`
  const asQuery = 'test.query(data || {})'
  const withQuery = methods.length > 1 ? `method === 'get' ? ${asQuery} : test.send(data)` : asQuery
  const sent = data.has('query') ? withQuery : data.has('body') ? 'test.send(data)' : 'test'
  const sends = data.has('query') ? 'a query for GET, a body for others' : 'a body'
  const told = `A client as in Supertest, with a deadline for each request${data.size > 0 ? `; data is ${sends}` : ''}.`
  if (boot?.app && hasOwnClient(map)) {
    const app = imports.of(boot.app, 'app')
    const head = inOrder([`import './environment';`, ...boot.before.map(imports.bare), app.line, ready])
    const asked = inProcess(boot.app.kind, app.name, { verbs: typed, data, calls, given, check })
    return restyle([head, asked, client, openedAndShut(map, app.name)].filter(Boolean).join('\n\n'), style)
  }
  const send = (target: string) =>
    `/** ${told} */
const send = (method«: ${typed}»${given}) => (path«: string»${data.size > 0 ? ', data«?: object»' : ''}) => {
${check}  const test = request(${target})[method](path);
  test${options.actors ? '.set(headers)' : ''}.timeout(10000);
  return ${sent};
};

${client}`.replace(/^ {4}if/m, '  if')
  if (!boot?.app) return spawned(map, ready, send('`http://127.0.0.1:${port}`'), style)
  const app = imports.of(
    boot.app,
    boot.app.kind === 'factory' ? 'createApp' : boot.app.kind === 'http' ? 'server' : 'app',
  )
  const lines = [
    `import './environment';`,
    ...boot.before.map(imports.bare),
    `import request from 'supertest';`,
    app.line,
    ready,
  ]
  const targets: Record<string, string> = {
    koa: `${app.name}.callback()`,
    factory: `${app.name}()`,
    fastify: `${app.name}.server`,
  }
  const target = targets[boot.app.kind] ?? app.name
  const server = target === app.name ? '' : `const server = ${target};`
  const parts = [inOrder(lines), server, send(server ? 'server' : app.name), openedAndShut(map, app.name)]
  return restyle(parts.filter(Boolean).join('\n\n'), style)
}

const openedAndShut = ({ boot }: ProjectMap, app: string) =>
  boot?.app?.kind === 'fastify'
    ? `export const open = () => ${app}.ready();\nexport const shut = () => ${app}.close();`
    : ''

/** Does the helper's app have to be opened and shut? */
export function needsOpening(map: ProjectMap): boolean {
  return !map.boot?.app || map.boot.app.kind === 'fastify'
}

function spawned(map: ProjectMap, ready: string, send: string, style: Style): string {
  const command = map.boot?.command ?? ['npm', 'start']
  const variable = map.boot?.portVariable
  const [program, ...args] = command
  const list = args.map((arg) => `'${arg}'`).join(', ')
  const port = map.boot?.defaultPort ?? 3000
  const choose = variable
    ? `/** A port that was free a moment ago. */
const freePort = () =>
  new Promise«<number>»((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port: free } = probe.address()« as AddressInfo»;
      probe.close(() => resolve(free));
    });
  });
`
    : ''
  return restyle(
    [
      [
        `import './environment';`,
        `import { spawn } from 'child_process';`,
        variable
          ? style.typescript
            ? `import { createServer, type AddressInfo } from 'net';`
            : `import { createServer } from 'net';`
          : '',
        `import request from 'supertest';`,
        ready,
      ]
        .filter(Boolean)
        .join('\n'),
      variable ? `let port = 0;` : `const port = ${port};`,
      `let server«: ReturnType<typeof spawn> | undefined»;\nlet output = '';`,
      choose.trim(),
      send,
      `const isUp = async () => {
  const probe = request(\`http://127.0.0.1:\${port}\`).get('/').timeout(1000);
  return probe.then(
    () => true,
    () => false,
  );
};

const pause = (ms«: number») => new Promise((resolve) => setTimeout(resolve, ms));

// The server ends with the tests, even when they are killed; Node 18 does not take this in every version.
const watch = "data:text/javascript,process.stdin.on('end',process.exit).resume().unref()";
const isNew = Number(process.versions.node.split('.')[0]) >= 20;
const untilParentEnds = isNew ? [\`--import=\${watch}\`] : [];

/** Starts the server as in production and waits until it answers. */
export async function open() {
${variable ? '  port = await freePort();\n' : ''}  const NODE_OPTIONS = [process.env.NODE_OPTIONS, ...untilParentEnds].filter(Boolean).join(' ');
  const env = { ...process.env, NODE_OPTIONS${variable ? `, ${variable}: String(port)` : ''} };
  const started = spawn('${program}', [${list}], { env });
  server = started;
  for (const stream of [started.stdout, started.stderr]) {
    stream.on('data', (chunk«: Buffer») => (output += chunk));
  }
  const deadline = Date.now() + 30000;
  while (!(await isUp())) {
    if (started.exitCode !== null || Date.now() > deadline) {
      throw new Error(\`The server does not start:\\n\${output}\`);
    }
    await pause(50);
  }
}

export async function shut() {
  const running = server;
  if (!running || running.exitCode !== null) return;
  const exited = new Promise((resolve) => running.once('exit', resolve));
  running.kill();
  await exited;
}`,
    ]
      .filter(Boolean)
      .join('\n\n'),
    style,
  )
}
