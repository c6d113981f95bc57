import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { chmod, readFile, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { connect } from './client.ts'

const repository = fileURLToPath(new URL('../../', import.meta.url))
let server: Awaited<ReturnType<typeof connect>>

beforeAll(async () => {
  server = await connect()
})
afterAll(() => server.close())

describe('tools/list', () => {
  it('names every tool in the same order each time, with schemas and annotations', async () => {
    const { tools } = await server.client.listTools()
    expect(tools.map(({ name }) => name)).toEqual([
      ...['Measure', 'List', 'Noisy', 'Wait', 'Nap'],
      ...['Read', 'Write', 'Edit', 'Bash', 'Glob', 'Grep'],
    ])
    expect((await server.client.listTools()).tools).toEqual(tools)
    const fields = Object.fromEntries(
      tools
        .slice(5)
        .map(({ name, inputSchema }) => [
          name,
          Object.keys(inputSchema.properties ?? {}).map((field) =>
            inputSchema.required?.includes(field) ? field : `${field}?`,
          ),
        ]),
    )
    expect(fields).toEqual({
      Read: ['file_path', 'offset?', 'limit?'],
      Write: ['file_path', 'content'],
      Edit: ['file_path', 'old_string', 'new_string', 'replace_all?'],
      Bash: ['command', 'timeout?', 'description?', 'run_in_background?'],
      Glob: ['pattern', 'path?'],
      Grep: [
        ...['pattern', 'path?', 'glob?', 'type?', 'output_mode?', '-i?', '-n?', '-A?', '-B?', '-C?'],
        ...['multiline?', 'head_limit?'],
      ],
    })
    for (const tool of tools) {
      expect(tool.inputSchema.type).toBe('object')
      expect(tool.description).toBeTruthy()
      expect(Object.values(tool.annotations ?? {})).toHaveLength(5)
    }
    const hints = Object.fromEntries(tools.map((tool) => [tool.name, tool.annotations?.readOnlyHint]))
    expect(hints).toMatchObject({ Read: true, Glob: true, Grep: true, Write: false, Edit: false, Bash: false })
  })

  it('tells Claude Code to keep large answers of domain tools, and their output schema', async () => {
    const { tools } = await server.client.listTools()
    const named = (name: string) => tools.find((tool) => tool.name === name)
    expect(named('Measure')?._meta).toEqual({ 'anthropic/maxResultSizeChars': 500_000, 'anthropic/alwaysLoad': true })
    expect(named('Measure')?.outputSchema).toMatchObject({ properties: { endpoints: { type: 'array' } } })
    expect(named('Read')?._meta).toBeUndefined()
    expect(named('Read')?.outputSchema).toBeUndefined()
  })
})

describe('tools/call', () => {
  it('gives the same data of a domain tool as text and as structured content', async () => {
    const result = await server.call('Measure')
    expect(result.structuredContent).toEqual({ summary: 'two endpoints', endpoints: ['GET /a', 'GET /b'] })
    expect(result.text).toBe('two endpoints')
    expect(JSON.parse(result.texts[1] as string)).toEqual({ endpoints: ['GET /a', 'GET /b'] })
    expect((await server.call('List')).structuredContent).toEqual({ summary: 'a list', result: [1, 2] })
  })

  it('gives text alone for a primitive tool', async () => {
    await writeFile(path.join(server.root, 'app.js'), 'one\ntwo\n')
    const result = await server.call('Read', { file_path: 'app.js' })
    expect(result.texts).toEqual(['1\tone\n2\ttwo'])
    expect(result.structuredContent).toBeUndefined()
  })

  it('answers a wrong input with the field and what to do', async () => {
    const result = await server.call('Read', { path: 'app.js' })
    expect(result.isError).toBe(true)
    expect(result.text).toContain('file_path: ')
    expect(result.text).toContain('path: not a parameter of Read')
    expect((await server.call('Bash', { command: 'true', timeout: '5' })).text).toContain('timeout: ')
  })

  it('answers an unknown tool with a protocol error', async () => {
    await expect(server.call('Nope')).rejects.toMatchObject({ code: -32602 })
  })

  it('keeps the protocol clean of what tools print', async () => {
    expect((await server.call('Noisy')).text).toBe('quiet')
    await vi.waitFor(() => expect(server.stderr()).toContain('this must not reach the protocol'))
  })

  it('sends signs of life while a call runs, when asked to', async () => {
    const progress: string[] = []
    let last = 0
    const result = await server.client.callTool({ name: 'Nap', arguments: {} }, undefined, {
      onprogress: (update) => {
        expect(update.progress).toBeGreaterThan(last)
        last = update.progress
        progress.push(update.message ?? '')
        // The call goes on until it has been heard of three times.
        if (progress.length === 3) writeFileSync(path.join(server.root, 'wake'), '')
      },
    })
    expect(result.isError).toBeFalsy()
    expect(progress[0]).toContain('Nap is running')
  })

  it('stops a tool whose call is cancelled', async () => {
    const control = new AbortController()
    const call = server.client.callTool({ name: 'Wait', arguments: {} }, undefined, {
      signal: control.signal,
      onprogress: () => control.abort('enough'),
    })
    await expect(call).rejects.toThrow()
    await vi.waitFor(() => expect(server.noted('aborted')).toBe(true), 5_000)
  })
})

describe('the primitive tools from a client', () => {
  it('write, edit, find and run for real', async () => {
    expect(
      (await server.call('Write', { file_path: 'test/a.test.js', content: 'const a = 1\r\n' })).isError,
    ).toBeFalsy()
    await chmod(path.join(server.root, 'test/a.test.js'), 0o755)
    expect(
      (await server.call('Edit', { file_path: 'test/a.test.js', old_string: '1', new_string: '$&' })).isError,
    ).toBeFalsy()
    expect(await readFile(path.join(server.root, 'test/a.test.js'), 'utf8')).toBe('const a = $&\r\n')
    expect((await stat(path.join(server.root, 'test/a.test.js'))).mode & 0o777).toBe(0o755)
    expect((await server.call('Glob', { pattern: '**/*.test.js' })).text).toBe('test/a.test.js')
    expect((await server.call('Grep', { pattern: 'const a', output_mode: 'content' })).text).toBe(
      'test/a.test.js:1:const a = $&',
    )
    expect((await server.call('Bash', { command: 'cat test/a.test.js; cd test' })).text).toContain('const a')
    expect((await server.call('Bash', { command: 'pwd; env' })).text).not.toContain('hunter2')
  })

  it.each([
    ['Read', { file_path: 'none.js' }, 'NO_SUCH_FILE'],
    ['Read', { file_path: 'test' }, 'IS_DIRECTORY'],
    ['Read', { file_path: 'binary' }, 'BINARY_FILE'],
    ['Read', { file_path: 'large' }, 'TOO_LARGE'],
    ['Read', { file_path: 'three', offset: 9 }, 'OFFSET_PAST_END'],
    ['Read', { file_path: '/etc/passwd' }, 'OUTSIDE_WORKSPACE'],
    ['Read', { file_path: '.env' }, 'SECRET_FILE'],
    ['Write', { file_path: 'src/app.js', content: '' }, 'OUTSIDE_WRITE_SCOPE'],
    ['Write', { file_path: '../x.test.js', content: '' }, 'OUTSIDE_WORKSPACE'],
    ['Write', { file_path: 'test', content: '' }, 'IS_DIRECTORY'],
    ['Edit', { file_path: 'test/three.txt', old_string: 'line', new_string: 'x' }, 'Found 3 matches'],
    ['Edit', { file_path: 'test/three.txt', old_string: 'linee', new_string: 'x' }, 'NOT_FOUND'],
    ['Edit', { file_path: 'test/three.txt', old_string: 'x', new_string: 'x' }, 'identical'],
    ['Edit', { file_path: 'test/none.txt', old_string: 'x', new_string: 'y' }, 'NO_SUCH_FILE'],
    ['Edit', { file_path: 'test/three.txt', old_string: '', new_string: 'y' }, 'EMPTY_OLD_STRING'],
    ['Bash', { command: 'exit 7' }, 'Exit code 7'],
    ['Bash', { command: 'sleep 9', timeout: 200 }, 'killed after 0.2 s'],
    ['Glob', { pattern: '../*' }, 'OUTSIDE_WORKSPACE'],
    ['Grep', { pattern: '(' }, 'BAD_PATTERN'],
    ['Grep', { pattern: 'x', type: 'nope' }, 'UNKNOWN_TYPE'],
    ['Grep', { pattern: 'x', path: 'nowhere' }, 'NO_SUCH_FILE'],
  ])('%s answers %j with %s', async (name, input, expected) => {
    await writeFile(path.join(server.root, 'binary'), Buffer.from([1, 0, 2]))
    await writeFile(path.join(server.root, 'large'), 'x'.repeat(300_000))
    await writeFile(path.join(server.root, 'three'), 'line\nline\nline\n')
    await writeFile(path.join(server.root, 'test/three.txt'), 'line\nline\nline\n')
    await writeFile(path.join(server.root, '.env'), 'KEY=1')
    const result = await server.call(name, input)
    expect(result.isError).toBe(true)
    expect(result.text).toContain(expected)
    expect(result.text).not.toMatch(/^\s+at /m)
  })

  it('tell of a file modified since it was read', async () => {
    const file = path.join(server.root, 'test/shared.js')
    await writeFile(file, 'a')
    await server.call('Read', { file_path: 'test/shared.js' })
    await writeFile(file, 'ab')
    const result = await server.call('Edit', { file_path: 'test/shared.js', old_string: 'a', new_string: 'c' })
    expect(result).toMatchObject({ isError: true, text: expect.stringContaining('MODIFIED_SINCE_READ') })
  })
})

describe('the skill', () => {
  it('is readable with every linked file, byte for byte', async () => {
    const { resources } = await server.client.listResources()
    expect(resources.map(({ uri }) => uri)).toEqual([
      'skill://integration-test-builder/SKILL.md',
      'skill://integration-test-builder/examples/javascript-api-tests.md',
      'skill://integration-test-builder/examples/database-tests.md',
      'skill://integration-test-builder/examples/external-service-tests.md',
    ])
    const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
    for (const { uri, mimeType, size } of resources) {
      const { contents } = await server.client.readResource({ uri })
      const file = readFileSync(path.join(repository, uri.replace('skill://integration-test-builder/', '')))
      expect(contents).toHaveLength(1)
      expect(contents[0]).toMatchObject({ uri, mimeType: 'text/markdown' })
      expect(digest(Buffer.from((contents[0] as { text: string }).text))).toBe(digest(file))
      expect([mimeType, size]).toEqual(['text/markdown', file.length])
    }
  })

  it('offers no other file', async () => {
    for (const uri of [
      'skill://integration-test-builder/package.json',
      'skill://integration-test-builder/../x',
      'file:///etc/passwd',
    ]) {
      await expect(server.client.readResource({ uri })).rejects.toThrow()
    }
  })

  it('comes as a prompt with the goal in it', async () => {
    const { prompts } = await server.client.listPrompts()
    expect(prompts).toMatchObject([{ name: 'build-integration-tests', arguments: [{ name: 'goal', required: false }] }])
    const { messages } = await server.client.getPrompt({
      name: 'build-integration-tests',
      arguments: { goal: 'POST /orders' },
    })
    const text = messages.map(({ content }) => (content.type === 'text' ? content.text : '')).join('')
    expect(text).toContain('POST /orders')
    expect(text).toContain('## Hard rules')
    expect(text).not.toContain('allowed-tools:')
  })

  it('is named in the instructions, with the version of the package', async () => {
    expect(server.client.getInstructions()).toContain('skill://integration-test-builder/SKILL.md')
    expect(server.client.getServerVersion()).toMatchObject({ name: 'integration-test-builder', version: '1.2.3' })
  })
})

describe('the end of the server', () => {
  const alive = (pid: number) => {
    try {
      return process.kill(pid, 0)
    } catch {
      return false
    }
  }

  it('comes when the client goes, with everything disposed', async () => {
    const own = await connect()
    await own.call('Bash', { command: 'sleep 1000', run_in_background: true })
    await own.client.close()
    expect(own.noted('disposed')).toBe(true)
    await vi.waitFor(() => expect(alive(own.pid)).toBe(false), 5_000)
    await own.close()
  })

  it('comes on SIGTERM in the middle of a call, which is stopped', async () => {
    const own = await connect()
    let started = false
    const call = own.client
      .callTool({ name: 'Wait', arguments: {} }, undefined, {
        onprogress: () => {
          started = true
        },
      })
      .catch(() => 'ended')
    await vi.waitFor(() => expect(started).toBe(true), 5_000)
    process.kill(own.pid, 'SIGTERM')
    expect(await call).toBe('ended')
    await vi.waitFor(() => expect(alive(own.pid)).toBe(false), 5_000)
    expect([own.noted('aborted'), own.noted('disposed')]).toEqual([true, true])
    await own.close()
  })
})
