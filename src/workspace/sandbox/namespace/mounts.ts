import { existsSync, lstatSync, readdirSync, readFileSync, realpathSync } from 'node:fs'
import { dirname, join, sep } from 'node:path'

/** Directories of the machine that hold programs and no one's data. */
const SYSTEM = /^(usr|bin|sbin|lib.*|opt|nix|snap|gnu)$/
const DEVICES = ['null', 'zero', 'full', 'random', 'urandom', 'tty']

export interface SystemView {
  /** Top-level symlinks to repeat, e.g. `/bin`. */
  links: string[]
  /** Top-level directories to show read-only. */
  directories: string[]
  devices: string[]
}

export function systemView(): SystemView {
  const view: SystemView = { links: [], directories: [], devices: DEVICES.filter((name) => existsSync(`/dev/${name}`)) }
  for (const name of readdirSync('/')) {
    if (!SYSTEM.test(name)) continue
    const path = `/${name}`
    if (lstatSync(path).isSymbolicLink()) view.links.push(path)
    else view.directories.push(path)
  }
  return view
}

/** Whether a path is within one of the directories. */
export function within(path: string, directories: string[]): boolean {
  return directories.some((directory) => path === directory || path.startsWith(directory + sep))
}

/** Where Node is installed (its `bin`'s parent), unless system directories show it anyway. */
export function nodeInstallation(visible: string[]): string[] {
  const real = realpathSync(process.execPath)
  if (within(real, visible)) return []
  return [dirname(real).endsWith(`${sep}bin`) ? dirname(dirname(real)) : dirname(real)]
}

/**
 * The enclosing workspace of a package, when dependencies or sibling packages lie above the project: the highest ancestor
 * that holds `node_modules` or declares workspaces.
 */
export function enclosingWorkspace(root: string): string[] {
  let found: string | null = null
  for (let at = dirname(root); at !== dirname(at); at = dirname(at)) {
    if (at === process.env.HOME) break
    if (existsSync(join(at, 'node_modules')) || existsSync(join(at, 'pnpm-workspace.yaml'))) found = at
    if (existsSync(join(at, '.git'))) break
  }
  return found === null ? [] : [found]
}

/** Where something is mounted below this directory, outer ones first. */
export function mountsBelow(path: string): string[] {
  const found = mountTable().flatMap(({ at }) => (at.startsWith(`${path}/`) ? [at] : []))
  return [...new Set(found)].sort((a, b) => a.length - b.length)
}

/** Mount options that a remount must repeat because the kernel has locked them for user namespaces. */
export function lockedOptions(path: string): string[] {
  let best = ''
  let options = ''
  for (const mount of mountTable()) {
    const covers = mount.at === '/' || path === mount.at || path.startsWith(`${mount.at}/`)
    if (covers && mount.at.length >= best.length) {
      best = mount.at
      options = mount.options
    }
  }
  return options.split(',').filter((option) => option === 'noexec')
}

function mountTable(): { at: string; options: string }[] {
  return readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) => {
      const fields = line.split(' ')
      const at = (fields[4] ?? '').replace(/\\(\d{3})/g, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8)))
      return { at, options: fields[5] ?? '' }
    })
}
