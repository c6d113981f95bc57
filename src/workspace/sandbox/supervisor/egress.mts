import { readFileSync } from 'node:fs'
import { startNameServer } from './name-server.mts'
import type { Attempt, SupervisorConfig } from './protocol.mts'

export interface EgressWatch {
  how: string
  attempts(): Attempt[]
  clear(): void
}

/** Packets or connections of any process that found no route out, as the kernel of this network namespace counts them. */
function unrouted(): number {
  const v4 = counter('/proc/net/snmp', (text) => {
    const [names, values] = text.split('\n').filter((line) => line.startsWith('Ip:'))
    const at = names?.split(' ').indexOf('OutNoRoutes') ?? -1
    return values?.split(' ')[at]
  })
  const v6 = counter('/proc/net/snmp6', (text) => /^Ip6OutNoRoutes\s+(\d+)/m.exec(text)?.[1])
  return v4 + v6
}

function counter(file: string, pick: (text: string) => string | undefined): number {
  try {
    return Number(pick(readFileSync(file, 'latin1')) ?? 0)
  } catch {
    return 0
  }
}

/** Watches what tries to leave: names asked for, and connections or packets to foreign addresses. */
export async function watchEgress(config: SupervisorConfig): Promise<EgressWatch> {
  if (!config.isolated) return { how: 'not watched', attempts: () => [], clear: () => {} }
  const names = await startNameServer(config.hosts)
  let base = unrouted()
  return {
    how: `kernel counters of unroutable packets${names ? ', names logged by a resolver' : ''}`,
    attempts() {
      const found: Attempt[] = [...(names?.asked ?? [])].map(([target, count]) => ({ target, via: 'dns', count }))
      const count = unrouted() - base
      if (count > 0) found.push({ target: 'an address outside', via: 'unknown', count })
      return found
    },
    clear() {
      names?.asked.clear()
      base = unrouted()
    },
  }
}
