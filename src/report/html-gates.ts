import { z } from 'zod'
import type { RunOutcome } from '../contracts/result.ts'
import { code, sentence, text } from './html-parts.ts'

type Gate = RunOutcome['gates'][number]

const MOST_TESTS = 20
const MOST_VIOLATIONS = 40

/** What gates that ran tests say of those that failed. */
const evidenceSchema = z.object({
  failed: z.array(z.object({ file: z.string(), name: z.string(), message: z.string() })).catch([]),
  /** Tests that ran in the same file before the first that failed. */
  before: z.array(z.string()).catch([]),
})

/** A row each: gate, verdict and what it is worth, why, and what failed. */
export function gateRows(gates: Gate[]): string[][] {
  return gates.map((gate) => [
    `<strong>${text(gate.name)}</strong>`,
    `<span class="whole ${decides(gate) ? gate.verdict : 'noticed'}">${gate.verdict.replace('_', ' ')}</span>${role(gate)}`,
    `${sentence(gate.why)}${waived(gate)}${evidence(gate)}`,
  ])
}

const isOpen = ({ verdict }: Gate) => verdict === 'fail' || verdict === 'blocked'

/** Red is for what counts. */
const decides = (gate: Gate) => !isOpen(gate) || (gate.judged?.counts ?? true)

function role({ judged, ...gate }: Gate): string {
  if (judged === undefined || gate.verdict === 'not_applicable') return ''
  const open = isOpen(gate)
  const word = !judged.blocks
    ? open
      ? `${judged.kind === 'fact' ? 'a fact' : 'our style'}, does not decide`
      : 'does not decide'
    : judged.counts || !open
      ? 'decides'
      : judged.waived.length > 0
        ? 'waived'
        : 'in the baseline'
  return ` <span class="role">${word}</span>`
}

const waived = ({ judged }: Gate) =>
  judged === undefined || judged.waived.length === 0 ? '' : ` <em>Waived: ${text(judged.waived.join('; '))}</em>`

function evidence(gate: Gate): string {
  if (!isOpen(gate)) return ''
  const { failed, before } = evidenceSchema.parse(gate.evidence)
  if (failed.length > 0) {
    const tests = failed
      .slice(0, MOST_TESTS)
      .map(({ file, name, message }) => `<p>${code(file)}: ${text(name)}</p><pre>${text(message)}</pre>`)
    const earlier =
      before.length === 0 ? '' : `<p>Before the first one, in its file: ${before.map(text).join('; ')}</p>`
    return fold(`${failed.length} failed`, earlier + tests.join(''))
  }
  const fresh = gate.judged?.fresh ?? []
  if (fresh.length < 2) return ''
  const items = fresh.slice(0, MOST_VIOLATIONS).map((item) => `<li>${text(item)}</li>`)
  return fold(`${fresh.length} violations`, `<ul>${items.join('')}</ul>`)
}

const fold = (title: string, content: string) => `<details><summary>${title}</summary>${content}</details>`
