import type { SgNode } from '@ast-grep/napi'
import { argumentsOf, calleeName, find, isUnused, receiver, replace, type Site, type Source } from '../source.ts'

/** Transactions that are not opened, or undone at their end. */
export function findTransactions({ root }: Source): Site[] {
  return find(root, 'call_expression').flatMap((call): Site[] => {
    const name = calleeName(call)
    const [first] = argumentsOf(call)
    const site = (what: string, node: SgNode, text: string): Site => ({
      kind: 'transaction',
      node: call,
      what,
      edits: [replace(node, text)],
    })
    if (/^(query|execute|exec|run|raw)$/.test(name) && first?.kind() === 'string') {
      const word = first.text().slice(1, -1).trim().replace(/;$/, '').toUpperCase()
      if (isUnused(call) && /^(BEGIN|START TRANSACTION)/.test(word))
        return [site('no transaction is opened: what was written before a failure stays', call, 'undefined')]
      if (/^(COMMIT|END)$/.test(word)) return [site('the transaction is rolled back at its end', first, `'ROLLBACK'`)]
      if (/^ROLLBACK/.test(word)) return [site('after a failure the transaction is committed', first, `'COMMIT'`)]
    }
    const on = receiver(call)
    if (!on) return []
    if (/^(transaction|\$transaction)$/.test(name) && first) {
      if (/function/.test(first.kind() as string)) {
        const handle = /sequelize/i.test(on.text()) ? 'undefined' : on.text()
        return [
          site(
            'no transaction is opened: what was written before a failure stays',
            call,
            `(${first.text()})(${handle})`,
          ),
        ]
      }
      if (first.kind() === 'array')
        return [
          site(
            'no transaction is opened: what was written before a failure stays',
            call,
            `Promise.all(${first.text()})`,
          ),
        ]
    }
    if (name === 'commit' && /^(t|tx|trx|transaction)$/i.test(on.text()) && isUnused(call))
      return [site('the transaction is rolled back at its end', call, `${on.text()}.rollback()`)]
    if (name === 'rollback' && /^(t|tx|trx|transaction)$/i.test(on.text()) && isUnused(call))
      return [site('after a failure the transaction is committed', call, `${on.text()}.commit()`)]
    return []
  })
}
