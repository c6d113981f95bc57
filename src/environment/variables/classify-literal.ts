import type { DataStore } from '../../contracts/project.ts'
import { type AddressClass, classifyAddress } from '../../workspace/production-guard.ts'

/** Where an address that the code holds leads; inspection notes it without scheme and password: `db.acme.net/app`. */
export function classifyLiteral({ literal, engine }: DataStore): AddressClass {
  const plain = classifyAddress(literal ?? '')
  if (!literal || engine === 'sqlite' || plain.kind !== 'not_an_address') return plain
  return classifyAddress(`${engine}://${literal}`)
}
