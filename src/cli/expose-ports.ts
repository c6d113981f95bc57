import { once } from 'node:events'
import { connect, createServer, type Server } from 'node:net'
import { AgentError } from '../contracts/errors.ts'
import type { Sandbox } from '../contracts/sandbox.ts'

/** Makes every listening port of the sandbox reachable at the same port of this machine's loopback; answers how to end that. */
export async function exposePorts(sandbox: Sandbox): Promise<() => Promise<void>> {
  const { ports } = await sandbox.state()
  const servers: Server[] = []
  for (const { port } of ports) {
    const socket = await sandbox.relay(port)
    const server = createServer((client) => {
      const inside = connect(socket)
      client.pipe(inside).pipe(client)
      client.on('error', () => inside.destroy())
      inside.on('error', () => client.destroy())
    })
    server.listen(port, '127.0.0.1')
    await once(server, 'listening').catch((error: Error) => {
      throw new AgentError('environment', 'PORT_IN_USE', error.message, {
        value: String(port),
        next: 'Stop what uses this port, or run your command through agent services up -- CMD, which needs none.',
      })
    })
    servers.push(server)
  }
  return async () => {
    for (const server of servers) server.close()
  }
}
