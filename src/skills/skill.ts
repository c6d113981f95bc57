import type { Json } from '../contracts/json.ts'

/** A directory with a `SKILL.md` and the files that it links to. */
export interface Skill {
  name: string
  description: string
  /** Absolute. */
  dir: string
  /** All of the front matter. */
  fields: Record<string, Json>
  /** `SKILL.md` without its front matter. */
  body: string
  /** `SKILL.md` first, then the linked files in order of their links. */
  files: SkillFile[]
}

export interface SkillFile {
  /** Relative to the skill's directory with forward slashes. */
  path: string
  content: Buffer
}

/** Something that the Agent Skills format does not allow. */
export interface SkillProblem {
  /** A front matter field, `body`, or a linked file. */
  where: string
  problem: string
}
