/** USD per million tokens, read 2026-10. Longest matching prefix wins; a model without an entry has no known price. */
const PRICES: Record<string, { input: number; output: number; cacheWrite: number; cacheRead: number }> = {
  'claude-opus-5-5': { input: 4, output: 20, cacheWrite: 5, cacheRead: 0.2 },
  'claude-sonnet-5-5': { input: 2, output: 10, cacheWrite: 2.5, cacheRead: 0.2 },
  'claude-haiku-5-5': { input: 0.5, output: 2.5, cacheWrite: 0.625, cacheRead: 0.05 },
}

export interface TokenCounts {
  input: number
  output: number
  cacheWrite: number
  cacheRead: number
}

/** Cost of one call in USD, `null` when the model's price is not known. */
export function priceOf(model: string, tokens: TokenCounts): number | null {
  const name = Object.keys(PRICES).find((prefix) => model === prefix || model.startsWith(`${prefix}-`))
  const price = name === undefined ? undefined : PRICES[name]
  if (price === undefined) return null
  const sum =
    tokens.input * price.input +
    tokens.output * price.output +
    tokens.cacheWrite * price.cacheWrite +
    tokens.cacheRead * price.cacheRead
  return sum / 1_000_000
}
