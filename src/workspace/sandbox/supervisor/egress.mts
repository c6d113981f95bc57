import { existsSync, readFileSync } from 'node:fs'
import { startNameServer } from './name-server.mts'
import { ownHelpers } from './processes.mts'
import type { Attempt, SupervisorConfig } from './protocol.mts'

export interface EgressWatch {
  how: string
  attempts(): Promise<Attempt[]>
  clear(): Promise<void>
}

/** How long the packet reader may lag behind the kernel's own count. */
const LAG_MS = 300

/** Watches what tries to leave: names asked for, and packets or connections to foreign addresses, of any process. */
export async function watchEgress(config: SupervisorConfig): Promise<EgressWatch> {
  if (!config.isolated) return { how: 'egress not watched', attempts: async () => [], clear: async () => {} }
  const names = await startNameServer(config.hosts)
  const sink = openSink(config.egress)
  let base = unrouted()
  let from = sink ? sink.lines().length : 0
  let lost = 0
  return {
    how: [
      sink ? 'foreign addresses lead to a sink that refuses and logs' : 'no route out, attempts counted by the kernel',
      names ? 'a resolver that refuses and logs' : 'no resolver',
    ].join('; '),
    async attempts() {
      const counts = new Map<string, Attempt>()
      const add = (target: string, via: Attempt['via'], count: number) => {
        const known = counts.get(`${via} ${target}`)
        if (known) known.count += count
        else if (count > 0) counts.set(`${via} ${target}`, { target, via, count })
      }
      for (const [name, count] of names?.asked ?? []) add(name, 'dns', count)
      const missed = sink ? await sink.settle() : 0
      for (const line of sink?.lines().slice(from) ?? []) {
        const [via = '-', host = '', port = '0'] = line.split(' ')
        if (via !== '-') add(port === '0' ? host : withPort(host, port), via as Attempt['via'], 1)
      }
      add('an address outside', 'unknown', unrouted() - base + missed - lost)
      return [...counts.values()]
    },
    async clear() {
      names?.asked.clear()
      lost = sink ? await sink.settle() : 0
      from = sink ? sink.lines().length : 0
      base = unrouted()
    },
  }
}

/** The log of the packet reader, held against the number of packets the kernel sent to it. */
function openSink(config: SupervisorConfig['egress']) {
  if (!existsSync(config.pidFile)) return null
  ownHelpers.add(Number(readText(config.pidFile)))
  const lines = () => readText(config.log).split('\n').slice(0, -1)
  const missing = () => sentPackets() - lines().length
  return {
    lines,
    /** Waits for the reader; answers how many packets it never saw. */
    async settle(): Promise<number> {
      const deadline = Date.now() + LAG_MS
      while (missing() > 0 && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 2))
      return Math.max(0, missing())
    },
  }
}

function sentPackets(): number {
  return Number(/^\s*eg0:(?:\s+\d+){9}\s+(\d+)/m.exec(readText('/proc/net/dev'))?.[1] ?? 0)
}

function withPort(host: string, port: string): string {
  // The URL parser writes an IPv6 address in its short form.
  return host.includes(':') ? `${new URL(`http://[${host}]`).hostname}:${port}` : `${host}:${port}`
}

/** Packets or connections that found no route, as the kernel of this network namespace counts them. */
function unrouted(): number {
  const [names, values] = readText('/proc/net/snmp')
    .split('\n')
    .filter((line) => line.startsWith('Ip:'))
  const v4 = values?.split(' ')[names?.split(' ').indexOf('OutNoRoutes') ?? -1]
  const v6 = /^Ip6OutNoRoutes\s+(\d+)/m.exec(readText('/proc/net/snmp6'))?.[1]
  return Number(v4 ?? 0) + Number(v6 ?? 0)
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}
