import type { Json } from '../../contracts/json.ts'

export type Step = { do: 'call'; call: string; input: { [key: string]: Json } } | { do: 'stop'; say: string }

export const call = (name: string, input: { [key: string]: Json } = {}): Step => ({ do: 'call', call: name, input })
export const stop = (say: string): Step => ({ do: 'stop', say })
