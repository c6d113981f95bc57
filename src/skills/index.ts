export { linkedFiles, loadRootSkill, loadSkill, loadValidSkill } from './load.ts'
export type { Skill } from './skill.ts'
export { validateSkill } from './validate.ts'
