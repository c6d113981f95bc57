import type { DraftInput } from '../../../../contracts/plugs.ts'
import type { SuiteFile } from '../../../../contracts/suite.ts'
import type { DraftContext } from '../case-scope.ts'
import type { Dialect } from '../dialect.ts'
import { type Doc, join, newline, printDoc } from '../print/doc.ts'
import { restyle } from '../print/restyle.ts'
import type { ComposeService } from '../services.ts'
import { appModule, needsOpening } from './app.ts'
import { assertionsModule } from './assertions.ts'
import { databaseModule } from './database.ts'
import { environmentModule } from './environment.ts'
import { factoryDocs } from './factories.ts'
import { accessTo } from './handles.ts'
import { createImports } from './imports.ts'
import { hasOwnClient } from './own-client.ts'
import { runnerImport } from './runner-import.ts'
import { uniqueModule } from './unique.ts'

export interface Support {
  files: SuiteFile[]
  /** What tests can import from the folder's `index`. */
  names: string[]
  /** What of that they can import from a file of its own, too. */
  modules: { name: string; names: string[] }[]
  importFrom(path: string): string
}

/** What tests see of the database. */
const LOOKS = ['expectNoRow', 'expectRow', 'ownRows', 'removeRow', 'rows']

/** The helper folder: only what the tests drafted so far use. */
export async function supportFiles(
  input: DraftInput,
  context: DraftContext,
  plan: {
    folder: string
    services: ComposeService[]
    variables: Record<string, string>
    mode: string | null
    dialect: Dialect
    /** The module that the runner's words are imported from. */
    words: string | null
  },
): Promise<Support> {
  const { map, tables } = input
  const { code, uses, factories } = context
  const { style } = code
  const transpiled = plan.dialect.isTranspiled(input)
  const extensions = style.esm && (await importsNeedExtensions(input, transpiled))
  const native = style.esm && !transpiled
  const imports = createImports(plan.folder, style, {
    extensions,
    dynamic: native,
    isFile: (module) => !Object.keys(map.dependencies).some((name) => module === name || module.startsWith(`${name}/`)),
  })
  const extension = style.typescript ? 'ts' : 'js'
  const files: SuiteFile[] = []
  const add = (name: string, content: string) =>
    files.push({
      path: `${plan.folder}/${name}.${extension}`,
      content: withWords(withExtensions(content, extensions)),
      kind: 'helper',
    })

  const withWords = (content: string) =>
    plan.words === null ? content : `${runnerImport(content, plan.words, style)}${content}`
  const envFile = plan.mode === null && (await input.existing('.env.test')) !== null ? '.env.test' : null
  const made = factoryDocs(context)
  const { store, cleanup } = context.database ?? { store: undefined, cleanup: null }
  const access = store ? accessTo(store, map.dependencies, imports.of) : null
  const actors = [...factories.values()].some(({ recipe, used }) => used && recipe.credential !== null)
  const guardRequests = Boolean(store && access) && plan.dialect.runsTestsUnprepared(input)
  const removes = (cleanup?.removals.length ?? 0) > 0
  const usesUnique = uses.unique.size > 0 || removes

  add('environment', environmentModule(map, { ...plan, envFile }, style))
  add(
    'app',
    appModule(
      map,
      imports,
      { methods: [...uses.methods].sort(), data: uses.data, calls: uses.calls },
      { guardRequests, actors },
      style,
    ),
  )
  add(
    'assertions',
    assertionsModule(
      uses.helpers,
      {
        factories: made.names.length > 0,
        errors: context.errors,
        ownClient: hasOwnClient(map),
        secretVariable: map.auth.find(({ secretVariable }) => secretVariable)?.secretVariable ?? null,
      },
      style,
    ),
  )
  if (usesUnique) {
    const sweep = (cleanup?.roots.length ?? 0) > 0
    add(
      'unique',
      uniqueModule(uses.unique, { sweep, alone: store?.engine === 'sqlite', kept: cleanup?.usesMade ?? false }, style),
    )
  }
  if (store && access && cleanup)
    add(
      'database',
      databaseModule(
        {
          store,
          access,
          tables: tables[store.name] ?? [],
          plan: cleanup,
          compose: plan.services.length > 0,
          looksAtOwn: uses.helpers.has('ownRows'),
          looks: uses.helpers,
          guardRequests,
        },
        style,
      ),
    )
  if (made.names.length > 0) add('factories', factoriesModule(made.docs, made.names, usesUnique))
  add('index', indexModule())
  const modules = [
    { name: 'assertions', names: helperNames() },
    { name: 'factories', names: made.names },
  ]
  return { files, names: exportedNames(), modules, importFrom: imports.local }

  function factoriesModule(docs: Doc[], names: string[], unique: boolean): string {
    const layout = { width: style.width, indent: style.indent }
    const body = printDoc(join([newline, newline], docs), layout).text
    const asModule = style.esm || style.typescript
    const ofApp = [...(/(?<!\w\.)\bapi\b/.test(body) ? ['api'] : []), ...(actors ? ['client'] : [])]
    const head = [
      ofApp.length > 0 ? `import { ${ofApp.join(', ')} } from './app';` : '',
      body.includes('expectSuccess(') ? `import { expectSuccess } from './assertions';` : '',
      unique && body.includes('unique.') ? `import { unique } from './unique';` : '',
    ]
    const start = restyle(head.filter(Boolean).join('\n'), style)
    const type =
      style.typescript && body.includes('Entity')
        ? restyle(
            `// What the API answered, with credentials where it is an actor.\nexport type Entity = Record<string, any>;`,
            style,
          )
        : ''
    const end = code.statement(['module.exports = ', code.object(names.map((key) => ({ key, value: key })))])
    return [start, type, body, asModule ? '' : printDoc(end, layout).text].filter(Boolean).join('\n')
  }

  function helperNames(): string[] {
    const source = files.find(({ path }) => path.includes('/assertions.'))?.content ?? ''
    const all = ['expectResponse', 'like', ...uses.helpers].filter((name) => !LOOKS.includes(name))
    return [...new Set(all)].filter((name) => new RegExp(`\\b(const|function) ${name}\\b`).test(source)).sort()
  }

  function exportedNames(): string[] {
    const database = access ? LOOKS.filter((name) => uses.helpers.has(name)) : []
    return ['api', ...made.names, ...helperNames(), ...database, ...(usesUnique ? ['unique'] : [])].sort()
  }

  function indexModule(): string {
    const opens = needsOpening(map)
    const hooks = [
      access ? `beforeAll(prepare, 60000);` : '',
      opens ? `beforeAll(open, 60000);` : '',
      removes && access ? `afterEach(removeOwnRows);` : '',
      opens ? `afterAll(shut);` : '',
      access ? `afterAll(close);` : '',
    ].filter(Boolean)
    const fromDatabase = [
      access ? 'close' : '',
      access ? 'prepare' : '',
      removes && access ? 'removeOwnRows' : '',
    ].filter(Boolean)
    const asModule = style.esm || style.typescript
    const shared = exportedNames()
    const from: [string, string[]][] = [
      ['app', ['api', ...(opens ? ['open', 'shut'] : [])]],
      ['assertions', helperNames()],
      ['database', access ? [...fromDatabase, ...LOOKS.filter((name) => shared.includes(name))] : []],
      ['factories', made.names],
      ['unique', usesUnique ? ['unique'] : []],
    ]
    if (asModule) {
      const internal = new Set([...fromDatabase, 'open', 'shut'])
      const importLines = from.flatMap(([file, names]) => {
        const own = names.filter((name) => internal.has(name))
        return own.length > 0 ? [`import { ${own.join(', ')} } from './${file}';`] : []
      })
      const exportLines = from.flatMap(([file, names]) => {
        const own = names.filter((name) => !internal.has(name))
        return own.length > 0 ? [listing(`export {`, own, `} from './${file}';`)] : []
      })
      return restyle(
        [importLines.join('\n'), hooks.join('\n'), exportLines.join('\n')].filter(Boolean).join('\n\n'),
        style,
      )
    }
    const modules = from.filter(([, names]) => names.length > 0).map(([file]) => file)
    const requires = modules.flatMap((file) => {
      if (file === 'database') return [`import * as database from './database';`]
      if (file === 'app') return [`import { ${['api', ...(opens ? ['open', 'shut'] : [])].join(', ')} } from './app';`]
      return file === 'unique' ? [`import { unique } from './unique';`] : [`import * as ${file} from './${file}';`]
    })
    const hooked = hooks.map((hook) => (/open|shut/.test(hook) ? hook : hook.replace('(', '(database.')))
    const list = [
      'api',
      ...(usesUnique ? ['unique'] : []),
      ...modules.filter((file) => file !== 'app' && file !== 'unique').map((file) => `...${file}`),
    ]
    return restyle(
      [requires.join('\n'), hooked.join('\n'), listing('module.exports = {', list, '};')].filter(Boolean).join('\n\n'),
      style,
    )
  }
}

function listing(start: string, names: string[], end: string): string {
  const flat = `${start} ${names.join(', ')} ${end}`
  return flat.length <= 80 ? flat : `${start}\n${names.map((name) => `  ${name},`).join('\n')}\n${end}`
}

/** Native ES modules name files in full; so do TypeScript projects that are written for them. */
async function importsNeedExtensions(input: DraftInput, transpiled: boolean): Promise<boolean> {
  if (!transpiled) return true
  const source = await input.existing(input.map.boot?.app?.file ?? input.map.sources[0] ?? '')
  return /from ['"]\.{1,2}\/[^'"]+\.js['"]/.test(source ?? '')
}

function withExtensions(text: string, extensions: boolean): string {
  if (!extensions) return text
  return text.replace(/(from |import )(['"])(\.\/[a-z]+)\2/g, '$1$2$3.js$2')
}
