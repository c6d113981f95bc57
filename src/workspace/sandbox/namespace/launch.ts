import { type ChildProcess, spawn } from 'node:child_process'
import { chownSync, cpSync, existsSync, mkdirSync, realpathSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { SandboxState } from '../../../contracts/sandbox.ts'
import { copyProject } from '../copy-project.ts'
import type { SandboxOptions } from '../options.ts'
import type { StateValue, SupervisorConfig } from '../supervisor/protocol.mts'
import { packageRoot, supervisorDirectory } from '../supervisor-path.ts'
import { surveyTree } from '../survey.ts'
import { changedFiles } from './changed-files.ts'
import { enclosingWorkspace, nodeInstallation, systemView, within } from './mounts.ts'
import { setupScript } from './setup-script.ts'

const INSIDE = {
  scratch: '/run/sandbox/scratch',
  home: '/run/sandbox/scratch/home',
  shared: '/run/sandbox/shared',
  supervisor: '/run/sandbox/supervisor',
  egress: { log: '/run/sandbox/egress.log', pidFile: '/run/sandbox/egress.pid' },
}

/** Programs that build the namespaces; the machine's own variables are not handed on. */
const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

const KERNEL_SWITCHES = ['sys', 'sysrq-trigger', 'irq', 'bus', 'fs', 'acpi']

export interface Launched {
  child: ChildProcess
  root: string
  scratch: string
  home: string
  /** The shared directory as seen outside. */
  shared: string
  how: string
  /** What differs from the project. */
  changes(state: StateValue): Promise<SandboxState['files']>
}

/** Starts a supervisor in namespaces of its own. `place` is a fresh directory of the machine for mount point and sockets. */
export async function launchInNamespaces(
  id: string,
  place: string,
  options: SandboxOptions,
  files: 'overlay' | 'copy',
): Promise<Launched> {
  const root = realpathSync(options.root)
  const tree = options.tree ? realpathSync(options.tree) : root
  const mountPoint = join(place, 'root')
  const shared = join(place, 'shared')
  const owner = ownerToBecome(tree)
  for (const directory of [mountPoint, shared]) {
    mkdirSync(directory)
    if (owner) chownSync(directory, owner.uid, owner.gid)
  }
  let supervisor = supervisorDirectory()
  if (owner) {
    chownSync(place, owner.uid, owner.gid)
    // The installed one may lie where only root looks.
    cpSync(supervisor, join(place, 'supervisor'), { recursive: true })
    supervisor = join(place, 'supervisor')
  }

  const project = await surveyTree(root)
  const shown = tree === root ? project : await surveyTree(tree)
  const dependencies = tree === root ? [] : project.dependencies
  const masked = [...new Set([...shown.secrets, ...(options.mask ?? [])])]
  const copy =
    files === 'copy' ? await copyProject({ root, tree, project, masked, to: join(place, 'tree'), owner }) : null
  const layers = copy ? [] : [{ lower: tree, at: '' }, ...dependencies.map((at) => ({ lower: join(root, at), at }))]

  const system = systemView()
  const visible = [...system.directories, ...system.links]
  const around = [packageRoot(), ...enclosingWorkspace(root)]
  const wanted = [...nodeInstallation(visible), ...around, ...project.linked, ...(options.readOnly ?? [])]
  const readOnly = [...new Set(wanted)]
    .filter((path) => !within(path, [...visible, root]))
    .sort((a, b) => a.length - b.length)

  const config: SupervisorConfig = {
    id,
    root,
    shared: INSIDE.shared,
    hosts: options.hosts ?? [],
    egress: INSIDE.egress,
    isolated: true,
    layers: layers.map(({ at }, index) => ({ upper: `/run/sandbox/layers/${index}`, at })),
    temporary: ['/'],
    notTemporary: ['/run/sandbox'],
  }
  const script = setupScript({
    mountPoint,
    system,
    readOnly,
    overlays: layers.map(({ lower, at }, index) => ({
      lower,
      at: join(root, at),
      upper: `/run/sandbox/layers/${index}`,
    })),
    copy: copy && { from: copy.view, at: root },
    masks: [...(await secretsAround(around, root)), ...masked.map((path) => join(root, path))],
    shared: { from: shared, at: INSIDE.shared },
    supervisor: { from: supervisor, at: INSIDE.supervisor },
    hosts: options.hosts ?? [],
    egress: INSIDE.egress,
    argv: [realpathSync(process.execPath), `${INSIDE.supervisor}/main.mjs`, JSON.stringify(config)],
    readOnlyProc:
      process.getuid?.() === 0 && owner === null ? KERNEL_SWITCHES.filter((name) => existsSync(`/proc/${name}`)) : [],
  })
  const child = spawn(
    'unshare',
    [
      ...['--user', '--map-root-user', '--net', '--pid', '--mount', '--ipc', '--uts', '--fork', '--kill-child'],
      ...['--', ...shellFor(script)],
    ],
    {
      cwd: '/',
      env: { PATH: SYSTEM_PATH, LANG: 'C.UTF-8' },
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
      ...(owner ?? {}),
    },
  )
  return {
    child,
    root,
    scratch: INSIDE.scratch,
    home: INSIDE.home,
    shared,
    how: copy ? 'a copy of the project' : 'overlay over the project',
    changes: (state) => (copy ? copy.changes() : changedFiles(state.layers, layers, new Set(masked))),
  }
}

/**
 * Descriptors that our own parent left open would lead out of the sandbox. Only bash can close those above 9; without it they
 * stay open, as they would for any child of ours.
 */
function shellFor(script: string): string[] {
  if (!existsSync('/bin/bash')) return ['sh', '-c', script]
  const close = 'cd /proc/self/fd; for fd in *; do if [ "$fd" -gt 2 ]; then eval "exec $fd>&-"; fi; done; cd /'
  return ['bash', '--norc', '-c', `${close}\n${script}`]
}

/** Secrets files of what is shown around the project. */
async function secretsAround(directories: string[], root: string): Promise<string[]> {
  const surveys = await Promise.all(
    directories.map(async (at) => (await surveyTree(at)).secrets.map((path) => join(at, path))),
  )
  return [...new Set(surveys.flat())].filter((path) => !within(path, [root]))
}

/**
 * Root of the machine becomes the owner of the tree first: root of a user namespace may neither read nor change what belongs to a
 * user outside of it.
 */
function ownerToBecome(tree: string): { uid: number; gid: number } | null {
  const { uid, gid } = statSync(tree)
  return process.getuid?.() === 0 && uid !== 0 ? { uid, gid } : null
}
