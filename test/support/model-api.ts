import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export type ScriptedBlock =
  | { type: 'text'; text: string }
  | { type: 'tool_use'; id: string; name: string; input: unknown }
  | { type: 'thinking'; thinking: string; signature: string }

export interface ScriptedReply {
  content: ScriptedBlock[]
  stopReason: string
}

/** A loopback server that speaks the streamed Messages API: answers a script, then 500. */
export async function startModelApi(script: (ScriptedReply | { status: number; message: string })[]) {
  const requests: { headers: IncomingMessage['headers']; body: Record<string, unknown> }[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    requests.push({ headers: request.headers, body: JSON.parse(Buffer.concat(chunks).toString()) })
    const reply = script[requests.length - 1] ?? { status: 500, message: 'script exhausted' }
    if ('status' in reply) sendError(response, reply.status, reply.message)
    else sendReply(response, reply)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    close: () => new Promise((resolve) => server.close(resolve)),
  }
}

function sendError(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify({ type: 'error', error: { type: 'api_error', message } }))
}

function sendReply(response: ServerResponse, reply: ScriptedReply): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const send = (event: { type: string; [key: string]: unknown }) =>
    response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
  const usage = { input_tokens: 1000, output_tokens: 1 }
  send({
    type: 'message_start',
    message: {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: 'scripted',
      content: [],
      stop_reason: null,
      usage,
    },
  })
  reply.content.forEach((block, index) => {
    send({ type: 'content_block_start', index, content_block: startOf(block) })
    for (const delta of deltasOf(block)) send({ type: 'content_block_delta', index, delta })
    send({ type: 'content_block_stop', index })
  })
  send({ type: 'message_delta', delta: { stop_reason: reply.stopReason }, usage: { output_tokens: 200 } })
  send({ type: 'message_stop' })
  response.end()
}

function startOf(block: ScriptedBlock): object {
  if (block.type === 'text') return { type: 'text', text: '' }
  if (block.type === 'thinking') return { type: 'thinking', thinking: '', signature: '' }
  return { type: 'tool_use', id: block.id, name: block.name, input: {} }
}

function deltasOf(block: ScriptedBlock): object[] {
  if (block.type === 'text') return [{ type: 'text_delta', text: block.text }]
  if (block.type === 'tool_use') return [{ type: 'input_json_delta', partial_json: JSON.stringify(block.input) }]
  return [
    { type: 'thinking_delta', thinking: block.thinking },
    { type: 'signature_delta', signature: block.signature },
  ]
}
