import type { ErrorShape, InvalidShape } from '../errors.ts'
import { restyle } from '../print/restyle.ts'
import type { Style } from '../style.ts'

const MATCHERS: Record<string, string> = {
  uuid: '  uuid: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i),',
  isoDate: '  isoDate: expect.stringMatching(/^\\d{4}-\\d\\d-\\d\\d[T ]\\d\\d:\\d\\d:\\d\\d/),',
  day: '  day: expect.stringMatching(/^\\d{4}-\\d\\d-\\d\\d$/),',
  jwt: '  jwt: expect.stringMatching(/^[\\w-]+\\.[\\w-]+\\.[\\w-]+$/),',
  url: '  url: expect.stringMatching(/^[a-z]+:\\/\\/\\S+$/),',
  email: '  email: expect.stringMatching(/^\\S+@\\S+$/),',
  hash: '  hash: expect.stringMatching(/^\\S{20,}$/),',
  integer: '  integer: matching(Number.isInteger),',
  whatever: '  /** Present or not, of any kind: it differs from call to call. */\n  whatever: matching(() => true),',
  orNull: `  orNull: (matcher«: any») =>
    matching((value) => value === null || matcher.asymmetricMatch(value)),`,
  inAnyOrder: `  inAnyOrder: (items«: unknown[]») =>
    matching((value) => {
      expect(value).toHaveLength(items.length);
      expect(value).toEqual(expect.arrayContaining(items));
      return true;
    }),`,
  lacking: `  /** An array in which none of these occurs. */
  lacking: (...items«: unknown[]») =>
    matching((value) => {
      for (const item of items) expect(value).not.toContainEqual(item);
      return true;
    }),`,
}

const SPOILED: Record<string, string> = {
  tampered: `/** Credentials whose signature was changed. */
export function tampered(headers«: Record<string, string>»)«: Record<string, string>» {
  const [[name, value]] = Object.entries(headers)« as [[string, string]]»;
  const end = value.endsWith('AAAA') ? 'BBBB' : 'AAAA';
  return { [name]: value.slice(0, -4) + end };
}`,
}

const COLUMNS = `/** What was sent or answered, under the names that tables have for it, but for what is kept elsewhere. */
export function columnsOf(values«: object», ...elsewhere«: string[]») {
  const found«: Record<string, unknown>» = {};
  for (const [key, value] of Object.entries(values)) {
    const column = key.replace(/[A-Z]/g, (letter) => \`_\${letter.toLowerCase()}\`);
    if (!elsewhere.includes(key)) found[column] = value;
  }
  return found;
}`

/** Matchers in use, and assertions that show request and response when they fail. */
export function assertionsModule(
  used: Set<string>,
  options: { factories: boolean; ownClient: boolean; secretVariable: string | null; errors: ErrorShape | null },
  style: Style,
): string {
  const matchers = Object.keys(MATCHERS).filter((name) => used.has(name))
  const custom = matchers.some((name) => MATCHERS[name]?.includes('matching('))
  const parts = [
    used.has('expired') ? `import { createHmac } from 'crypto';` : '',
    style.typescript
      ? `import type { ${options.ownClient ? 'Answer as Response' : 'Response'} } from '${options.ownClient ? './app' : 'supertest'}';`
      : '',
    custom ? `const matching = (asymmetricMatch«: (value: any) => boolean») => ({ asymmetricMatch });` : '',
    matchers.length > 0 ? `export const like = {\n${matchers.map((name) => MATCHERS[name]).join('\n')}\n};` : '',
    `function exchange(response«: Response») {
  const { method, url, _data } = «(»response« as any)».request;
  const sent = _data === undefined ? '' : JSON.stringify(_data);
  return \`\${method} \${url} \${sent}\\n=> \${response.status} \${response.text}\`;
}`,
    `const bodyOf = (response«: Response») =>
  /json/.test(response.type) ? response.body : response.text || undefined;`,
    `/** Status and exact body; without a body it must be empty. */
export function expectResponse(response«: Response», status«: number», body«?: unknown») {
  try {
    expect(response.status).toBe(status);
    expect(bodyOf(response)).toEqual(body);
  } catch (error) {
    «(»error« as Error)».message += \`\\n\\n\${exchange(response)}\`;
    Error.captureStackTrace(error« as Error», expectResponse);
    throw error;
  }
}`,
    (used.has('expectError') || used.has('expectInvalid')) && options.errors ? errorHelper(options.errors) : '',
    used.has('expectInvalid') && options.errors?.invalid ? invalidHelper(options.errors.invalid, style) : '',
    options.factories
      ? `/** The answer to a step that only prepares a test. */
export function expectSuccess(response«: Response») {
  if (response.status >= 400) {
    throw new Error(\`This step only prepares\\n\\n\${exchange(response)}\`);
  }
  return response.body;
}`
      : '',
    used.has('columnsOf') ? COLUMNS : '',
    used.has('tampered') ? (SPOILED.tampered as string) : '',
    used.has('expired') ? expired(options.secretVariable ?? 'JWT_SECRET') : '',
  ]
  return restyle(parts.filter(Boolean).join('\n\n'), style)
}

