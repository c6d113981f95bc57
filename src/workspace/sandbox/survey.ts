import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isSecretFile } from '../secret-files.ts'

const DEPENDENCIES = new Set(['node_modules', '.venv', 'vendor'])
const DEEPEST = 8

export interface Survey {
  /** Installed dependencies, relative to the tree; nothing below them is looked at. */
  dependencies: string[]
  /** Files that hold secrets, relative to the tree. */
  secrets: string[]
}

/** Finds dependency folders and secrets files of a source tree. */
export async function surveyTree(tree: string): Promise<Survey> {
  const survey: Survey = { dependencies: [], secrets: [] }
  await look(tree, '', 0, survey)
  if (await hasCredentials(join(tree, '.git/config'))) survey.secrets.push('.git/config')
  return survey
}

async function look(tree: string, path: string, depth: number, survey: Survey): Promise<void> {
  const entries = await readdir(join(tree, path), { withFileTypes: true }).catch(() => [])
  const deeper: Promise<void>[] = []
  for (const entry of entries) {
    const relative = path === '' ? entry.name : `${path}/${entry.name}`
    if (entry.isDirectory()) {
      if (entry.name === '.git') continue
      if (DEPENDENCIES.has(entry.name)) survey.dependencies.push(relative)
      else if (depth < DEEPEST) deeper.push(look(tree, relative, depth + 1, survey))
    } else if (isSecretFile(entry.name)) survey.secrets.push(relative)
  }
  await Promise.all(deeper)
}

/** CI check-outs leave tokens in the repository's own configuration. */
async function hasCredentials(config: string): Promise<boolean> {
  const text = await readFile(config, 'utf8').catch(() => '')
  return /extraheader|:\/\/[^/\s]+@|\b(password|token|helper)\s*=/i.test(text)
}
