import { createServer } from 'node:net'
import type { Sandbox } from '../../contracts/sandbox.ts'

/** First and last port tried where the sandbox shares the machine's network; below the range that clients draw from. */
const SHARED = { first: 20_000, last: 29_999 }

/**
 * A port to listen on inside the sandbox: the usual one where the sandbox has a network of its own, otherwise one that
 * is free on the machine right now.
 */
export async function choosePort(sandbox: Sandbox, usual: number): Promise<number> {
  if (sandbox.enforcement.network === 'kernel') return usual
  const start = SHARED.first + Math.floor(Math.random() * (SHARED.last - SHARED.first))
  for (let port = start; port <= SHARED.last; port++) if (await isFree(port)) return port
  return usual
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
