import type { z } from 'zod'
import type { Json } from './json.ts'

export interface ToolResult {
  /** What a language model reads. */
  text: string
  /** The same complete data for programs; domain tools only. */
  data?: Json
  isError?: boolean
}

/** How a tool behaves, in the words of MCP's annotations. */
export interface ToolAnnotations {
  title: string
  readOnlyHint: boolean
  destructiveHint: boolean
  idempotentHint: boolean
  openWorldHint: boolean
}

export interface ToolCallOptions {
  signal: AbortSignal
  /** One line of progress; called at least every 15 s by long tools. */
  progress(message: string): void
}

/** A named operation. `run` may throw `AgentError`; whoever calls turns it into an error result. */
export interface Tool<Input = unknown> {
  name: string
  kind: 'primitive' | 'domain'
  description: string
  input: z.ZodType<Input>
  /** Shape of `data`; domain tools that have one. */
  output?: z.ZodType
  annotations: ToolAnnotations
  run(input: Input, options: ToolCallOptions): Promise<ToolResult>
}
