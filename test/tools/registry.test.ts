import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { AgentError } from '../../src/contracts/errors.ts'
import type { Tool } from '../../src/contracts/tool.ts'
import { createRegistry } from '../../src/tools/registry.ts'

const options = { signal: new AbortController().signal, progress() {} }

function tool(name: string, run: Tool['run']): Tool {
  return {
    name,
    kind: 'domain',
    description: name,
    input: z.strictObject({ count: z.number().int(), nested: z.object({ word: z.string() }).optional() }),
    annotations: {
      title: name,
      readOnlyHint: true,
      destructiveHint: false,
      idempotentHint: true,
      openWorldHint: false,
    },
    run,
  }
}

describe('the registry', () => {
  it('lists tools in the given order with JSON schemas', () => {
    const registry = createRegistry([tool('B', async () => ({ text: '' })), tool('A', async () => ({ text: '' }))])
    expect(registry.list().map(({ name }) => name)).toEqual(['B', 'A'])
    expect(registry.list()[0]).toMatchObject({
      readOnly: true,
      schema: {
        type: 'object',
        required: ['count'],
        additionalProperties: false,
        properties: { count: { type: 'integer' } },
      },
    })
    expect(registry.list()[0]?.schema).not.toHaveProperty('$schema')
  })

  it('names the field that is wrong, and the parameters there are', async () => {
    const registry = createRegistry([tool('A', async () => ({ text: 'ran' }))])
    const call = async (input: unknown) => (await registry.call('A', input, options)).text
    expect(await call({ count: 1 })).toBe('ran')
    expect(await call({ count: 'x' })).toContain('count: ')
    expect(await call({ count: 1, nested: { word: 2 } })).toContain('nested.word: ')
    expect(await call({ count: 1, extra: 2 })).toContain('extra: not a parameter of A')
    expect(await call(undefined)).toContain('count: ')
    expect(await call('text')).toContain('input: ')
    expect(await call({})).toContain('parameters are count, nested')
  })

  it('turns whatever a tool throws into a result without a stack', async () => {
    const registry = createRegistry([
      tool('Known', async () => {
        throw new AgentError('usage', 'NO_SUCH_PATH', 'It is gone.', { value: '/x', next: 'Name another.' })
      }),
      tool('Unknown', async () => {
        throw new TypeError('cannot read\n    at file.ts:1')
      }),
    ])
    const input = { count: 1 }
    expect(await registry.call('Known', input, options)).toEqual({
      text: 'NO_SUCH_PATH: It is gone. (/x)\nNext: Name another.',
      isError: true,
    })
    const unknown = await registry.call('Unknown', input, options)
    expect(unknown).toMatchObject({ isError: true, text: expect.stringContaining('Unknown failed: cannot read') })
    expect(unknown.text).not.toContain('at file.ts')
    expect(await registry.call('Nope', input, options)).toMatchObject({
      isError: true,
      text: expect.stringContaining('Known, Unknown'),
    })
  })

  it('refuses two tools of one name', () => {
    expect(() =>
      createRegistry([tool('A', async () => ({ text: '' })), tool('A', async () => ({ text: '' }))]),
    ).toThrow('share a name')
  })
})