function errorHelper({ path, keys, optional, parameters }: ErrorShape): string {
  const entries = [...keys, ...optional].map((key, index) => {
    const name = parameters[index] as string
    return key === name ? key : `${/^[A-Za-z_$][\w$]*$/.test(key) ? key : `'${key}'`}: ${name}`
  })
  const body = path
    .toReversed()
    .reduce<string>((inner, key) => `{ ${String(key)}: ${inner} }`, `{ ${entries.join(', ')} }`)
  const optionals = new Set(optional.map((_, index) => parameters[keys.length + index]))
  const params = parameters.map((name) => `${name}«${optionals.has(name) ? '?' : ''}: unknown»`)
  return `/** How the API refuses. */
export function expectError(response«: Response», status«: number», ${params.join(', ')}) {
  expectResponse(response, status, ${body});
}`
}

function invalidHelper({ status, fixed, keys }: InvalidShape, { width }: Style): string {
  const names = keys.flatMap(({ parameter }) => (parameter ? [parameter] : []))
  const entries = keys.map(({ key, parameter }) => {
    const name = /^[A-Za-z_$][\w$]*$/.test(key) ? key : `'${key}'`
    return parameter === key ? key : `${name}: ${parameter ?? 'expect.any(String)'}`
  })
  const literals = fixed.map((one) =>
    one.is === 'equals' ? JSON.stringify(one.value).replace(/^"([^'"\\]*)"$/, "'$1'") : 'undefined',
  )
  const call = `  expectError(${['response', status, ...literals].join(', ')}, [`
  const item = `{ ${entries.join(', ')} }`
  const flat = `${call}${item}]);`
  return `/** How it refuses a field that breaks a rule; the wording is the validator's. */
export function expectInvalid(${['response«: Response»', ...names.map((name) => `${name}«: unknown»`)].join(', ')}) {
${flat.length <= width ? flat : `${call}\n    ${item},\n  ]);`}
}`
}

function expired(variable: string): string {
  return `/** The same claims, signed correctly, but past their time. */
export function expired(headers«: Record<string, string>»)«: Record<string, string>» {
  const [[name, value]] = Object.entries(headers)« as [[string, string]]»;
  const [, prefix, head, claims] = /^(\\S+ )?([\\w-]+)\\.([\\w-]+)\\./.exec(value)« as any»;
  const then = Math.floor(Date.now() / 1000) - 3600;
  const now = JSON.parse(Buffer.from(claims, 'base64').toString());
  const past = JSON.stringify({ ...now, iat: then - 60, exp: then });
  const unsigned = \`\${head}.\${Buffer.from(past).toString('base64url')}\`;
  const signature = createHmac('sha256', process.env.${variable}« as string»)
    .update(unsigned)
    .digest('base64url');
  return { [name]: \`\${prefix || ''}\${unsigned}.\${signature}\` };
}`
}
