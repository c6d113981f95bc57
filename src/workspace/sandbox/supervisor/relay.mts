import { createConnection, createServer } from 'node:net'
import { join } from 'node:path'

const relays = new Map<number, Promise<string>>()

/** Opens a Unix socket `<port>.sock` in `directory` that leads to the port on loopback; answers the socket's name. */
export function relayPort(directory: string, port: number): Promise<string> {
  const known = relays.get(port)
  if (known) return known
  const name = `${port}.sock`
  const opened = new Promise<string>((resolve, reject) => {
    const server = createServer({ allowHalfOpen: true }, (outside) => {
      // `localhost` tries both families: some servers listen on ::1 alone.
      const inside = createConnection({ host: 'localhost', port, allowHalfOpen: true })
      outside.on('error', () => inside.destroy())
      inside.on('error', () => outside.destroy())
      outside.on('close', () => inside.destroy())
      inside.on('close', () => outside.destroy())
      outside.pipe(inside)
      inside.pipe(outside)
    })
    server.once('error', reject)
    server.listen(join(directory, name), () => resolve(name))
  })
  relays.set(port, opened)
  return opened
}
