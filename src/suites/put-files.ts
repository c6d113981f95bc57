import type { Sandbox } from '../contracts/sandbox.ts'
import type { SuiteFile } from '../contracts/suite.ts'

/** Puts the suite's files into the sandbox's view; what is there already stays untouched, times included. */
export async function putFiles(sandbox: Sandbox, files: SuiteFile[]): Promise<void> {
  for (const file of files) {
    const present = await sandbox.readFile(file.path).catch(() => null)
    if (present?.toString('utf8') !== file.content) await sandbox.writeFile(file.path, file.content)
  }
}
