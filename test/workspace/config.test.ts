import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { CONFIG_FILE, readConfig, writeConfig } from '../../src/workspace/config.ts'
import { openWorkspace } from '../../src/workspace/workspace.ts'

async function project(content?: string) {
  const root = mkdtempSync(join(tmpdir(), 'config-'))
  if (content !== undefined) writeFileSync(join(root, CONFIG_FILE), content)
  return { root, files: await openWorkspace(root, { writeScope: [CONFIG_FILE] }) }
}

const decision = { id: 'F-1', verdict: 'accepted' as const, reason: 'As agreed.', owner: 'kim', cases: ['GET /x list'] }

test('without a file nothing is decided', async () => {
  expect(await readConfig((await project()).files)).toEqual({ findings: [], dismissed: [], waivers: [] })
})

test('what is written is read again, and empty lists are left out of the file', async () => {
  const { root, files } = await project()
  const config = { findings: [decision], dismissed: [{ fault: 'ab12', reason: 'Equal.', owner: 'kim' }], waivers: [] }
  await writeConfig(files, config)
  expect(await readConfig(files)).toEqual(config)
  expect(Object.keys(JSON.parse(readFileSync(join(root, CONFIG_FILE), 'utf8')))).toEqual(['findings', 'dismissed'])
  // As some editors save it.
  writeFileSync(join(root, CONFIG_FILE), `\uFEFF${readFileSync(join(root, CONFIG_FILE), 'utf8')}`)
  expect(await readConfig(files)).toEqual(config)
})

test('values for variables are kept, and are text', async () => {
  const { files } = await project()
  const config = { findings: [], dismissed: [], waivers: [], variables: { BOARD: 'blue' } }
  await writeConfig(files, config)
  expect(await readConfig(files)).toEqual(config)
  const reading = readConfig((await project('{"variables":{"PORT":3000}}')).files)
  await expect(reading).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
})

test.each([
  ['a decision without a reason', JSON.stringify({ findings: [{ ...decision, reason: ' ' }] }), 'findings.0.reason'],
  ['a dismissed fault without an owner', '{"dismissed":[{"fault":"a","reason":"b"}]}', 'dismissed.0.owner'],
  ['a misspelt key', '{"finding":[]}', 'finding'],
  ['broken JSON', '{"findings":[', 'JSON'],
])('%s is told, never overlooked', async (_, content, words) => {
  const reading = readConfig((await project(content)).files)
  await expect(reading).rejects.toMatchObject({ code: 'CONFIG_INVALID', message: expect.stringContaining(words) })
})

test('no tool may decide for people', async () => {
  const { root } = await project()
  const writing = writeConfig(await openWorkspace(root), { findings: [decision], dismissed: [], waivers: [] })
  await expect(writing).rejects.toMatchObject({ code: 'OUTSIDE_WRITE_SCOPE' })
})
