import type { DraftInput } from '../../../contracts/plugs.ts'

/** How the project writes code, as far as it shows. */
export interface Style {
  semicolons: boolean
  quotes: 'single' | 'double'
  /** One step of indentation. */
  indent: string
  trailingCommas: boolean
  /** Trailing commas also after the last argument of a call. */
  callCommas: boolean
  /** `x => …` rather than `(x) => …`. */
  bareArrowParameter: boolean
  /** Three or more chained calls always go on lines of their own (Prettier 1). */
  breakChains: boolean
  width: number
  caseWord: 'test' | 'it'
  typescript: boolean
  esm: boolean
}

interface PrettierOptions {
  printWidth?: number
  arrowParens?: 'avoid' | 'always'
  trailingComma?: 'none' | 'es5' | 'all'
}

/** Reads the style from the map and, where there is one in JSON, from Prettier's configuration. */
export async function readStyle({ map, existing }: Pick<DraftInput, 'map' | 'existing'>): Promise<Style> {
  const { style, caseWord, suffix } = map.tests
  const prettier = await readPrettier(existing)
  const declared = map.dependencies.prettier
  const major = declared ? Number(/\d+/.exec(declared.installed ?? declared.range)?.[0] ?? 3) : null
  const trailing =
    prettier.trailingComma ?? (style.trailingCommas ? (major !== null && major < 3 ? 'es5' : 'all') : 'none')
  return {
    semicolons: style.semicolons,
    quotes: style.quotes,
    indent: style.indent === 'tab' ? '\t' : ' '.repeat(style.indent),
    trailingCommas: trailing !== 'none',
    callCommas: trailing === 'all',
    bareArrowParameter: prettier.arrowParens ? prettier.arrowParens === 'avoid' : major !== null && major < 2,
    breakChains: major === 1,
    width: prettier.printWidth ?? (major === null ? 100 : 80),
    caseWord,
    typescript: /\.[cm]?tsx?$/.test(suffix),
    esm: map.moduleSystem === 'esm' || /\.mjs$/.test(suffix),
  }
}

async function readPrettier(existing: DraftInput['existing']): Promise<PrettierOptions> {
  for (const path of ['.prettierrc', '.prettierrc.json']) {
    const options = parseObject(await existing(path))
    if (options) return options
  }
  const manifest = parseObject(await existing('package.json')) as { prettier?: PrettierOptions } | null
  return typeof manifest?.prettier === 'object' ? manifest.prettier : {}
}

function parseObject(text: string | null): PrettierOptions | null {
  try {
    const value: unknown = JSON.parse(text ?? '')
    return value !== null && typeof value === 'object' ? value : null
  } catch {
    return null
  }
}
