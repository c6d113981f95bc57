import type { Expr } from '../contracts/observation.ts'

type Unique = Extract<Expr, { is: 'unique' }>

/** A seeded source of fresh values: the same seed gives the same series. Remembers what it made, for cleaning up. */
export class UniqueValues {
  readonly made = new Set<string>()
  private count = 0
  private readonly seed: number

  constructor(seed: number) {
    this.seed = seed
  }

  next(unique: Unique): string | number {
    this.count += 1
    const value = this.compose(unique)
    this.made.add(String(value))
    return value
  }

  private compose({ kind, label, maxLength }: Unique): string | number {
    const tag = this.tag()
    const word = label.toLowerCase().replace(/[^a-z0-9]/g, '') || 'value'
    const shorten = (prefix: string, suffix: string) =>
      prefix.slice(0, Math.max(1, (maxLength ?? 1000) - suffix.length)) + suffix
    switch (kind) {
      case 'email':
        return shorten(word, `.${tag}@example.com`)
      case 'word':
        return shorten(word, tag)
      case 'text':
        return shorten(label.charAt(0).toUpperCase() + label.slice(1), ` ${tag}`)
      case 'url':
        return `https://example.com/${word}-${tag}`
      case 'phone':
        return `+1555${String(this.seed % 90).padStart(2, '0')}${String(this.count).padStart(5, '0')}`
      case 'integer':
        return (1 + (this.seed % 200)) * 10_000_000 + this.count
      case 'uuid':
        return this.uuid()
    }
  }

  /** Six letters and digits; the counter makes it unique, the hash makes it look like no other run's. */
  private tag(): string {
    const hash = scramble(this.seed * 7919 + this.count)
    return (hash % 46656).toString(36).padStart(3, '0') + (this.count % 46656).toString(36).padStart(3, '0')
  }

  private uuid(): string {
    const hex = [1, 2, 3, 4]
      .map((part) =>
        scramble(this.seed * 104729 + this.count * 4 + part)
          .toString(16)
          .padStart(8, '0'),
      )
      .join('')
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
  }
}

function scramble(value: number): number {
  let x = value | 0
  x = Math.imul(x ^ (x >>> 16), 0x45d9f3b)
  x = Math.imul(x ^ (x >>> 16), 0x45d9f3b)
  return (x ^ (x >>> 16)) >>> 0
}
