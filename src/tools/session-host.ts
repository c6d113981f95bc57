import { AgentError } from '../contracts/errors.ts'
import type { Sandbox } from '../contracts/sandbox.ts'
import { childEnvironment } from '../workspace/child-environment.ts'
import { openSandbox } from '../workspace/sandbox/open-sandbox.ts'
import type { ToolHost } from './host.ts'
import type { Session } from './session.ts'

/**
 * What the primitive tools of a session act on: its files, and commands in the environment's sandbox once there is one,
 * in a sandbox without services before. `dispose` ends the latter.
 */
export function sessionHost(session: Session, spillDir: string): ToolHost & { dispose(): Promise<void> } {
  let bare: Promise<Sandbox> | null = null
  const sandbox = async (): Promise<Sandbox> => {
    if (session.environment !== null) return session.environment.sandbox
    bare ??= openSandbox({ root: session.files.root })
    return bare
  }
  return {
    files: session.files,
    seen: new Map(),
    spillDir,
    async runCommand(command) {
      const place = await sandbox()
      await pushFiles(session, place)
      const result = await place.run({ ...command, env: { ...variables(session), ...command.env } })
      await pullFiles(session, place)
      return result
    },
    async spawnCommand(command) {
      const place = await sandbox()
      await pushFiles(session, place)
      return place.spawn({ ...command, env: { ...variables(session), ...command.env } })
    },
    async dispose() {
      await (await bare)?.stop()
      bare = null
    },
  }
}

const variables = (session: Session) => session.environment?.variables ?? childEnvironment()

/** What the session wrote is seen by its commands. */
async function pushFiles(session: Session, sandbox: Sandbox): Promise<void> {
  for (const path of session.originals.keys()) {
    const content = await session.files.read(path)
    if (content === null) await sandbox.removeFile(path)
    else await sandbox.writeFile(path, content)
  }
}

/** What commands wrote within the write scope becomes the session's; anything else stays in the view and dies with it. */
async function pullFiles(session: Session, sandbox: Sandbox): Promise<void> {
  const { files } = await sandbox.state()
  for (const [path, state] of Object.entries(files)) {
    try {
      if (state === null) await session.files.remove(path)
      else {
        const content = await sandbox.readFile(path)
        if (!content.equals((await session.files.read(path)) ?? Buffer.alloc(0)))
          await session.files.write(path, content)
      }
    } catch (error) {
      if (!(error instanceof AgentError) || error.kind !== 'safety') throw error
    }
  }
}
