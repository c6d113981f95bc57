import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import type { SupervisorConfig } from './protocol.mts'

export interface Process {
  pid: number
  ppid: number
  group: number
  session: number
  startedAt: number
  argv: string[]
}

// Linux reports start times in ticks of 1/100 s since boot on every architecture Node runs on.
const TICK_MS = 10

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}

function bootTime(): number {
  return Number(/^btime (\d+)/m.exec(read('/proc/stat'))?.[1] ?? 0) * 1000
}

/** Living processes (no zombies), this one and the namespace's init left out. */
function allProcesses(): Process[] {
  return existsSync('/proc/self/stat') ? fromProc() : fromPs()
}

/** Other systems: no marks, no start times; groups and descendants still tell. */
function fromPs(): Process[] {
  const { stdout } = spawnSync('ps', ['-axo', 'pid=,ppid=,pgid=,stat=,command='], { encoding: 'utf8' })
  const rows = (stdout ?? '').matchAll(/^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/gm)
  return [...rows].flatMap(([, pid, ppid, group, state = '', command = '']) => {
    const ours = Number(pid) === process.pid || command.startsWith('ps -axo')
    if (ours || state.startsWith('Z')) return []
    const argv = command.split(' ')
    return [{ pid: Number(pid), ppid: Number(ppid), group: Number(group), session: Number(group), startedAt: 0, argv }]
  })
}

function fromProc(): Process[] {
  const found: Process[] = []
  const boot = bootTime()
  for (const name of safeReaddir('/proc')) {
    const pid = Number(name)
    if (!Number.isInteger(pid) || pid === process.pid) continue
    const stat = read(`/proc/${pid}/stat`)
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (fields.length < 20 || fields[0] === 'Z' || fields[0] === 'X') continue
    const argv = readFileSafe(`/proc/${pid}/cmdline`).split('\0')
    if (argv.at(-1) === '') argv.pop()
    found.push({
      pid,
      ppid: Number(fields[1]),
      group: Number(fields[2]),
      session: Number(fields[3]),
      startedAt: boot + Number(fields[19]) * TICK_MS,
      argv,
    })
  }
  return found
}

function readFileSafe(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function safeReaddir(path: string): string[] {
  try {
    return readdirSync(path)
  } catch {
    return []
  }
}

function carries(pid: number, mark: string): boolean {
  return `\0${read(`/proc/${pid}/environ`)}\0`.includes(`\0${mark}\0`)
}

/** Helpers of the supervisor itself, which belong to no command. */
export const ownHelpers = new Set<number>()

/** What runs in the sandbox, ours aside. */
export function sandboxProcesses(config: SupervisorConfig): Process[] {
  const all = allProcesses().filter(({ pid }) => !ownHelpers.has(pid))
  if (config.isolated) return all.filter(({ pid }) => pid !== 1)
  return withDescendants(
    all,
    all.filter(({ pid, ppid }) => ppid === process.pid || carries(pid, `SANDBOX_ID=${config.id}`)),
  )
}

export function markedProcesses(mark: string): number[] {
  return allProcesses()
    .map(({ pid }) => pid)
    .filter((pid) => carries(pid, mark))
}

/**
 * Everything a command started: its group and session, whoever carries its mark, and their descendants. In a namespace also
 * orphans with no mark at all that are younger than the command (a daemon that cleared its environment).
 */
export function commandProcesses(config: SupervisorConfig, id: number, leader: number, since: number): number[] {
  const mark = `SANDBOX_COMMAND=${config.id}.${id}`
  const all = allProcesses().filter(({ pid }) => !ownHelpers.has(pid) && pid !== 1)
  const roots = all.filter(
    (p) => p.pid === leader || p.group === leader || p.session === leader || carries(p.pid, mark),
  )
  const strays = config.isolated
    ? all.filter(
        (p) =>
          p.ppid === 1 && p.startedAt + 1000 >= since && !read(`/proc/${p.pid}/environ`).includes('SANDBOX_COMMAND='),
      )
    : []
  return withDescendants(all, [...roots, ...strays]).map(({ pid }) => pid)
}

function withDescendants(all: Process[], roots: Process[]): Process[] {
  const chosen = new Map(roots.map((p) => [p.pid, p]))
  for (let grew = true; grew; ) {
    grew = false
    for (const p of all)
      if (!chosen.has(p.pid) && chosen.has(p.ppid)) {
        chosen.set(p.pid, p)
        grew = true
      }
  }
  return [...chosen.values()]
}

/** Listening TCP ports and who holds them. */
export function listeningPorts(config: SupervisorConfig, processes: Process[]): { port: number; pid: number | null }[] {
  const byInode = new Map<string, number>()
  for (const file of ['/proc/net/tcp', '/proc/net/tcp6'])
    for (const line of read(file).split('\n').slice(1)) {
      const fields = line.trim().split(/\s+/)
      if (fields[3] === '0A') byInode.set(fields[9] ?? '', Number.parseInt(fields[1]?.split(':')[1] ?? '', 16))
    }
  const owners = new Map<string, number>()
  for (const { pid } of processes)
    for (const fd of safeReaddir(`/proc/${pid}/fd`)) {
      const inode = /^socket:\[(\d+)\]$/.exec(readlinkSafe(`/proc/${pid}/fd/${fd}`))?.[1]
      if (inode && byInode.has(inode)) owners.set(inode, pid)
    }
  const ports = new Map<number, number | null>()
  for (const [inode, port] of byInode) {
    const pid = owners.get(inode) ?? null
    if (pid !== null || (config.isolated && !ports.has(port))) ports.set(port, pid)
  }
  return [...ports].map(([port, pid]) => ({ port, pid })).sort((a, b) => a.port - b.port)
}

function readlinkSafe(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}
