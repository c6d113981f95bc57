/** Anything JSON can say. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

/** Where a value sits inside a JSON document: object keys and array indexes from the root. */
export type JsonPath = (string | number)[]

/**
 * The subset of JSON Schema that inspection can read out of validators and usage.
 * A field nobody constrained has no `type`.
 */
export interface JsonSchema {
  type?: 'object' | 'array' | 'string' | 'number' | 'integer' | 'boolean' | 'null'
  properties?: Record<string, JsonSchema>
  required?: string[]
  additionalProperties?: boolean
  items?: JsonSchema
  enum?: Json[]
  format?: 'email' | 'uri' | 'uuid' | 'date-time' | 'date' | 'password' | 'binary' | (string & {})
  pattern?: string
  minLength?: number
  maxLength?: number
  minimum?: number
  exclusiveMinimum?: number
  maximum?: number
  exclusiveMaximum?: number
  multipleOf?: number
  minItems?: number
  maxItems?: number
  nullable?: boolean
  default?: Json
  description?: string
}
