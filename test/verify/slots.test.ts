import { expect, it } from 'vitest'
import { createSlots, workOff } from '../../src/verify/slots.ts'

/** Work that ends when told to. */
function piece() {
  let end = () => {}
  const over = new Promise<void>((resolve) => {
    end = resolve
  })
  return { over, end: () => end() }
}

const turn = () => new Promise((resolve) => setImmediate(resolve))

it('lets no more than so many work at a time, the others in the order they came', async () => {
  const slots = createSlots(2)
  const pieces = [piece(), piece(), piece(), piece()]
  const begun: number[] = []
  const all = pieces.map(({ over }, index) =>
    slots.use(() => {
      begun.push(index)
      return over
    }),
  )
  await turn()
  expect(begun).toEqual([0, 1])
  pieces[1]?.end()
  await turn()
  expect(begun).toEqual([0, 1, 2])
  for (const one of pieces) one.end()
  await Promise.all(all)
  expect(begun).toEqual([0, 1, 2, 3])
})

it('does not wait for a helper that is no longer needed', async () => {
  const slots = createSlots(2)
  const other = piece()
  const busy = slots.use(() => other.over)
  const done: string[] = []
  await slots.use(() =>
    workOff(slots, ['a', 'b'], async (worker) => ({
      perform: async (item) => void done.push(`${item}${worker}`),
      close: async () => {},
    })),
  )
  expect(done).toEqual(['a0', 'b0'])
  other.end()
  await busy
  const again: number[] = []
  await Promise.all([slots.use(async () => again.push(1)), slots.use(async () => again.push(2))])
  expect(again).toEqual([1, 2])
})

it('two work side by side where there is room, and both end when one fails', async () => {
  const slots = createSlots(2)
  const closed: number[] = []
  const work = slots.use(() =>
    workOff(slots, [1, 2, 3, 4, 5, 6], async (worker) => ({
      async perform() {
        await turn()
        if (worker === 1) throw new Error('the second one fails')
      },
      close: async () => void closed.push(worker),
    })),
  )
  await expect(work).rejects.toThrow('the second one fails')
  expect(closed.sort()).toEqual([0, 1])
})
