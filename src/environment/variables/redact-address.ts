import { classifyAddress } from '../../workspace/production-guard.ts'

/** Does this value lead to a machine or service? */
export function looksLikeAddress(value: string): boolean {
  return classifyAddress(value).kind !== 'not_an_address'
}

/** The host of an address, and nothing that could be a secret; `…` where there is none to see. */
export function redactAddress(value: string): string {
  return classifyAddress(value).host || '…'
}
