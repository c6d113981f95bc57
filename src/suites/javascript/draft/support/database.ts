import type { Table } from '../../../../contracts/environment.ts'
import type { DataStore, Migration } from '../../../../contracts/project.ts'
import { restyle } from '../print/restyle.ts'
import type { Style } from '../style.ts'
import type { CleanupPlan } from './cleanup.ts'
import { TEST_FILE } from './environment.ts'
import type { Access } from './handles.ts'
import { inOrder } from './imports.ts'
import { ownRowsFunctions } from './own-rows.ts'
import { quoteMark, sqlName } from './sql-names.ts'

export interface DatabaseModule {
  store: DataStore
  access: Access
  tables: Table[]
  plan: CleanupPlan
  compose: boolean
  /** Tests compare all their rows before and after. */
  looksAtOwn: boolean
  /** Names of helpers in use. */
  looks: Set<string>
  /** Old Jest runs tests after a failed `beforeAll`: requests ask `isReady` first. */
  guardRequests: boolean
}

/** Marker, migrations, looking at rows and removing our own; through the project's handle where there is one. */
export function databaseModule(module: DatabaseModule, style: Style): string {
  const { store, access, plan, guardRequests } = module
  const marks = plan.removals.length > 0
  const sweeps = plan.roots.length > 0
  const command = migrationCommand(store.migrations)
  const unique = [...(sweeps ? ['abandonedMarks'] : []), ...(plan.usesMade ? ['made'] : []), ...(marks ? ['mark'] : [])]
  const processes = [...(command ? ['execFileSync'] : []), ...(reachable(module) ? ['spawnSync'] : [])]
  // Two modules that wait for imports of the application at once make old Jest lose one of them.
  const awaits = access.imports.some((line) => line.includes('await '))
  const imports = [
    awaits && !guardRequests ? `import './app';` : `import './environment';`,
    processes.length > 0 ? `import { ${processes.join(', ')} } from 'child_process';` : '',
    store.engine === 'sqlite' ? `import { relative } from 'path';` : '',
    ...access.imports,
    unique.length > 0 ? `import { ${unique.join(', ')} } from './unique';` : '',
  ]
  const parts = [
    inOrder(imports),
    reachable(module),
    access.setup,
    style.typescript ? 'type Key = string | number | Record<string, unknown>;' : '',
    rowsFunction(module),
    looksFunctions(module, style),
    markerFunction(module),
    migrateFunction(module, command, style),
    marks ? ownRowsFunctions(module, style) : '',
    `let ready = false;

/** Before any test: is this a test database, is it migrated, did a run leave rows? */
export async function prepare() {
  await assertTestDatabase();
  await migrate();
${sweeps ? leftovers(module, style) : ''}  ready = true;
}`,
    guardRequests ? `export const isReady = () => ready;` : '',
    marks
      ? `export async function removeOwnRows() {
  if (ready) await removeMarked(mark);
}`
      : '',
    `export const close = () => ${access.close};`,
  ]
  let text = parts.filter(Boolean).join('\n\n')
  if (!migrateFunction(module, command, style)) text = text.replace('  await migrate();\n', '')
  if (!marks && !guardRequests) text = text.replace('let ready = false;\n\n', '').replace('  ready = true;\n', '')
  return restyle(text, style)
}

/** A look at the server's port as the file is loaded: otherwise each test would fail for want of it. */
function reachable({ store, compose }: DatabaseModule): string {
  const variable = (part: string) => store.address.find((one) => one.part === part)?.name
  const [url, host, port] = [variable('url'), variable('host'), variable('port')]
  if (!compose || !(url || host) || store.engine === 'sqlite') return ''
  const standard = store.engine === 'postgres' ? 5432 : 3306
  const where = url
    ? `const { hostname, port } = new URL(process.env.${url}« as string»);
const server = [port || '${standard}', hostname.replace(/^\\[|\\]$/g, '')];`
    : `const server = [${port ? `process.env.${port} || '${standard}'` : `'${standard}'`}, process.env.${host}« as string»];`
  return `${where}

const dial = \`require('net').connect(...process.argv.slice(1)).on('connect', process.exit)\`;

if (spawnSync(process.execPath, ['-e', dial, ...server], { timeout: 5000 }).status !== 0) {
  throw new Error(
    \`Nothing listens on \${server.reverse().join(':')} ; set ${url ?? host}, or start the services: \` +
      'docker compose -f docker-compose.test.yml up -d --wait',
  );
}`
}

