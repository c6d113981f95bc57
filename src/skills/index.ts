export { linkedFiles, loadRootSkill, loadSkill, loadValidSkill } from './load.ts'
export type { Skill, SkillFile, SkillProblem } from './skill.ts'
export { validateSkill } from './validate.ts'
