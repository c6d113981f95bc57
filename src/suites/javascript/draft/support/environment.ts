import type { DataStore, ProjectMap } from '../../../../contracts/project.ts'
import type { Dialect } from '../dialect.ts'
import { createCode } from '../print/code.ts'
import { printDoc } from '../print/doc.ts'
import { restyle } from '../print/restyle.ts'
import type { ComposeService } from '../services.ts'
import type { Style } from '../style.ts'

/** Paths of database files that are for tests, or on a file system that does not last. */
export const TEST_FILE = '/test|:memory:|^\\/(tmp|run|dev\\/shm|var\\/folders)\\//i'

/** Default addresses, then the refusal of any other machine's; loaded before the application and its drivers. */
export function environmentModule(
  map: ProjectMap,
  {
    services,
    variables,
    mode,
    dialect,
    envFile,
  }: {
    services: ComposeService[]
    variables: Record<string, string>
    mode: string | null
    dialect: Pick<Dialect, 'name'>
    /** The project's own for tests, where it is not the usual one. */
    envFile: string | null
  },
  style: Style,
): string {
  const dotenv = 'dotenv' in map.dependencies
  const hosts = ['127.0.0.1', 'localhost', '::1', ...services.map(({ name }) => name)]
  const names = (parts: string[]) => [
    ...new Set(
      map.stores.flatMap(({ address }) => address.filter(({ part }) => parts.includes(part)).map(({ name }) => name)),
    ),
  ]
  const servers = [...new Set([...names(['url', 'host']), ...otherAddresses(map)])]
  const files = names(['file'])
  const sections = [dotenv ? `import { config } from 'dotenv';` : '']
  const parts = [sections.filter(Boolean).join('\n')]
  if (Object.keys(variables).length > 0) parts.push(defaultsSection(variables, services.length > 0))
  if (dotenv)
    parts.push(
      `// The rest comes from where the application takes it, so that it is checked below.\nconfig({ ${envFile ? `path: '${envFile}', ` : ''}quiet: true });`,
    )
  parts.push(`if (process.env.NODE_ENV === 'production') {
  throw new Error('Integration tests never run with NODE_ENV=production');
}`)
  if (mode)
    parts.push(
      `// ${dialect.name} would choose "test", for which the application has no settings.\nprocess.env.NODE_ENV = '${mode}';`,
    )
  if (files.length > 0 || fileOrServer(map.stores)) parts.push(`const testFile = ${TEST_FILE};`)
  if (servers.length > 0) parts.push(serverSection(servers, hosts, fileOrServer(map.stores)))
  if (files.length > 0) parts.push(fileSection(files))
  const text = restyle(parts.filter(Boolean).join('\n\n'), style)
  return style.typescript && !/^(import|export) /m.test(text)
    ? `${text}\nexport {}${style.semicolons ? ';' : ''}\n`
    : text
}

/** Variables that lead to data in another mode, or that the machine may hold: nothing follows them now, but one day something may. */
function otherAddresses(map: ProjectMap): string[] {
  const known = new Set(map.stores.flatMap(({ address }) => address.map(({ name }) => name)))
  return map.variables
    .filter(({ name, purpose }) => ['database', 'broker', 'cache'].includes(purpose) && !known.has(name))
    .map(({ name }) => name)
    .filter((name) => /(URL|URI|DSN|CONNECTION_?STRING|CONNECTION|HOST|HOSTNAME|SERVER)$/i.test(name))
}

/** One variable may hold a file's path as well as a server's address. */
const fileOrServer = (stores: DataStore[]) =>
  stores.some(({ engine, address }) => engine === 'sqlite' && address.some(({ part }) => part === 'url'))

function defaultsSection(variables: Record<string, string>, compose: boolean): string {
  const code = createCode({
    semicolons: true,
    quotes: 'single',
    indent: '  ',
    trailingCommas: true,
    callCommas: true,
    bareArrowParameter: false,
    breakChains: false,
    width: 20,
    caseWord: 'test',
    typescript: false,
    esm: true,
  })
  const entries = Object.entries(variables).map(([key, value]) => ({ key, value: code.string(value) }))
  const { text } = printDoc(code.constant('defaults', code.object(entries)), { width: 20, indent: '  ' })
  const comment = compose
    ? 'The services of docker-compose.test.yml; a variable that is set wins.'
    : 'A variable that is set wins.'
  return `// ${comment}
${text.trim().replace('const defaults', 'const defaults«: Record<string, string>»')}

for (const [name, value] of Object.entries(defaults)) {
  if (process.env[name] === undefined) process.env[name] = value;
}`
}

function serverSection(names: string[], hosts: string[], orFile: boolean): string {
  const list = (items: string[]) => items.map((item) => `'${item}'`).join(', ')
  const file = orFile
    ? `
// A path is fine too, of a file that is for tests or temporary.
function isTestFile(value«: string») {
  return !value.includes('://') && testFile.test(value);
}
`
    : ''
  return `const hosts = [${list(hosts)}];
${file}
// An address is a URL or a bare host; a host in the query would override it.
function hostsOf(address«: string») {
  if (!address.includes('://')) return [address];
  const url = new URL(address);
  const host = url.hostname.replace(/^\\[|\\]$/g, '');
  return [host, ...url.searchParams.getAll('host')];
}

for (const name of [${list(names)}]) {
  const address = process.env[name];
  if (!address${orFile ? ' || isTestFile(address)' : ''}) continue;
  const foreign = hostsOf(address).find((host) => !hosts.includes(host));
  if (foreign !== undefined) {
    throw new Error(\`\${name} points at "\${foreign}", not at a test server\`);
  }
}`
}

function fileSection(names: string[]): string {
  return `for (const name of [${names.map((name) => `'${name}'`).join(', ')}]) {
  const file = process.env[name];
  if (file && !testFile.test(file)) {
    throw new Error(\`\${name} names \${file}, which is not a test database\`);
  }
}`
}
