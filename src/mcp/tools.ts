import {
  fromJsonSchema,
  type JsonSchemaValidator,
  type McpServer,
  type ServerContext,
} from '@modelcontextprotocol/server'
import type { Json } from '../contracts/json.ts'
import type { Tool, ToolResult } from '../contracts/tool.ts'
import { jsonSchemaOf, type Registry } from '../tools/registry.ts'
import { startHeartbeat } from './heartbeat.ts'

/** Registers every tool in the registry's order; a call's signal aborts when it is cancelled or the connection ends. */
export function registerTools(server: McpServer, registry: Registry, heartbeatMs: number): void {
  for (const tool of registry.tools) {
    const call = async (input: unknown, { mcpReq }: ServerContext) => {
      const heartbeat = startHeartbeat(mcpReq, tool.name, heartbeatMs)
      try {
        const options = { signal: mcpReq.signal, progress: heartbeat.say }
        return toCallResult(tool, await registry.call(tool.name, input, options))
      } finally {
        heartbeat.stop()
      }
    }
    const config = {
      title: tool.annotations.title,
      description: tool.description,
      inputSchema: described(jsonSchemaOf(tool.input, 'input')),
      annotations: tool.annotations,
      ...(tool.kind === 'domain' ? { _meta: DOMAIN_META } : {}),
    }
    if (tool.output)
      server.registerTool(tool.name, { ...config, outputSchema: described(outputSchema(tool.output)) }, call)
    else server.registerTool(tool.name, config, call)
  }
}

/** Claude Code's own: keep large answers in the conversation, and don't hide the tools behind its tool search. */
const DOMAIN_META = { 'anthropic/maxResultSizeChars': 500_000, 'anthropic/alwaysLoad': true }

/** A schema that is shown to clients while the registry, whose messages name the field, does the checking. */
function described(schema: { [key: string]: Json }) {
  return fromJsonSchema<unknown>(schema, {
    getValidator<T>(): JsonSchemaValidator<T> {
      return (value) => ({ valid: true, data: value as T, errorMessage: undefined })
    },
  })
}

function outputSchema(output: NonNullable<Tool['output']>): { [key: string]: Json } {
  const schema = jsonSchemaOf(output, 'output')
  const properties = schema.properties as { [key: string]: Json }
  return { ...schema, properties: { summary: { type: 'string' }, ...properties } }
}

/**
 * Some clients hand the model only `structuredContent`, some only `content`: domain tools put the same in both, the
 * primitive ones answer text alone.
 */
function toCallResult(tool: Tool, { text, data, isError }: ToolResult) {
  const content = [{ type: 'text' as const, text }]
  if (isError) return { content, isError }
  if (tool.kind === 'primitive' || data === undefined) return { content }
  const fields = data !== null && typeof data === 'object' && !Array.isArray(data) ? data : { result: data }
  return {
    content: [...content, { type: 'text' as const, text: JSON.stringify(fields) }],
    structuredContent: { summary: text, ...fields },
  }
}
