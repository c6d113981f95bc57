import { z } from 'zod'
import { AgentError } from '../contracts/errors.ts'
import type { Json } from '../contracts/json.ts'
import type { Tool, ToolCallOptions, ToolResult } from '../contracts/tool.ts'

/** One set of tools, as front doors and the loop see it. */
export interface Registry {
  /** In the order given to `createRegistry`. */
  readonly tools: readonly Tool[]
  list(): ToolDescription[]
  /** Never throws: a failed call is an error result that says what to do next. */
  call(name: string, input: unknown, options: ToolCallOptions): Promise<ToolResult>
}

/** A tool as a model is told of it. */
interface ToolDescription {
  name: string
  description: string
  /** JSON Schema (2020-12) of the input. */
  schema: { [key: string]: Json }
  readOnly: boolean
}

/** Serves tools in the given order. Throws when two share a name. */
export function createRegistry(tools: readonly Tool[]): Registry {
  const byName = new Map(tools.map((tool) => [tool.name, tool]))
  if (byName.size !== tools.length) throw new Error('Two tools share a name.')
  const described = tools.map(describe)
  return {
    tools,
    list: () => described,
    async call(name, input, options) {
      const tool = byName.get(name)
      if (!tool) return failure(`There is no tool ${name}.`, `Use one of ${[...byName.keys()].join(', ')}.`)
      const parsed = tool.input.safeParse(input ?? {})
      if (!parsed.success) return refuse(tool, parsed.error)
      try {
        return await tool.run(parsed.data, options)
      } catch (error) {
        return toResult(tool, error, options)
      }
    },
  }
}

/** The schema without `$schema`, which model providers have no use for. */
export function jsonSchemaOf(schema: z.ZodType, io: 'input' | 'output'): { [key: string]: Json } {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
  return rest as { [key: string]: Json }
}

function describe(tool: Tool): ToolDescription {
  const { name, description, annotations } = tool
  return { name, description, schema: jsonSchemaOf(tool.input, 'input'), readOnly: annotations.readOnlyHint }
}

function refuse(tool: Tool, error: z.ZodError): ToolResult {
  const problems = error.issues.map((issue) => {
    if (issue.code === 'unrecognized_keys') return `${issue.keys.join(', ')}: not a parameter of ${tool.name}`
    const field = issue.path.length > 0 ? issue.path.join('.') : 'input'
    return `${field}: ${issue.message}`
  })
  const properties = jsonSchemaOf(tool.input, 'input').properties
  const known = properties && typeof properties === 'object' ? Object.keys(properties).join(', ') : ''
  return failure(
    `Invalid input for ${tool.name}. ${problems.join('; ')}.`,
    `Correct it and call again${known ? `; parameters are ${known}` : ''}.`,
  )
}

function toResult(tool: Tool, error: unknown, { signal }: ToolCallOptions): ToolResult {
  if (error instanceof AgentError) {
    const value = error.value ? ` (${error.value})` : ''
    return failure(`${error.code}: ${error.message}${value}`, error.next)
  }
  if (signal.aborted) return failure(`${tool.name} was cancelled.`, 'Call it again if it is still wanted.')
  const reason = error instanceof Error ? error.message : String(error)
  return failure(
    `${tool.name} failed: ${reason.split('\n')[0]}`,
    'Try once more; if it fails again, go another way and say so.',
  )
}

function failure(message: string, next: string): ToolResult {
  return { text: `${message}\nNext: ${next}`, isError: true }
}