function rowsFunction({ access, store, tables }: DatabaseModule): string {
  const bigints =
    store.engine === 'sqlite'
      ? []
      : tables.flatMap(({ columns }) =>
          columns.filter(({ type }) => /^(bigint|int8|bigserial)/i.test(type)).map(({ name }) => name),
        )
  const unique = [...new Set(bigints)].sort()
  const json =
    unique.length > 0
      ? `
// Some drivers hand out these as text.
const bigints = [${unique.map((name) => `'${name}'`).join(', ')}];

const toJson = (column«: string», value«: any») =>
  bigints.includes(column) && value !== null ? Number(value) : value;

`
      : ''
  const result = `JSON.parse(JSON.stringify(found${unique.length > 0 ? ', toJson' : ''}))`
  const head = `/** Rows of a table as JSON has them, by an id or by columns: dates as ISO text. */
export async function rows(table«: string», key«: Key»)«: Promise<Record<string, any>[]>» {
  const where = typeof key === 'object' ? key : { id: key };`
  if (access.knex)
    return `${json}${head}
  const found = await ${access.knex}(table).where(where);
  return ${result};
}`.trim()
  return `${json}${head}
  const conditions = ${conditionsOf(access, store)};
  const sql = \`SELECT * FROM ${quoted('${table}', store)} WHERE \${conditions.join(' AND ')}\`;
  const found = await query(sql, ${valuesOf(access)});
  return ${result};
}`.trim()
}

function quoted(name: string, store: DataStore): string {
  const quote = quoteMark(store) === '"' ? '"' : '\\`'
  return `${quote}${name}${quote}`
}

/** Some drivers know only text without a type. */
const isTyped = ({ setup }: Access) => setup.includes('$queryRawUnsafe')

function conditionsOf(access: Access, store: DataStore): string {
  const placeholder = access.placeholder === 'dollar' ? '$${index + 1}' : '?'
  const index = access.placeholder === 'dollar' ? ', index' : ''
  const name = quoted('${column}', store)
  return `Object.keys(where).map((column${index}) => \`${isTyped(access) ? `CAST(${name} AS text)` : name} = ${placeholder}\`)`
}

const valuesOf = (access: Access) => (isTyped(access) ? 'Object.values(where).map(String)' : 'Object.values(where)')

/** What tests ask of rows. */
function looksFunctions({ looks, access, store }: DatabaseModule, { width }: Style): string {
  const helper = (start: string, value: string) => {
    const bare = start.replace(/«[^»]*»/g, '')
    return `export ${start}${bare.length + value.length < width ? ' ' : '\n  '}${value};`
  }
  const parts = [
    looks.has('expectRow')
      ? `/** There is one such row, with these columns. */\n${helper(
          'const expectRow = async (table«: string», key«: Key», columns = {}) =>',
          'expect(await rows(table, key)).toEqual([expect.objectContaining(columns)])',
        )}`
      : '',
    looks.has('expectNoRow')
      ? helper(
          'const expectNoRow = async (table«: string», key«: Key») =>',
          'expect(await rows(table, key)).toEqual([])',
        )
      : '',
  ]
  if (looks.has('removeRow')) parts.push(removeFunction(access, store, helper))
  return parts.filter(Boolean).join('\n\n')
}

function removeFunction(access: Access, store: DataStore, helper: (start: string, value: string) => string): string {
  const where = isTyped(access) ? `CAST(${quoted('${column}', store)} AS text)` : quoted('${column}', store)
  const placeholder = access.placeholder === 'dollar' ? '$1' : '?'
  const value = access.knex
    ? `${access.knex}(table).where(column, value).del()`
    : `query(\`DELETE FROM ${quoted('${table}', store)} WHERE ${where} = ${placeholder}\`, [${isTyped(access) ? 'String(value)' : 'value'}])`
  return `/** As if somebody had removed it in the meantime: nothing in the API does. */\n${helper(
    `const removeRow = (table«: string», value«: string | number», column = 'id') =>`,
    value,
  )}`
}

function markerFunction({ store, access, compose }: DatabaseModule): string {
  if (store.engine === 'postgres') {
    const found = access.knex
      ? `(await ${access.knex}.raw(sql)).rows`
      : '«(»await query(sql)«) as [Record<string, any>]»'
    return `/** Only a server that was started for tests carries the marker. */
async function assertTestDatabase() {
  const sql = "SELECT current_setting('integration_tests.marker', true) AS ok";
  const [{ ok }] = ${found};
  if (!ok) {
    throw new Error(
      'This PostgreSQL server is not for tests: it lacks the setting integration_tests.marker.${compose ? " ' +\n        'Start one with: docker compose -f docker-compose.test.yml up -d --wait" : ''}',
    );
  }
}`
  }
  if (store.engine === 'sqlite')
    return `const testFile = ${TEST_FILE};

/** Only a file that says so, or one in the temporary directory, is for tests. */
async function assertTestDatabase() {
  const [{ file }] = ${access.knex ? `await ${access.knex}.raw('PRAGMA database_list')` : "await query('PRAGMA database_list')"};
  const inside = relative(process.cwd(), file);
  const path = inside.startsWith('..') ? file : inside;
  if (file && !testFile.test(path)) {
    throw new Error(\`\${file} is not for tests: its path lacks "test"\`);
  }
}`
  const ask2 = access.knex
    ? `(await ${access.knex}.raw('SELECT DATABASE() AS name'))[0]`
    : `await query('SELECT DATABASE() AS name')`
  return `/** Only a database that says so is for tests. */
async function assertTestDatabase() {
  const [{ name }] = ${ask2};
  if (!/test/i.test(name)) throw new Error(\`The database \${name} is not for tests: its name lacks the word "test"\`);
}`
}

