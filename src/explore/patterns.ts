import type { Expr } from '../contracts/observation.ts'

/** A value that a regular expression accepts; fresh each time where asked for and the pattern leaves room. */
export function composeFor(pattern: string, label: string, fresh: boolean): Expr {
  const test = compile(pattern)
  const upper = label.toUpperCase()
  if (fresh || !test) {
    const integer: Expr = { is: 'unique', kind: 'integer', label }
    const candidates: { sample: string; expr: Expr }[] = [
      { sample: `${label}a1b2c3`, expr: { is: 'unique', kind: 'word', label } },
      { sample: `${upper}-123456789`, expr: { is: 'text', parts: [`${upper}-`, integer] } },
      { sample: `${upper}123456789`, expr: { is: 'text', parts: [upper, integer] } },
      { sample: '123456789', expr: { is: 'text', parts: ['', integer] } },
      { sample: `${label} a1b2c3`, expr: { is: 'unique', kind: 'text', label } },
      { sample: '+15550100200', expr: { is: 'unique', kind: 'phone', label } },
    ]
    const found = candidates.find(({ sample }) => !test || test.test(sample))
    if (found) return found.expr
  }
  const plain = [
    `some-${label}`,
    label,
    upper,
    'Ada',
    'Ada Lovelace',
    'ABC-123',
    'ABC123',
    'abc123',
    'Abcdef-1234!',
    '12345',
    '10115',
    '+15550100200',
    '#336699',
    '12:30',
    '2031-06-15',
    'DE',
    'EUR',
    '1.2.3',
  ].find((candidate) => test?.test(candidate))
  return { is: 'literal', value: plain ?? `some-${label}` }
}

function compile(pattern: string): RegExp | null {
  const spelled = /^\/(.*)\/([a-z]*)$/s.exec(pattern)
  try {
    return spelled ? new RegExp(spelled[1] ?? '', (spelled[2] ?? '').replace(/[gy]/g, '')) : new RegExp(pattern)
  } catch {
    return null
  }
}
