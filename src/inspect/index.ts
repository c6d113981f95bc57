import { AgentError } from '../contracts/errors.ts'
import type { Files } from '../contracts/files.ts'
import type { LanguagePlug } from '../contracts/plugs.ts'
import type { ProjectMap } from '../contracts/project.ts'
import { javascript } from './javascript/index.ts'

/** Languages that can be inspected, one line each; the first that finds itself at home answers. */
const LANGUAGES: LanguagePlug[] = [javascript]

/**
 * Reads a project's source without running any of it; with `within`, the server in that folder of it. A folder with no
 * project in it is `NOT_A_PROJECT`.
 */
export async function inspectProject(files: Files, within: string | null = null): Promise<ProjectMap> {
  for (const language of LANGUAGES) if (await language.detect(files)) return language.inspect(files, within)
  throw new AgentError('usage', 'NOT_A_PROJECT', 'There is no project here that can be inspected', {
    value: files.root,
    next: 'Name the folder that holds the package.json of the server.',
  })
}
