import { expect, test } from 'vitest'
import { restyle } from '../../../../src/suites/javascript/draft/print/restyle.ts'

test('double quotes leave what they would break alone', () => {
  const style = {
    semicolons: true,
    quotes: 'double',
    indent: '  ',
    trailingCommas: true,
    callCommas: true,
    bareArrowParameter: false,
    breakChains: false,
    width: 80,
    caseWord: 'test',
    typescript: false,
    esm: true,
  } as const
  const source = `const a = 'plain';
const b = ask("SELECT current_setting('marker', true)");
const c = 'with "both"';
const d = \`name LIKE '%\${mark || 'none'}%'\`;`
  expect(restyle(source, style)).toBe(`const a = "plain";
const b = ask("SELECT current_setting('marker', true)");
const c = 'with "both"';
const d = \`name LIKE '%\${mark || "none"}%'\`;
`)
})