function migrationCommand(migrations: Migration | null): string[] | null {
  return migrations?.command && migrations.command.length > 0 ? migrations.command : null
}

/** Runs the project's own migrations when a table is missing; '' when there are none to run. */
function migrateFunction(
  { store, access, tables }: DatabaseModule,
  command: string[] | null,
  { width }: Style,
): string {
  const [table] = tables
    .map(({ name }) => name)
    .filter((name) => !name.includes('.'))
    .slice(-1)
  if (!table) return ''
  const isLocked = store.engine === 'postgres' && command && !access.knex && /pool|client/i.test(access.close)
  const apply = applyCode(store, access, command, { indent: isLocked ? 6 : 4, width })
  if (!apply) return ''
  const missing =
    store.engine === 'sqlite'
      ? access.knex
        ? `!(await ${access.knex}.schema.hasTable('${table}'))`
        : `(await query("SELECT 1 FROM sqlite_master WHERE name = '${table}'")).length === 0`
      : access.knex
        ? `!(await ${access.knex}.schema.hasTable('${table}'))`
        : `(await query("SELECT 1 FROM information_schema.tables WHERE table_name = '${table}'")).length === 0`
  if (isLocked)
    return `/** Applies the project's migrations when they are missing; one process at a time. */
async function migrate() {
  const client = await ${access.close.replace('.end()', '')}.connect();
  try {
    await client.query('SELECT pg_advisory_lock(40926)');
    const { rows: found } = await client.query("SELECT to_regclass('${regclass(table)}') AS table");
    if (!found[0].table) {
      ${apply};
    }
  } finally {
    await client.query('SELECT pg_advisory_unlock(40926)');
    client.release();
  }
}`
  return `/** Applies the project's migrations when they are missing. */
async function migrate() {
  if (${missing}) {
    ${apply};
  }
}`
}

const regclass = (table: string) => (/^[a-z_][a-z0-9_]*$/.test(table) ? table : `\\"${table}\\"`)

function applyCode(
  store: DataStore,
  access: Access,
  command: string[] | null,
  { indent, width }: { indent: number; width: number },
): string | null {
  if (command) {
    const [program, ...args] = command
    const list = args.map((arg) => `'${arg.replaceAll("'", "\\'")}'`).join(', ')
    const [start, options] = [`execFileSync('${program}', [${list}], {`, ['env: process.env', "stdio: 'pipe'"]]
    const flat = `${start} ${options.join(', ')} })`
    const inner = `\n${' '.repeat(indent + 2)}`
    return flat.length + indent < width
      ? flat
      : `${start}${inner}${options.join(`,${inner}`)},\n${' '.repeat(indent)}})`
  }
  const kind = store.migrations?.kind
  if (kind === 'knex' && access.knex) return `await ${access.knex}.migrate.latest()`
  if (kind === 'sync' && store.handle?.kind === 'sequelize')
    return `await ${access.close.replace('.close()', '.sync()')}`
  return null
}

/** Part of `prepare`: finds marks of interrupted runs and removes their rows. */
function leftovers({ access, plan, store }: DatabaseModule, style: Style): string {
  const remove = '  for (const mark of abandonedMarks(marked)) await removeMarked(mark);\n'
  const quoted = (name: string) => sqlName(name, store)
  if (access.knex) {
    const reads = plan.roots.map(({ table, column }) => `${access.knex}('${table}').where('${column}', 'like', '%it%')`)
    const [only] = reads
    if (reads.length === 1) return `  const marked = await ${only};\n${remove}`
    return `  const marked = await Promise.all([\n${reads.map((read) => `    ${read},\n`).join('')}  ]);\n${remove}`
  }
  const selects = plan.roots.map(({ table, column }) => {
    const name = quoted(column)
    return `SELECT ${name} AS value FROM ${quoted(table)} WHERE ${name} LIKE '%it%'`
  })
  const flat = `  const marked = await query(\`${selects[0]}\`);`
  if (selects.length === 1 && flat.length <= style.width) return `${flat}\n${remove}`
  return `  const marked = await query(\n    \`${selects.join('\n    UNION ALL ')}\`,\n  );\n${remove}`
}
