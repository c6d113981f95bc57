import { readdir, readFile, realpath, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { isSecretFile } from '../secret-files.ts'

const DEPENDENCIES = new Set(['node_modules', '.venv', 'vendor'])
const DEEPEST = 8

export interface Survey {
  /** Installed dependencies, relative to the tree; nothing below them is looked at. */
  dependencies: string[]
  /** Where links among the dependencies lead outside the tree (`file:../shared`, linked packages); absolute. */
  linked: string[]
  /** Files that hold secrets, relative to the tree. */
  secrets: string[]
}

/** Finds dependency folders and secrets files of a source tree. */
export async function surveyTree(tree: string): Promise<Survey> {
  const survey: Survey = { dependencies: [], linked: [], secrets: [] }
  await look(tree, '', 0, survey)
  const links = await Promise.all(survey.dependencies.map((path) => linksIn(join(tree, path))))
  survey.linked = [...new Set(links.flat())].filter((target) => !target.startsWith(tree + sep))
  if (await hasCredentials(join(tree, '.git/config'))) survey.secrets.push('.git/config')
  return survey
}

async function look(tree: string, path: string, depth: number, survey: Survey): Promise<void> {
  const entries = await readdir(join(tree, path), { withFileTypes: true }).catch(() => [])
  const deeper: Promise<void>[] = []
  for (const entry of entries) {
    const relative = path === '' ? entry.name : `${path}/${entry.name}`
    if (DEPENDENCIES.has(entry.name)) {
      if (entry.isDirectory() || (await isDirectory(join(tree, relative)))) survey.dependencies.push(relative)
    } else if (entry.isDirectory()) {
      if (entry.name === '.git') continue
      if (depth < DEEPEST) deeper.push(look(tree, relative, depth + 1, survey))
    } else if (isSecretFile(entry.name)) survey.secrets.push(relative)
  }
  await Promise.all(deeper)
}

async function isDirectory(path: string): Promise<boolean> {
  return stat(path).then(
    (info) => info.isDirectory(),
    () => false,
  )
}

/** Real directories that a dependency folder, its packages and its scopes are links to. */
async function linksIn(folder: string): Promise<string[]> {
  const real = await realpath(folder)
  const found = real === folder ? [] : [real]
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory() && entry.name.startsWith('@')) found.push(...(await linksIn(path)))
    else if (entry.isSymbolicLink() && (await isDirectory(path))) found.push(await realpath(path))
  }
  return found
}

/** CI check-outs leave tokens in the repository's own configuration. */
async function hasCredentials(config: string): Promise<boolean> {
  const text = await readFile(config, 'utf8').catch(() => '')
  return /extraheader|:\/\/[^/\s]+@|\b(password|token|helper)\s*=/i.test(text)
}
