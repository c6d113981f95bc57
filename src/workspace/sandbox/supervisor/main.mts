import { rm } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { cancelRun, killAll, runCommand, signalCommand, spawnCommand } from './commands.mts'
import { readContent, writeContent } from './content.mts'
import { watchEgress } from './egress.mts'
import { walkLayers } from './layers.mts'
import { listeningPorts, sandboxProcesses } from './processes.mts'
import type { Event, Reply, Request, SupervisorConfig } from './protocol.mts'
import { relayPort } from './relay.mts'
import { listTemporary } from './temporary.mts'

const config = JSON.parse(process.argv[2] ?? '') as SupervisorConfig

function send(message: Reply | Event): void {
  process.stdout.write(`${JSON.stringify(message)}\n`)
}

/** Ends everything. In a PID namespace the kernel does the rest once we are gone. */
function end(): void {
  if (!config.isolated) killAll(config)
  process.exit(0)
}

process.stdin.on('end', end)
process.stdin.on('error', end)
process.stdout.on('error', end)
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, end)

const alreadyThere = new Set(await listTemporary(config, new Set()))
const egress = await watchEgress(config)

async function answer(request: Request): Promise<unknown> {
  switch (request.op) {
    case 'run':
      return runCommand(config, request)
    case 'cancel':
      return cancelRun(config, request.target)
    case 'spawn':
      return spawnCommand(config, request.id, request.spec, send)
    case 'signal':
      return signalCommand(config, request.target, request.signal as NodeJS.Signals)
    case 'relay':
      return relayPort(config.shared, request.port)
    case 'read':
      return readContent(request.path, config.shared)
    case 'write':
      return writeContent(request.path, request.content, config.shared)
    case 'remove':
      return rm(request.path, { recursive: true, force: true })
    case 'state': {
      const processes = sandboxProcesses(config)
      return {
        processes: processes.map(({ pid, argv }) => ({ pid, argv })),
        ports: listeningPorts(config, processes),
        layers: await walkLayers(config),
        temporary: await listTemporary(config, alreadyThere),
      }
    }
    case 'attempts':
      return egress.attempts()
    case 'clearAttempts':
      return egress.clear()
  }
}

createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY }).on('line', (line) => {
  const request = JSON.parse(line) as Request
  answer(request).then(
    (value) => send({ id: request.id, value: value ?? null }),
    (error: NodeJS.ErrnoException) =>
      send({ id: request.id, error: { message: error.message, code: error.code ?? 'ERROR' } }),
  )
})

send({ event: 'ready', egress: egress.how })
