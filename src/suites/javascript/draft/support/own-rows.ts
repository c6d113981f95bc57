import type { DataStore } from '../../../../contracts/project.ts'
import type { Style } from '../style.ts'
import type { CleanupPlan, Sign } from './cleanup.ts'
import type { Access } from './handles.ts'
import { sqlName } from './sql-names.ts'

interface OwnRows {
  store: DataStore
  access: Access
  plan: CleanupPlan
  /** Tests compare all their rows before and after. */
  looksAtOwn: boolean
}

/** Where own rows are, for removing them and for looking at all of them. */
export function ownRowsFunctions({ access, plan, store, looksAtOwn }: OwnRows, style: Style): string {
  const look = looksAtOwn ? `\n\n${lookAtOwn(access)}` : ''
  return `${access.knex ? knexTables(access.knex, plan, store, style) : sqlTables(plan, store, style)}

async function removeMarked(mark«: string») {
${access.knex ? '  for (const found of ownTables(mark)) await found.del();' : '  for (const [table, own] of ownTables(mark)) await query(`DELETE FROM ${table} WHERE ${own}`);'}
}${look}`
}

const OWN_TABLES = '/** Children first. A row is ours when it, or the row it belongs to, has the mark. */'

const likeOf = (store: DataStore) => (store.engine === 'postgres' ? 'ILIKE' : 'LIKE')

function sqlTables({ sets, removals, usesMade }: CleanupPlan, store: DataStore, { width }: Style): string {
  const condition = (signs: Sign[]) =>
    signs
      .map((sign) => {
        const column = sqlName(sign.column, store)
        if (sign.is === 'mark') return `${column} ${likeOf(store)} '%\${mark}%'`
        if (sign.is === 'parent') return `${column} IN (\${${sign.variable}})`
        return `${column} IN (\${values})`
      })
      .join(' OR ')
  const before = [
    ...(usesMade ? [`  const values = ['NULL', ...made.map((value) => \`'\${value}'\`)].join(', ');`] : []),
    ...sets.map(
      ({ variable, table, column, signs }) =>
        `  const ${variable} = \`SELECT ${sqlName(column, store)} FROM ${sqlName(table, store)} WHERE ${condition(signs)}\`;`,
    ),
  ]
  const list = removals.map(({ table, signs }) => {
    const cells = [sqlString(sqlName(table, store)), `\`${condition(signs)}\``]
    const flat = `    [${cells.join(', ')}],`
    return flat.length > width ? `    [\n${cells.map((cell) => `      ${cell},\n`).join('')}    ],` : flat
  })
  return `${OWN_TABLES}
function ownTables(mark«: string») {
${before.map((line) => `${line}\n`).join('')}  return [
${list.join('\n')}
  ];
}`
}

const sqlString = (name: string) => (name.includes('\\') ? `\`${name}\`` : `'${name}'`)

function knexTables(knex: string, { sets, removals }: CleanupPlan, store: DataStore, style: Style): string {
  const like = likeOf(store).toLowerCase()
  const chain = (signs: Sign[]) =>
    signs
      .map((sign, index) => {
        const or = (name: string) => (index === 0 ? name : `or${name.charAt(0).toUpperCase()}${name.slice(1)}`)
        if (sign.is === 'mark') return `.${or('where')}('${sign.column}', '${like}', \`%\${mark}%\`)`
        return `.${or('whereIn')}('${sign.column}', ${sign.is === 'parent' ? sign.variable : 'made'})`
      })
      .join('')
  const broken = (head: string, tail: string, indent: string) => {
    const calls = tail.match(/\.(or)?[wW]here|\.select/g)?.length ?? 0
    const breaks = (style.breakChains && calls > 1) || head.length + tail.length > 76
    return breaks ? `${head}${tail.replace(/\.(?=(or)?[wW]here|select)/g, `\n${indent}  .`)}` : head + tail
  }
  const before = sets.map(
    ({ variable, table, column, signs }) =>
      `  ${broken(`const ${variable} = ${knex}('${table}')`, `${chain(signs)}.select('${column}')`, '  ')};`,
  )
  const list = removals.map(({ table, signs }) => `    ${broken(`${knex}('${table}')`, chain(signs), '    ')},`)
  return `${OWN_TABLES}
function ownTables(mark«: string») {
${before.map((line) => `${line}\n`).join('')}  return [
${list.join('\n')}
  ];
}`
}

function lookAtOwn({ knex }: Access): string {
  const found = knex
    ? 'await Promise.all(ownTables(mark))'
    : `await Promise.all(
    ownTables(mark).map(([table, own]) => query(\`SELECT * FROM \${table} WHERE \${own}\`)),
  )`
  return `/** All that the tests made so far: a refused request leaves it as it was. */
export async function ownRows() {
  const found = ${found};
  return found.map((table) => table.map((row«: object») => JSON.stringify(row)).sort());
}`
}
