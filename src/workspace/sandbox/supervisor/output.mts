const HALF = 5 * 1024 * 1024

/** Keeps the first and the last 5 MB of a stream, so that a program gone wild fills no memory. */
export class OutputKeeper {
  #head: Buffer[] = []
  #headBytes = 0
  #tail: Buffer[] = []
  #tailBytes = 0
  #dropped = 0

  add(chunk: Buffer): void {
    let rest = chunk
    if (this.#headBytes < HALF) {
      const taken = rest.subarray(0, HALF - this.#headBytes)
      this.#head.push(taken)
      this.#headBytes += taken.length
      rest = rest.subarray(taken.length)
    }
    if (rest.length === 0) return
    this.#tail.push(rest)
    this.#tailBytes += rest.length
    while (this.#tailBytes - (this.#tail[0]?.length ?? 0) >= HALF) {
      const length = this.#tail.shift()?.length ?? 0
      this.#tailBytes -= length
      this.#dropped += length
    }
  }

  text(): string {
    const gap = this.#dropped > 0 ? [Buffer.from(`\n… ${this.#dropped} bytes left out …\n`)] : []
    return Buffer.concat([...this.#head, ...gap, ...this.#tail]).toString('utf8')
  }
}
