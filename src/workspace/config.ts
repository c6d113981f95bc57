import { type Config, configSchema } from '../contracts/config.ts'
import { AgentError } from '../contracts/errors.ts'
import type { Files } from '../contracts/files.ts'

/** Relative to the project's root. */
export const CONFIG_FILE = 'integration-tests.config.json'

/** What people decided for the project; everything is empty where there is no such file. Throws CONFIG_INVALID. */
export async function readConfig(files: Pick<Files, 'readText'>): Promise<Config> {
  const text = await files.readText(CONFIG_FILE)
  if (text === null) return configSchema.parse({})
  const parsed = configSchema.safeParse(parseJson(text))
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw invalid(`${issue?.path.join('.') || 'the file'}: ${issue?.message ?? 'not valid'}`)
}

/** Writes what people decided; lists that are empty are left out. `files` must allow it: a run's or a tool's does not. */
export async function writeConfig(files: Pick<Files, 'write'>, config: Config): Promise<void> {
  const kept = Object.entries(config).filter(([, entries]) => Object.keys(entries ?? {}).length > 0)
  await files.write(CONFIG_FILE, `${JSON.stringify(Object.fromEntries(kept), null, 2)}\n`)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (error) {
    throw invalid((error as Error).message)
  }
}

function invalid(what: string): AgentError {
  return new AgentError('usage', 'CONFIG_INVALID', `${CONFIG_FILE} cannot be read: ${what}`, {
    value: CONFIG_FILE,
    next: 'Correct it: findings, dismissed and waivers are lists whose entries each have a reason and an owner; variables are names with values.',
  })
}
