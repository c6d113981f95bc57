import type { JsonSchema } from '../../../contracts/json.ts'
import type { Interpreter } from '../evaluate/interpreter.ts'
import type { Value } from '../evaluate/values.ts'

/** A validator's schema as JSON Schema; `null` when it is none that can be read. */
export function toJsonSchema(_interp: Interpreter, _schema: Value, _options: Value | undefined): JsonSchema | null {
  return null
}
