import type { Files } from '../contracts/files.ts'
import type { Suite } from '../contracts/suite.ts'

/** The suite with its files as they are now: a model or a person may have edited them since they were drafted. */
export async function presentSuite(files: Files, suite: Suite): Promise<Suite> {
  const present = await Promise.all(
    suite.files.map(async (file) => ({ ...file, content: await files.readText(file.path) })),
  )
  return {
    ...suite,
    files: present.flatMap(({ content, ...file }) => (content === null ? [] : [{ ...file, content }])),
  }
}
