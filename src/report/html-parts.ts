import { plain } from './one-line.ts'

/** Text of the project in a page: shown as it is, never obeyed. */
export function text(value: string): string {
  return plain(value)
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
    .replace(/'/g, '&#39;')
}

export const code = (value: string) => `<code>${text(value)}</code>`

/** Never broken, such as one word. `html` is HTML already. */
export const whole = (html: string) => `<span class="whole">${html}</span>`

/** A sentence of ours in which `code` stands between backticks. */
export const sentence = (value: string) => text(value).replace(/`([^`]+)`/g, '<code>$1</code>')

/** A table as wide as the page at most; on a narrow screen each row becomes a block of its own. Cells are HTML already. */
export function rowsTable(head: string[], rows: string[][]): string {
  return table('rows', head, rows)
}

/** A table whose first column stays in sight while the others are scrolled. */
export function matrixTable(head: string[], rows: string[][]): string {
  return `<div class="scroll">${table('matrix', head, rows)}</div>`
}

export const factsTable = (rows: string[][]) => table('facts', [], rows)

function table(kind: string, head: string[], rows: string[][]): string {
  const first = head.length > 0 ? `<thead><tr>${head.map((name) => `<th>${name}</th>`).join('')}</tr></thead>\n` : ''
  const lines = rows.map((cells) => `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`)
  return `<table class="${kind}">\n${first}<tbody>\n${lines.join('\n')}\n</tbody></table>`
}

/** Nothing where there is nothing to tell. */
export const section = (title: string, count: number, content: string) =>
  count === 0 ? '' : `<h2>${title} (${count})</h2>\n${content}`

/** What is long and seldom looked at. */
export const folded = (title: string, count: number, content: string) =>
  count === 0 ? '' : `<details><summary><h2>${title} (${count})</h2></summary>\n${content}\n</details>`

export const STYLE = `
:root { color-scheme: light dark; --line: #8884; --good: #1a7f37; --bad: #cf222e; --warn: #9a6700; --dim: #59636e }
@media (prefers-color-scheme: dark) { :root { --good: #3fb950; --bad: #ff7b72; --warn: #d29922; --dim: #9198a1 } }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; overflow-wrap: break-word }
h1 { font-size: 1.6rem } h2 { font-size: 1.15rem; margin: 2rem 0 .8rem; border-bottom: 1px solid var(--line) }
h3 { font-size: 1rem; margin: 1.2rem 0 .2rem } summary h2 { display: inline; border: 0 } details { margin: 1.5rem 0 }
td details { margin: .3rem 0 0 } summary { cursor: pointer }
code, pre { font: 13px/1.45 ui-monospace, monospace; overflow-wrap: anywhere }
pre { padding: .6rem; border: 1px solid var(--line); white-space: pre-wrap; margin: .4rem 0; max-height: 24rem; overflow-y: auto }
table { border-collapse: collapse } td, th { padding: .15rem .6rem; border: 1px solid var(--line); text-align: left; vertical-align: top }
.facts td:first-child, .role { color: var(--dim); white-space: nowrap } .facts td { overflow-wrap: anywhere }
.rows th { white-space: nowrap } .rows td:first-child { min-width: 5rem } .message { white-space: pre-wrap }
.matrix td + td { text-align: center } .matrix td:first-child { position: sticky; left: 0; background: Canvas; white-space: nowrap }
.pass { color: var(--good) } .fail, .blocked { color: var(--bad) } .not_applicable, .noticed { color: var(--warn) } 
.whole, .whole code, .matrix th { white-space: nowrap }
.scroll { overflow-x: auto }
@media (max-width: 44rem) {
  .rows thead { display: none } .rows, .rows tbody, .rows tr, .rows td { display: block }
  .rows tr { border: 1px solid var(--line); padding: .4rem .6rem; margin-bottom: .5rem } .rows td { border: 0; padding: .1rem 0 }
  .rows td:empty { display: none } .matrix td:first-child { white-space: normal; min-width: 10rem }
}
`
