import { z } from 'zod'
import { relativeLinks } from './links.ts'
import type { Skill, SkillProblem } from './skill.ts'

const MAX_LINES = 500
const MAX_TOKENS = 5_000
const LINES_WITHOUT_CONTENTS = 100

const frontMatter = z.strictObject({
  name: z
    .string()
    .min(1)
    .max(64)
    .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'lower-case letters, digits and single hyphens between them'),
  description: z.string().trim().min(1).max(1024),
  license: z.string().min(1).optional(),
  compatibility: z.string().min(1).max(500).optional(),
  metadata: z.record(z.string(), z.string()).optional(),
  'allowed-tools': z.string().min(1).optional(),
})

/** Everything in which a skill departs from the Agent Skills format; `directory` is the name that its own must equal. */
export function validateSkill(skill: Skill, directory: string): SkillProblem[] {
  return [...frontMatterProblems(skill, directory), ...bodyProblems(skill), ...linkProblems(skill)]
}

function frontMatterProblems({ fields, name }: Skill, directory: string): SkillProblem[] {
  const parsed = frontMatter.safeParse(fields)
  const problems = (parsed.error?.issues ?? []).map((issue) =>
    issue.code === 'unrecognized_keys'
      ? { where: issue.keys.join(', '), problem: 'not a field of the format' }
      : { where: issue.path.join('.'), problem: issue.message },
  )
  if (name !== directory) problems.push({ where: 'name', problem: `differs from its directory, ${directory}` })
  const tools = fields['allowed-tools']
  if (typeof tools === 'string' && /(^|[\s,])Bash($|[\s,])/.test(tools)) {
    problems.push({ where: 'allowed-tools', problem: 'a bare Bash approves every command: scope it, Bash(agent *)' })
  }
  return problems
}

function bodyProblems({ body }: Skill): SkillProblem[] {
  const problems: SkillProblem[] = []
  const lines = body.trim().split('\n').length
  if (body.trim() === '') problems.push({ where: 'body', problem: 'is empty' })
  if (lines >= MAX_LINES) problems.push({ where: 'body', problem: `has ${lines} lines, ${MAX_LINES} is the limit` })
  // Four characters a token is what English prose with code comes to.
  const tokens = Math.ceil(body.length / 4)
  if (tokens >= MAX_TOKENS) problems.push({ where: 'body', problem: `has about ${tokens} tokens, of ${MAX_TOKENS}` })
  return problems
}

function linkProblems(skill: Skill): SkillProblem[] {
  const problems: SkillProblem[] = []
  const present = new Set(skill.files.map(({ path }) => path))
  for (const target of relativeLinks(skill.body)) {
    if (!present.has(target)) problems.push({ where: target, problem: 'is linked but is no file of the skill' })
  }
  for (const { path, content } of skill.files.slice(1)) {
    const text = content.toString('utf8')
    if (!path.endsWith('.md')) continue
    for (const target of relativeLinks(text)) {
      problems.push({ where: path, problem: `links on to ${target}; links go one level deep, from SKILL.md` })
    }
    if (text.split('\n').length > LINES_WITHOUT_CONTENTS && !/^#+ contents$/im.test(text)) {
      problems.push({ where: path, problem: `over ${LINES_WITHOUT_CONTENTS} lines without a heading "Contents"` })
    }
  }
  return problems
}
