import { parse } from 'yaml'
import type { TestConventions } from '../../../contracts/project.ts'
import type { Manifest } from './manifest.ts'
import { asObject, parseJson, type SourceTree } from './sources.ts'

type Style = TestConventions['style']

/** How code is written here: by the formatter's configuration, and by what most sources do where it is silent. */
export function readStyle(tree: SourceTree, manifest: Manifest): Style {
  const seen = observed(tree)
  const prettier = prettierOf(tree, manifest)
  const editor = editorOf(tree)
  if (prettier) {
    const width = Number(prettier.tabWidth ?? editor.indent ?? 2)
    return {
      semicolons: prettier.semi !== false,
      quotes: prettier.singleQuote === true ? 'single' : 'double',
      indent: prettier.useTabs === true || (prettier.useTabs === undefined && editor.indent === 'tab') ? 'tab' : width,
      trailingCommas: prettier.trailingComma === undefined ? seen.trailingCommas : prettier.trailingComma !== 'none',
    }
  }
  return { ...seen, indent: editor.indent ?? seen.indent }
}

/** The formatter's settings; an empty object is a decision for its defaults. */
function prettierOf(tree: SourceTree, manifest: Manifest): Record<string, unknown> | null {
  if (manifest.raw.prettier && typeof manifest.raw.prettier === 'object') return asObject(manifest.raw.prettier)
  for (const [path, text] of tree.documents) {
    if (!/^\.prettierrc(\.(json|ya?ml))?$/.test(path)) continue
    return asObject(parseJson(text) ?? yaml(text))
  }
  for (const [path, text] of tree.sources) {
    if (!/^(\.prettierrc|prettier\.config)\.[cm]?js$/.test(path)) continue
    const flag = (name: string): unknown => {
      const value = new RegExp(`\\b${name}\\s*:\\s*(true|false|\\d+|['"]\\w+['"])`).exec(text)?.[1]
      return value === undefined
        ? undefined
        : value === 'true'
          ? true
          : value === 'false'
            ? false
            : value.replace(/['"]/g, '')
    }
    return Object.fromEntries(
      ['semi', 'singleQuote', 'tabWidth', 'useTabs', 'trailingComma'].map((name) => [name, flag(name)]),
    )
  }
  return null
}

function yaml(text: string): unknown {
  try {
    return parse(text)
  } catch {
    return null
  }
}

function editorOf(tree: SourceTree): { indent: number | 'tab' | null } {
  const text = tree.documents.get('.editorconfig') ?? ''
  if (/indent_style\s*=\s*tab/.test(text)) return { indent: 'tab' }
  const size = /indent_size\s*=\s*(\d+)/.exec(text)?.[1]
  return { indent: size ? Number(size) : null }
}

/** What most lines do. */
function observed(tree: SourceTree): Style {
  const count = { semi: 0, bare: 0, single: 0, double: 0, tab: 0, two: 0, four: 0, comma: 0, none: 0 }
  const texts = [...tree.sources].filter(([path]) => !/\.config\.|\.d\.ts$/.test(path)).slice(0, 60)
  for (const [, text] of texts) {
    const sample = text.slice(0, 6000)
    count.semi += sample.match(/[\w)\]'"`];\s*$/gm)?.length ?? 0
    count.bare += sample.match(/^\s*(?:const|let|var|import|return)\b[^\n]*[\w)'"\]]\s*$/gm)?.length ?? 0
    count.single += sample.match(/'[^'\n]*'/g)?.length ?? 0
    count.double += sample.match(/"[^"\n]*"/g)?.length ?? 0
    count.tab += sample.match(/^\t\S/gm)?.length ?? 0
    count.two += sample.match(/^ {2}\S/gm)?.length ?? 0
    count.four += sample.match(/^ {4}\S/gm)?.length ?? 0
    count.comma += sample.match(/,\n\s*[}\])]/g)?.length ?? 0
    count.none += sample.match(/[\w'"}\])]\n\s*[}\]]/g)?.length ?? 0
  }
  return {
    semicolons: count.semi >= count.bare,
    quotes: count.single >= count.double ? 'single' : 'double',
    indent: count.tab > count.two + count.four ? 'tab' : count.four > count.two * 2 ? 4 : 2,
    trailingCommas: count.comma * 2 > count.none,
  }
}
