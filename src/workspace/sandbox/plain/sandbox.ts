import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, chownSync, cpSync, mkdirSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import type { Sandbox } from '../../../contracts/sandbox.ts'
import { SupervisorClient } from '../client.ts'
import { copyProject } from '../copy-project.ts'
import type { Owner } from '../copy-tree.ts'
import type { SandboxOptions } from '../options.ts'
import { buildSandbox } from '../sandbox-object.ts'
import { createPlace, removePlace } from '../scratch-directory.ts'
import type { SupervisorConfig } from '../supervisor/protocol.mts'
import { packageRoot, supervisorDirectory } from '../supervisor-path.ts'
import { surveyTree } from '../survey.ts'

const NOBODY: Owner = { uid: 65534, gid: 65534 }

/** Without namespaces: ordinary processes in a copy of the tree. Nothing is enforced, and the report says so. */
export async function openPlainSandbox(id: string, options: SandboxOptions, why: string): Promise<Sandbox> {
  const place = createPlace()
  try {
    const project = realpathSync(options.root)
    const tree = options.tree ? realpathSync(options.tree) : project
    const owner = lesserUser()
    const shared = join(place, 'shared')
    const scratch = join(place, 'scratch')
    const temporary = join(place, 'tmp')
    const home = join(scratch, 'home')
    for (const directory of [shared, scratch, home, temporary]) {
      mkdirSync(directory)
      if (owner) chownSync(directory, owner.uid, owner.gid)
    }
    if (owner) chmodSync(place, 0o711)
    const supervisor = join(place, 'supervisor')
    cpSync(supervisorDirectory(), supervisor, { recursive: true })

    const survey = await surveyTree(project)
    const shown = tree === project ? survey : await surveyTree(tree)
    const masked = [...shown.secrets, ...(options.mask ?? [])]
    const copy = await copyProject({ root: project, tree, project: survey, masked, to: join(place, 'tree'), owner })
    const { view } = copy

    const config: SupervisorConfig = {
      id,
      root: view,
      shared,
      hosts: [],
      egress: { log: '', pidFile: '' },
      isolated: false,
      layers: [],
      temporary: [temporary],
      notTemporary: [],
    }
    const child = spawn(process.execPath, [join(supervisor, 'main.mjs'), JSON.stringify(config)], {
      cwd: view,
      env: { PATH: process.env.PATH ?? '' },
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
      ...(owner ?? {}),
    })
    const client = new SupervisorClient(child, {
      cwd: view,
      env: { PATH: process.env.PATH ?? '', HOME: home, LANG: 'C.UTF-8', TZ: 'UTC' },
      always: { TMPDIR: temporary },
    })
    await client.ready
    return buildSandbox({
      id,
      root: view,
      scratch,
      client,
      child,
      place,
      shared,
      enforcement: {
        network: 'none',
        files: 'copy',
        processes: 'group',
        how: `ordinary processes in a copy of the tree, network not enforced: ${why}`,
      },
      files: copy.changes,
    })
  } catch (error) {
    removePlace(place)
    throw error
  }
}

/** As root, a user of less power that can still read Node and this package: some database servers refuse root. */
function lesserUser(): Owner | null {
  if (process.getuid?.() !== 0) return null
  const probe = "require('fs').readdirSync(process.argv[1])"
  const { status } = spawnSync(process.execPath, ['-e', probe, packageRoot()], { ...NOBODY, cwd: '/', env: {} })
  return status === 0 ? NOBODY : null
}
