import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll } from 'vitest'
import type { Endpoint, ProjectMap } from '../../src/contracts/project.ts'
import { inspectProject } from '../../src/inspect/index.ts'
import { openWorkspace } from '../../src/workspace/workspace.ts'

const made: string[] = []

afterAll(async () => {
  for (const dir of made.splice(0)) await rm(dir, { recursive: true, force: true })
})

/** Writes a project to a directory of its own and inspects it; `package.json` may be given as an object. */
export async function inspect(
  files: Record<string, string | object>,
  within: string | null = null,
): Promise<ProjectMap> {
  const root = await mkdtemp(join(tmpdir(), 'inspect-'))
  made.push(root)
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), typeof content === 'string' ? content : JSON.stringify(content, null, 2))
  }
  return inspectProject(await openWorkspace(root), within)
}

/** An Express project whose `app.js` has the body given, between making the application and exporting it. */
export function express(body: string, files: Record<string, string | object> = {}): Promise<ProjectMap> {
  return inspect({
    'package.json': { name: 'sample', main: 'app.js', dependencies: { express: '^4.0.0' } },
    'app.js': `const express = require('express')\nconst app = express()\n${body}\nmodule.exports = app\n`,
    ...files,
  })
}

/** A Koa project in the same manner. */
export function koa(body: string, files: Record<string, string | object> = {}): Promise<ProjectMap> {
  const head = `const Koa = require('koa')\nconst Router = require('@koa/router')\nconst app = new Koa()\n`
  return inspect({
    'package.json': { name: 'sample', main: 'app.js', dependencies: { koa: '^2.0.0', '@koa/router': '^12.0.0' } },
    'app.js': `${head}${body}\nmodule.exports = app\n`,
    ...files,
  })
}

/** `METHOD /path` of every endpoint, sorted. */
export function operations(map: ProjectMap): string[] {
  return map.endpoints.map(({ method, path }) => `${method} ${path}`).sort()
}

/** `METHOD /path` → auth. */
export function auth(map: ProjectMap): Record<string, Endpoint['auth']> {
  return Object.fromEntries(map.endpoints.map(({ method, path, auth }) => [`${method} ${path}`, auth]))
}

/** One endpoint, by `METHOD /path`. */
export function endpoint(map: ProjectMap, operation: string): Endpoint {
  const found = map.endpoints.find(({ method, path }) => `${method} ${path}` === operation)
  if (!found) throw new Error(`${operation} is not among ${operations(map).join(', ')}`)
  return found
}
