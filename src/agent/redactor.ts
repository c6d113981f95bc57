import { basename } from 'node:path'
import type { Json } from '../contracts/json.ts'
import { parseEnvFile } from '../workspace/env-file.ts'
import { findSecrets, redact } from '../workspace/redact.ts'
import { isEnvFile, isSecretFile } from '../workspace/secret-files.ts'
import type { Workspace } from '../workspace/workspace.ts'

/** Takes the secrets out of a text, or out of every text in a value. */
export type Redactor = <T>(value: T) => T

/** A plain word could be anything: to blot it out wherever it occurs would hide more than it protects. */
const WORD = /^[a-z]{1,10}$/

/** Knows the secrets of the machine's environment and of the project's own `.env` files, wherever they turn up. */
export async function createRedactor(workspace: Workspace, machine: NodeJS.ProcessEnv): Promise<Redactor> {
  const secrets = new Set(findSecrets(machine))
  for (const path of await workspace.glob(['**/.env*', '**/*.env'], { dot: true })) {
    if (!isEnvFile(basename(path)) || !isSecretFile(basename(path))) continue
    const text = await workspace.readSecretFileForGuard(path).catch(() => null)
    if (text !== null) for (const secret of findSecrets(Object.fromEntries(parseEnvFile(text)))) secrets.add(secret)
  }
  const hidden = [...secrets].filter((secret) => !WORD.test(secret)).sort((a, b) => b.length - a.length)
  return (value) => redactDeep(value as Json, hidden) as typeof value
}

function redactDeep(value: Json | undefined, secrets: string[]): Json | undefined {
  if (typeof value === 'string') return redact(value, secrets)
  if (Array.isArray(value)) return value.map((item) => redactDeep(item, secrets) as Json)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, redactDeep(item, secrets) as Json]))
}
