import { chownSync, mkdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { SandboxState } from '../../contracts/sandbox.ts'
import { compareListings, copyTree, listTree, type Owner } from './copy-tree.ts'
import type { Survey } from './survey.ts'

/**
 * Copies `tree`, with the dependency folders of the project at `root`, below `to`. Files in `masked` become empty. `changes`
 * tells what differs since; dependency folders are not looked into.
 */
export async function copyProject(input: {
  root: string
  tree: string
  project: Survey
  masked: string[]
  to: string
  owner: Owner | null
}): Promise<{ view: string; changes(): Promise<SandboxState['files']> }> {
  const { root, tree, project, owner } = input
  mkdirSync(input.to)
  if (owner) chownSync(input.to, owner.uid, owner.gid)
  const view = join(input.to, basename(root))
  const foreign = tree === root ? [] : project.dependencies
  await copyTree(tree, view, { empty: new Set(input.masked), skip: new Set(foreign), owner })
  for (const path of foreign)
    await copyTree(join(root, path), join(view, path), { empty: new Set(), skip: new Set(), owner })
  const before = await listTree(view, project.dependencies)
  return { view, changes: async () => compareListings(before, await listTree(view, project.dependencies)) }
}
