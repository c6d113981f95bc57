import type { Json } from '../contracts/json.ts'
import { isObject } from './leaves.ts'

/** What a refusal says about one field; `field` is `''` where it names none. */
export interface Complaint {
  field: string
  message: string
}

const FIELD_KEYS = ['path', 'field', 'param', 'property', 'loc', 'key', 'dataPath', 'instancePath', 'name', 'pointer']
const MESSAGE_KEYS = ['message', 'msg', 'error', 'reason', 'detail', 'description', 'title']

/** Reads complaints out of an error body of whatever shape. */
export function complaintsOf(body: Json | undefined): Complaint[] {
  const found: Complaint[] = []
  visit(body, '', false, found)
  return found
}

/** `named`: the key is a field's for sure, as below `errors`. */
function visit(value: Json | undefined, key: string, named: boolean, found: Complaint[]): void {
  if (typeof value === 'string') {
    found.push({ field: fieldIn(value) ?? (!named && isWrapperKey(key) ? '' : key), message: value })
  } else if (Array.isArray(value)) {
    for (const item of value) visit(item, key, named, found)
  } else if (isObject(value)) {
    const field = FIELD_KEYS.map((name) => value[name]).find((part) => typeof part === 'string' || Array.isArray(part))
    const message = MESSAGE_KEYS.map((name) => value[name]).find((part) => typeof part === 'string')
    const constraints = value.constraints
    if (field !== undefined && (typeof message === 'string' || isObject(constraints))) {
      const text = typeof message === 'string' ? message : Object.values(constraints as Record<string, Json>).join('; ')
      found.push({ field: cleanField(Array.isArray(field) ? field.join('.') : String(field)), message: text })
    } else
      for (const [name, item] of Object.entries(value))
        visit(item, name, /^(errors|fields|field_?errors|details|validation)$/i.test(key), found)
  }
}

function isWrapperKey(key: string): boolean {
  return /^(errors?|details?|messages?|msg|code|status(code)?|type|name|title|reason|stack|timestamp|path|success)$/i.test(
    key,
  )
}

function cleanField(field: string): string {
  return field
    .replace(/^[/.]/, '')
    .replace(/\//g, '.')
    .replace(/^(body|data|query|params)\./, '')
    .replace(/\[(\d+)\]/g, '.$1')
}

/** `"title" is required`, `title is a required field`, `Path 'title' must …` → `title`. */
function fieldIn(message: string): string | null {
  const quoted = /["'`“]([A-Za-z_][\w.[\]]*)["'`”]\s+(?:is|must|should|cannot|has|contains|may|length|does)/.exec(
    message,
  )
  const bare =
    /^(?:field |path |property |the )?([A-Za-z_][\w.]*)\s+(?:is|must|should|cannot|can't|can not|has|may)\b/i.exec(
      message,
    )
  const name = quoted?.[1] ?? bare?.[1]
  return name && !/^(it|this|that|value|field|body|request|there|which|error|token|user)$/i.test(name)
    ? cleanField(name)
    : null
}

export type Fault =
  | { is: 'missing' }
  | { is: 'unexpected' }
  | { is: 'type'; type: 'string' | 'number' | 'integer' | 'boolean' | 'array' | 'object' }
  | { is: 'format'; format: 'email' | 'uri' | 'uuid' | 'date' | 'date-time' }
  | { is: 'short'; least: number }
  | { is: 'long'; most: number }
  | { is: 'low'; least: number }
  | { is: 'high'; most: number }
  | { is: 'oneOf'; values: string[] }
  | { is: 'pattern'; pattern: string }
  | { is: 'taken' }
  | { is: 'unknown' }

/** What a complaint asks for, in the words validators use. */
export function faultOf(message: string): Fault {
  const text = message.toLowerCase()
  const number = Number(/(-?\d+(?:\.\d+)?)/.exec(text)?.[1] ?? Number.NaN)
  const pattern = /\/(\^.*|[^/\s]+\$)\/[a-z]*/.exec(message)
  if (pattern && /pattern|match|regex|format/i.test(message)) return { is: 'pattern', pattern: pattern[0] }
  const list = /(?:one of|following values|allowed values|expected)[^[(:]*[[(:]\s*([^\])]+)/i.exec(message)?.[1]
  if (list && /one of|following values|allowed values|enum/i.test(message))
    return { is: 'oneOf', values: list.split(/[,|]/).map((value) => value.trim().replace(/^["'`]|["'`]$/g, '')) }
  if (
    /not allowed to be empty|is required|required (field|property)|^required|field required|missing|can'?t be (blank|empty|null)|cannot be (blank|empty|null)|must be (present|provided|specified)|should not be empty|must not be (empty|null)/.test(
      text,
    )
  )
    return { is: 'missing' }
  if (
    /not allowed|unknown (key|field|property)|unexpected|should not exist|unrecognized|additional propert|unspecified keys/.test(
      text,
    )
  )
    return { is: 'unexpected' }
  if (/taken|already (exists|in use|registered|used)|duplicate|must be unique/.test(text)) return { is: 'taken' }
  if (/(at least|minimum|min|longer than or equal|greater than or equal)/.test(text) && !Number.isNaN(number))
    return /character|length|long|string|letters/.test(text)
      ? { is: 'short', least: number }
      : { is: 'low', least: number }
  if (/(at most|maximum|max|less than or equal|shorter than or equal|no more than)/.test(text) && !Number.isNaN(number))
    return /character|length|long|string|letters/.test(text)
      ? { is: 'long', most: number }
      : { is: 'high', most: number }
  if (/e-?mail/.test(text) && /valid|must be|should be/.test(text)) return { is: 'format', format: 'email' }
  if (/\b(url|uri)\b/.test(text)) return { is: 'format', format: 'uri' }
  if (/uuid|guid/.test(text)) return { is: 'format', format: 'uuid' }
  if (/iso ?8601|date-?time|timestamp/.test(text)) return { is: 'format', format: 'date-time' }
  if (/\bdate\b/.test(text)) return { is: 'format', format: 'date' }
  for (const type of ['integer', 'boolean', 'array', 'object', 'number', 'string'] as const)
    if (new RegExp(`\\b(an? )?${type}\\b`).test(text) && /must|should|expected|type|valid/.test(text))
      return { is: 'type', type }
  return { is: 'unknown' }
}
