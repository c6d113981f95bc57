import { constants } from 'node:fs'
import { open, realpath } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { AgentError } from '../contracts/errors.ts'
import { relativeLinks } from './links.ts'
import { parseFrontMatter } from './parse.ts'
import type { Skill, SkillFile } from './skill.ts'
import { validateSkill } from './validate.ts'

const ROOT_SKILL = 'integration-test-builder'

/** The skill that this package is: valid, with every linked file. Throws SKILL_INVALID otherwise. */
export async function loadRootSkill(): Promise<Skill> {
  const dir = fileURLToPath(new URL('../../', import.meta.url))
  return requireValid(await loadSkill(dir), ROOT_SKILL)
}

/** The skill in `dir`, valid in every point. Throws NO_SKILL, SKILL_FRONT_MATTER or SKILL_INVALID. */
export async function loadValidSkill(dir: string): Promise<Skill> {
  return requireValid(await loadSkill(dir), path.basename(path.resolve(dir)))
}

/** Reads a skill and the files it links to; missing ones are left for `validateSkill`. Throws NO_SKILL and SKILL_FRONT_MATTER. */
export async function loadSkill(dir: string): Promise<Skill> {
  const root = await realpath(dir).catch(() => null)
  const main = root && (await readInside(root, 'SKILL.md'))
  if (!root || !main) {
    throw new AgentError('usage', 'NO_SKILL', 'There is no skill in this directory.', {
      value: dir,
      next: 'Name a directory that holds a SKILL.md.',
    })
  }
  const { fields, body } = parseFrontMatter(main.toString('utf8'), path.join(dir, 'SKILL.md'))
  const text = (field: string) => (typeof fields[field] === 'string' ? fields[field] : '')
  const files: SkillFile[] = [{ path: 'SKILL.md', content: main }]
  for (const target of relativeLinks(body)) {
    const content = await readInside(root, target)
    if (content) files.push({ path: target, content })
  }
  return { name: text('name'), description: text('description'), dir: root, fields, body, files }
}

/** The files that a skill's `SKILL.md` links to. */
export function linkedFiles(skill: Skill): SkillFile[] {
  return skill.files.slice(1)
}

function requireValid(skill: Skill, directory: string): Skill {
  const problems = validateSkill(skill, directory)
  if (problems.length === 0) return skill
  const listed = problems.map(({ where, problem }) => `${where}: ${problem}`).join('; ')
  throw new AgentError('usage', 'SKILL_INVALID', `The skill does not hold to the Agent Skills format: ${listed}.`, {
    value: skill.dir,
    next: 'Correct SKILL.md; `agent skill validate` checks it.',
  })
}

/** Content of a regular file below `root`, `null` for anything else: a skill's links are no way to read other files. */
async function readInside(root: string, target: string): Promise<Buffer | null> {
  try {
    const real = await realpath(path.resolve(root, target))
    if (!real.startsWith(root.endsWith(path.sep) ? root : root + path.sep)) return null
    const handle = await open(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    try {
      return (await handle.stat()).isFile() ? await handle.readFile() : null
    } finally {
      await handle.close()
    }
  } catch {
    return null
  }
}
