import type { Boot } from '../../../contracts/project.ts'
import { Interpreter, type SideEffect, type World } from '../evaluate/interpreter.ts'
import { alternatives, literal, origin, UNDEFINED, type Value } from '../evaluate/values.ts'
import { flatten } from '../frameworks/flatten.ts'
import { partOf } from '../frameworks/routers.ts'
import type { Evaluated } from '../routes.ts'
import { exportsOf, variablesIn } from './evidence.ts'
import type { Manifest } from './manifest.ts'
import type { SourceTree } from './sources.ts'

/** How the server starts, and how a test gets at its application without starting it. */
export function findBoot(tree: SourceTree, world: World, manifest: Manifest, evaluated: Evaluated): Boot | null {
  const { entry, interp } = evaluated
  if (!entry) return null
  const port = portOf(interp)
  const found = findApp(world, evaluated)
  return {
    command: runnable(entry.command, manifest, entry.file),
    source: entry.source.includes(':') ? entry.source : `${entry.file}:1`,
    build: entry.build,
    portVariable: port.variable,
    defaultPort: port.fallback,
    app: found.app,
    before: found.app ? loadedBefore(tree, world, entry.file, found.app.file) : [],
    ...(found.app ? {} : { whyNoApp: found.why }),
  }
}

/** TypeScript needs a runner that is there. */
function runnable(command: string[], manifest: Manifest, file: string): string[] {
  if (command[0] !== 'node_modules/.bin/tsx') return command
  const runner = ['tsx', 'ts-node', '@swc-node/register'].find((name) => name in manifest.dependencies)
  if (runner === 'ts-node') return ['node_modules/.bin/ts-node', '--transpile-only', file]
  if (runner === '@swc-node/register') return ['node', '-r', '@swc-node/register', file]
  return command
}

function portOf(interp: Interpreter): { variable: string | null; fallback: number | null } {
  const effect = interp.effects.find(({ kind, args }) => kind === 'listen' && args.length > 0)
  const [first] = effect?.args ?? []
  const value = first?.k === 'obj' ? first.props.get('port') : first
  const named = variablesIn(value)[0]?.name ?? (interp.variables.has('PORT') ? 'PORT' : null)
  const fallback = Number(
    value &&
      alternatives(value)
        .map((one) => literal(one)?.v)
        .find((one) => Number(one) > 0),
  )
  const known = Number(interp.variables.get(named ?? '')?.fallback)
  return { variable: named, fallback: fallback > 0 ? fallback : known > 0 ? known : null }
}

const NOT_EXPORTED = 'No module exports the application'

type Found = { app: Boot['app']; why: string }

function findApp(world: World, evaluated: Evaluated): Found {
  const wanted = evaluated.app
  if (!wanted) return { app: null, why: 'No application object was found' }
  const { interp } = evaluated
  const { name: kind, imported } = partOf(wanted)?.framework ?? { name: 'http' }
  if (!imported) return { app: null, why: `Tests start a ${kind} server as a process` }
  const count = evaluated.routes.length
  let why = NOT_EXPORTED
  for (const { file, export: name } of exportsOf(evaluated, (value) => value === wanted)) {
    const probe = load(world, file)
    const effect = probe.effects.find(keepsFromImport)
    if (effect)
      why = `Importing ${file} ${effect.kind === 'listen' ? 'starts to listen' : 'exits'} (${effect.file}:${effect.line})`
    else if (opensDatabase(interp) && !opensDatabase(probe))
      why = `${file} leaves it to ${evaluated.entry?.file ?? 'the entry'} to open the database`
    else if (routesOf(exported(probe, file, name)) < count)
      why = `${file} exports the application before its routes are on it`
    else return { app: { file, export: name, kind }, why: '' }
  }
  const made = imported === 'factory' ? factory(world, evaluated, why) : { app: null, why }
  const listening = interp.effects.find(({ kind }) => kind === 'listen')
  if (made.app || why !== NOT_EXPORTED || !listening) return made
  return {
    app: null,
    why: `${NOT_EXPORTED}, and ${listening.file} starts to listen when it is loaded (line ${listening.line}): tests start the server as a process`,
  }
}

/** TypeORM answers nothing before somebody has awaited its connection; others connect when they are first asked. */
function opensDatabase(interp: Interpreter): boolean {
  return interp.calls.some((call) => {
    const from = call.base && origin(call.base)
    return from?.module === 'typeorm' && /^(initialize|createConnections?)$/.test(from.path.at(-1) ?? '')
  })
}

/** An exit after a failure, such as a database that is not reached, does not happen where everything is there. */
function keepsFromImport({ kind, unsure }: SideEffect): boolean {
  return kind === 'listen' || !unsure
}

/** Loads a module as a test would: not as the module that was started. */
function load(world: World, file: string): Interpreter {
  const probe = new Interpreter(world, null)
  probe.module(file)
  return probe
}

function exported(interp: Interpreter, file: string, name: string): Value {
  const exports = interp.modules.get(file)?.holder.props.get('exports') ?? UNDEFINED
  if (name === 'module.exports' || exports.k !== 'obj' || exports.part) return exports
  return exports.props.get(name) ?? UNDEFINED
}

function routesOf(value: Value): number {
  const part = alternatives(value).map(partOf).find(Boolean)
  return part ? flatten(part).length : 0
}

/** An exported function that makes the application, called without arguments. */
function factory(world: World, evaluated: Evaluated, why: string): Found {
  for (const { file, export: name, value } of exportsOf(evaluated, (one) => one.k === 'fn')) {
    if (value.k !== 'fn') continue
    if (
      !/app|server|create|build|make|bootstrap|init|setup|default|module\.exports/i.test(
        `${name} ${value.fn.name ?? ''}`,
      )
    )
      continue
    const probe = load(world, file)
    const fn = exported(probe, file, name)
    if (fn.k !== 'fn' || probe.effects.some(keepsFromImport)) continue
    const { value: made } = probe.capture(() => probe.callFunction(fn, [], UNDEFINED))
    if (!made || routesOf(made) < evaluated.routes.length) continue
    if (probe.effects.some(keepsFromImport)) return { app: null, why: `${name} of ${file} starts to listen` }
    return { app: { file, export: name, kind: 'factory' }, why: '' }
  }
  return { app: null, why }
}

/** Modules that the entry loads only for what they do, before it loads the application. */
function loadedBefore(tree: SourceTree, world: World, entry: string, app: string): string[] {
  if (entry === app) return []
  const before: string[] = []
  for (const line of (tree.sources.get(entry) ?? '').split('\n')) {
    const bare = /^\s*(?:import\s+|require\(\s*)['"]([^'"]+)['"]/.exec(line)?.[1]
    if (/^\s*(?:require\(\s*['"]dotenv['"]\s*\)|dotenv)\.config\(\s*\)/.test(line)) {
      before.push('dotenv/config')
      continue
    }
    const any = bare ?? /(?:from\s+|require\(\s*)['"]([^'"]+)['"]/.exec(line)?.[1]
    if (!any) continue
    const target = world.resolve(entry, any)
    if ('file' in target && target.file === app) return before
    if (!bare) continue
    if ('file' in target) before.push(target.file)
    else if ('module' in target && !target.module.startsWith('?')) before.push(target.module)
  }
  return before
}
