import type { DataStore } from '../../../../contracts/project.ts'

/** What a store quotes names with. */
export const quoteMark = (store: DataStore) => (/mysql|mariadb/.test(store.engine) ? '`' : '"')

const RESERVED =
  /^(user|users?_?$|order|group|table|select|where|from|to|check|column|references|primary|default|desc|asc|limit|offset|key|index|values|like|and|or|not|all|end|case|window)$/i

/** A name inside a template literal, quoted where SQL needs it. */
export function sqlName(name: string, store: DataStore): string {
  if (/^[a-z_][a-z0-9_]*$/.test(name) && (!RESERVED.test(name) || name === 'users')) return name
  const quote = quoteMark(store)
  return name
    .split('.')
    .map((part) => (quote === '`' ? `\\\`${part}\\\`` : quote + part + quote))
    .join('.')
}
