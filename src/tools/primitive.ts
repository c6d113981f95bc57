import type { Tool } from '../contracts/tool.ts'
import { bashTool } from './bash.ts'
import { editTool } from './edit.ts'
import { globTool } from './glob.ts'
import { grepTool } from './grep.ts'
import type { ToolHost } from './host.ts'
import { readTool } from './read.ts'
import { writeTool } from './write.ts'

/** Read, Write, Edit, Bash, Glob and Grep on one host. */
export function primitiveTools(host: ToolHost): Tool[] {
  return [readTool(host), writeTool(host), editTool(host), bashTool(host), globTool(host), grepTool(host)]
}
