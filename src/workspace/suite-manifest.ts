import { z } from 'zod'
import type { Files } from '../contracts/files.ts'

const manifest = z.object({ files: z.array(z.object({ path: z.string() })) })

/** Files that an earlier run wrote into the project, as the suite's manifest lists them. */
export async function generatedPaths(files: Pick<Files, 'readText'>): Promise<Set<string>> {
  const text = await files.readText('.integration-tests/manifest.json')
  const parsed = manifest.safeParse(parseJson(text ?? ''))
  return new Set(parsed.data?.files.map(({ path }) => path))
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
