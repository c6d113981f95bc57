import { format } from 'prettier'
import { describe, expect, test } from 'vitest'
import { type Code, createCode } from '../../../../src/suites/javascript/draft/print/code.ts'
import { type Doc, printDoc } from '../../../../src/suites/javascript/draft/print/doc.ts'

const style = {
  semicolons: true,
  quotes: 'single',
  indent: '  ',
  trailingCommas: true,
  callCommas: true,
  bareArrowParameter: false,
  breakChains: false,
  typescript: false,
  caseWord: 'test',
  esm: true,
} as const

const object = (code: Code, ...keys: string[]) => code.object(keys.map((key) => ({ key, value: '1' })))
const array = (code: Code, ...items: string[]) => code.array(items.map((item) => code.string(item)))

const CALLS: Record<string, (code: Code) => Doc[]> = {
  'two objects': (code) => ["'orders'", object(code, 'order', 'product'), object(code, 'name', 'price', 'count')],
  'a short object and a long one': (code) => [object(code, 'id'), object(code, 'name', 'price', 'count', 'created')],
  'two arrays': (code) => [array(code, 'first', 'second'), array(code, 'third', 'fourth', 'fifth')],
  'an array and an object': (code) => [array(code, 'first', 'second'), object(code, 'name', 'price', 'count')],
  'an object and an array': (code) => [object(code, 'order', 'product'), array(code, 'first', 'second', 'third')],
  'an object after names': (code) => ['response', '201', object(code, 'name', 'price', 'count')],
  'an object, a name, an object': (code) => [object(code, 'id'), 'status', object(code, 'name', 'price', 'count')],
}

describe('arguments are broken as Prettier breaks them', () => {
  test.each(Object.keys(CALLS))('%s', async (name) => {
    for (let width = 30; width <= 110; width += 4) {
      const code = createCode({ ...style, width })
      const doc = code.statement(['await ', code.call('expectRow', CALLS[name]?.(code) ?? [])])
      const flat = printDoc(doc, { width: Number.POSITIVE_INFINITY, indent: '  ' }).text

      const wanted = await format(flat, { parser: 'babel', singleQuote: true, printWidth: width })
      expect(printDoc(doc, { width, indent: '  ' }).text).toBe(wanted)
    }
  })
})
