/** So many pieces of work at a time, the others wait in line. */
export interface Slots {
  use<T>(work: () => Promise<T>): Promise<T>
  /** As `use`, but out of the line again, without a result, once `needed` is aborted. */
  useWhile(needed: AbortSignal, work: () => Promise<void>): Promise<void>
}

export function createSlots(free: number): Slots {
  let left = free
  let line: (() => void)[] = []

  const release = () => {
    const next = line.shift()
    if (next) next()
    else left += 1
  }

  async function take(needed?: AbortSignal): Promise<boolean> {
    if (needed?.aborted) return false
    if (left > 0) {
      left -= 1
      return true
    }
    return new Promise((resolve) => {
      const enter = () => resolve(true)
      line.push(enter)
      needed?.addEventListener('abort', () => {
        line = line.filter((one) => one !== enter)
        // Without effect on one whose turn has come.
        resolve(false)
      })
    })
  }

  return {
    async use(work) {
      await take()
      return work().finally(release)
    },
    async useWhile(needed, work) {
      if (await take(needed)) await work().finally(release)
    },
  }
}

/** One of several that work off a list. */
export interface Worker<Item> {
  perform(item: Item): Promise<void>
  close(): Promise<void>
}

/**
 * Works off a list: the first worker at once, another one as soon as a slot is free and while something is left. The caller holds
 * a slot already.
 */
export async function workOff<Item>(
  slots: Slots,
  items: readonly Item[],
  open: (index: number) => Promise<Worker<Item>>,
): Promise<void> {
  const left = [...items]
  const through = new AbortController()
  const work = async (index: number) => {
    const worker = await open(index)
    try {
      for (let item = left.shift(); item !== undefined; item = left.shift()) await worker.perform(item)
    } finally {
      // After a failure nobody goes on.
      left.length = 0
      await worker.close()
    }
  }
  const first = work(0).finally(() => through.abort())
  const second = slots.useWhile(through.signal, async () => {
    if (left.length > 0) await work(1)
  })
  const ends = await Promise.allSettled([first, second])
  for (const end of ends) if (end.status === 'rejected') throw end.reason
}
