import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { loadSkills } from '@modelcontextprotocol/server/ext/skills/node'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { linkedFiles, loadRootSkill, loadSkill, loadValidSkill, validateSkill } from '../../src/skills/index.ts'

const repository = fileURLToPath(new URL('../../', import.meta.url))
let base: string
beforeAll(async () => {
  base = await mkdtemp(path.join(os.tmpdir(), 'itb-skills-'))
})
afterAll(() => rm(base, { recursive: true, force: true }))

async function skillDir(name: string, text: string, files: Record<string, string> = {}): Promise<string> {
  const dir = path.join(base, name)
  await rm(dir, { recursive: true, force: true })
  for (const [file, content] of Object.entries({ 'SKILL.md': text, ...files })) {
    await mkdir(path.dirname(path.join(dir, file)), { recursive: true })
    await writeFile(path.join(dir, file), content)
  }
  return dir
}

const head = (more = '') => `---\nname: good\ndescription: Does good. Use when good is wanted.\n${more}---\n`
const problemsOf = async (text: string, files = {}) => {
  const skill = await loadSkill(await skillDir('good', text, files))
  return validateSkill(skill, 'good').map(({ where, problem }) => `${where}: ${problem}`)
}

describe('the skill of this package', () => {
  it('holds to the format in every point', async () => {
    const skill = await loadRootSkill()
    expect(skill.name).toBe('integration-test-builder')
    expect(linkedFiles(skill).map((file) => file.path)).toEqual([
      'examples/javascript-api-tests.md',
      'examples/database-tests.md',
      'examples/external-service-tests.md',
    ])
    expect(skill.body.split('\n').length).toBeLessThan(300)
  })

  it('passes the strict validator of the protocol kit', async () => {
    const copy = path.join(base, 'catalogue', 'integration-test-builder')
    await mkdir(copy, { recursive: true })
    await cp(path.join(repository, 'SKILL.md'), path.join(copy, 'SKILL.md'))
    for (const { path: file } of linkedFiles(await loadRootSkill())) {
      await cp(path.join(repository, file), path.join(copy, file))
    }
    const catalogue = await loadSkills(path.join(base, 'catalogue'), { strict: true })
    expect(catalogue.entries).toHaveLength(1)
  })
})

describe('front matter', () => {
  it.each([
    ['JavaScript, which would be evaluated', '---js\n{ name: (globalThis.broken = 1, "good") }\n---\nBody'],
    ['the long name of JavaScript', '---javascript\n{}\n---\nBody'],
    ['JavaScript after spaces', '---  js\n{}\n---\nBody'],
    ['JSON', '---json\n{}\n---\nBody'],
    ['CoffeeScript', '---coffee\nname: good\n---\nBody'],
    ['broken YAML', '---\nname: [\n---\nBody'],
    ['a YAML tag that makes a function', '---\nname: !!js/function "function () {}"\n---\nBody'],
    ['a list', '---\n- name\n---\nBody'],
    ['nothing at all', 'Body'],
    ['no end', '---\nname: good\nBody'],
  ])('is refused when it is %s', async (_, text) => {
    await expect(loadSkill(await skillDir('good', text))).rejects.toMatchObject({ code: 'SKILL_FRONT_MATTER' })
    expect(globalThis).not.toHaveProperty('broken')
  })

  it('is read with a byte order mark and CRLF', async () => {
    const skill = await loadSkill(await skillDir('good', `\uFEFF${head().replaceAll('\n', '\r\n')}Body`))
    expect([skill.name, skill.body.trim()]).toEqual(['good', 'Body'])
  })
})

describe('validation', () => {
  it('finds nothing wrong with a good skill', async () => {
    const text = `${head('license: MIT\ncompatibility: Node\nmetadata:\n  a: b\nallowed-tools: Read Bash(git:*)\n')}See [more](docs/more.md#part).`
    expect(await problemsOf(text, { 'docs/more.md': '# More' })).toEqual([])
    await expect(loadValidSkill(path.join(base, 'good'))).resolves.toMatchObject({ name: 'good' })
  })

  it.each([
    ['a name that differs from its directory', head().replace('good', 'better'), 'name: differs'],
    ['capitals in the name', head().replace('name: good', 'name: Good'), 'name: lower-case'],
    ['double hyphens in the name', head().replace('name: good', 'name: go--od'), 'name: lower-case'],
    ['a name over 64 characters', head().replace('name: good', `name: ${'a'.repeat(65)}`), 'name: Too big'],
    ['a missing description', '---\nname: good\n---\n', 'description: '],
    ['a long description', head().replace('Does good.', 'x'.repeat(1025)), 'description: Too big'],
    ['a long compatibility', head(`compatibility: ${'x'.repeat(501)}\n`), 'compatibility: Too big'],
    ['metadata that is no text', head('metadata:\n  a: 1\n'), 'metadata.a: '],
    ['an unknown field', head('author: me\n'), 'author: not a field'],
    ['a bare Bash', head('allowed-tools: Read, Bash\n'), 'allowed-tools: a bare Bash'],
    ['an empty body', head(), 'body: is empty'],
    ['a body of 500 lines', `${head()}${'x\n'.repeat(500)}`, 'body: has 500 lines'],
    ['a body of too many tokens', `${head()}${'word '.repeat(4100)}`, 'tokens'],
    ['a link to nothing', `${head()}[x](docs/none.md)`, 'docs/none.md: is linked'],
    ['a link out of the skill', `${head()}[x](../../etc/passwd)`, '../../etc/passwd: is linked'],
  ])('finds %s', async (_, text, expected) => {
    expect(
      (await problemsOf(`${text}${text.endsWith('---\n') && expected !== 'body: is empty' ? 'Body' : ''}`)).join('\n'),
    ).toContain(expected)
  })

  it('finds links two levels deep and long files without contents', async () => {
    const text = `${head()}[a](a.md) [b](b.md)`
    const problems = await problemsOf(text, { 'a.md': '[b](b.md)', 'b.md': 'x\n'.repeat(101) })
    expect(problems).toEqual([
      'a.md: links on to b.md; links go one level deep, from SKILL.md',
      'b.md: over 100 lines without a heading "Contents"',
    ])
  })

  it('names every problem in the error', async () => {
    const dir = await skillDir('good', `${head('author: me\n')}[x](none.md)`)
    await expect(loadValidSkill(dir)).rejects.toMatchObject({
      code: 'SKILL_INVALID',
      message: expect.stringMatching(/author: .*none\.md: /),
    })
  })
})

describe('linked files', () => {
  it('do not lead out of the skill, by link or by symlink', async () => {
    const dir = await skillDir(
      'good',
      `${head()}[a](../x.md) [b](inner.md) [c](https://example.com/d.md) \`[e](f.md)\``,
    )
    await writeFile(path.join(base, 'x.md'), 'outside')
    await symlink(path.join(base, 'x.md'), path.join(dir, 'inner.md'))
    expect(linkedFiles(await loadSkill(dir))).toEqual([])
  })

  it('are not asked of a directory without a skill', async () => {
    await expect(loadSkill(path.join(base, 'nowhere'))).rejects.toMatchObject({ code: 'NO_SKILL' })
    await expect(loadSkill(base)).rejects.toMatchObject({ code: 'NO_SKILL' })
  })
})
