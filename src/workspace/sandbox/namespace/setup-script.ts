import { egressSink } from './egress-sink.ts'
import { lockedOptions, mountsBelow, type SystemView } from './mounts.ts'

export interface Plan {
  /** Mount point of the new root, an empty directory of the machine. */
  mountPoint: string
  system: SystemView
  /** Shown read-only at their own place. */
  readOnly: string[]
  /** Copy-on-write views, outer ones first. */
  overlays: { lower: string; at: string; upper: string }[]
  /** Where overlays are refused: a copy of the tree instead, shown writable. */
  copy: { from: string; at: string } | null
  /** Absolute paths to cover by an empty file. */
  masks: string[]
  /** Machine directory shown writable at `at`. */
  shared: { from: string; at: string }
  supervisor: { from: string; at: string }
  /** Names for loopback in /etc/hosts. */
  hosts: string[]
  /** Log and PID file of the packet reader, as seen inside. */
  egress: { log: string; pidFile: string }
  /** What to run last, without privileges. */
  argv: string[]
  /** Parts of /proc that nobody may write to: they would obey the machine's real root. */
  readOnlyProc: string[]
}

/** `text` as one word of a POSIX shell. */
function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

/** `text` as a field of an fstab line. */
function field(text: string): string {
  return text.replaceAll('\\', '\\134').replace(/[ \t\n#]/g, (c) => `\\${c.charCodeAt(0).toString(8).padStart(3, '0')}`)
}

const BASE = '/run/sandbox'

/**
 * The shell script that PID 1 of fresh namespaces runs: builds a root file system that shows programs and the project only,
 * brings loopback up, moves in, gives all privileges up and starts the supervisor.
 */
export function setupScript(plan: Plan): string {
  const mounts: string[] = []
  const n = plan.mountPoint
  const show = (from: string, at: string) => {
    // A tree that holds mounts, such as a volume, can only be shown with them; read-only goes for one mount at a time.
    const below = mountsBelow(from)
    const bind = (path: string, how: 'bind' | 'rbind') =>
      mounts.push(
        `${field(path)} ${field(n + at + path.slice(from.length))} none ${[how, 'ro', 'nosuid', 'nodev', ...lockedOptions(path)].join(',')} 0 0`,
      )
    bind(from, below.length > 0 ? 'rbind' : 'bind')
    for (const path of below) bind(path, mountsBelow(path).length > 0 ? 'rbind' : 'bind')
  }
  for (const directory of plan.system.directories) show(directory, directory)
  for (const path of plan.readOnly) show(path, path)
  mounts.push(`${field(plan.supervisor.from)} ${field(n + plan.supervisor.at)} none bind,ro,nosuid,nodev 0 0`)
  mounts.push(`${field(plan.shared.from)} ${field(n + plan.shared.at)} none bind,nosuid,nodev 0 0`)
  for (const device of plan.system.devices) mounts.push(`/dev/${device} ${field(n)}/dev/${device} none bind 0 0`)
  mounts.push(`proc ${field(n)}/proc proc nosuid,nodev,noexec 0 0`)
  mounts.push(`devpts ${field(n)}/dev/pts devpts newinstance,ptmxmode=0666,mode=620,nofail 0 0`)
  for (const name of plan.readOnlyProc) {
    const path = `${field(n)}/proc/${name}`
    mounts.push(`${path} ${path} none bind,ro,nosuid,nodev,noexec 0 0`)
  }

  const lines = [
    'set -e',
    `mount -t tmpfs -o mode=755 tmpfs ${quote(n)}`,
    `cd ${quote(n)}`,
    'mkdir -p proc dev/shm dev/pts tmp run home root var/tmp var/lib var/log var/cache etc old',
    'chmod 1777 tmp var/tmp dev/shm',
    'mkdir run/lock; ln -s /run /run/lock var',
    'cp -P /dev/fd /dev/stdin /dev/stdout /dev/stderr dev 2>/dev/null || true; ln -s pts/ptmx dev/ptmx',
    ...(plan.system.links.length > 0 ? [`cp -P ${plan.system.links.map(quote).join(' ')} .`] : []),
    `: > ${plan.system.devices.map((name) => `dev/${name}`).join(' > ')}`,
    `mkdir -p ${[plan.shared.at, plan.supervisor.at, `${BASE}/scratch/home`, `${BASE}/none`, ...plan.system.directories].map((p) => quote(`.${p}`)).join(' ')}`,
    `: > .${BASE}/empty`,
  ]
  // Mount points of shown paths: directories or files, made on the tmpfs before anything covers it.
  for (const path of plan.readOnly)
    lines.push(
      `if [ -d ${quote(path)} ]; then mkdir -p ${quote(`.${path}`)}; else mkdir -p ${quote(`.${path.slice(0, path.lastIndexOf('/'))}`)}; : > ${quote(`.${path}`)}; fi 2>/dev/null || true`,
    )
  lines.push(`cat > run/fstab <<'END_OF_MOUNTS'`, ...mounts, 'END_OF_MOUNTS')
  lines.push('mount -a -T run/fstab', 'rm run/fstab')
  if (plan.copy) lines.push('cp -a /etc/. etc/ 2>/dev/null || true')
  else lines.push(...overlay('/etc', `${BASE}/layers/etc`, '/etc'))
  lines.push(
    // As root of this namespace we could read what others on this machine cannot.
    'find etc ! -type l ! -perm -o=r -prune -exec rm -rf {} + 2>/dev/null || true',
    `find etc ! -type l ! -perm -o=r -prune | while read -r path; do if [ -d "$path" ]; then mount --bind .${BASE}/none "$path"; else mount --bind .${BASE}/empty "$path"; fi; done`,
    'rm -f etc/resolv.conf etc/hosts etc/nsswitch.conf',
    `printf 'nameserver 127.0.0.1\\noptions timeout:1 attempts:1\\n' > etc/resolv.conf`,
    `printf '127.0.0.1 localhost%s\\n::1 localhost ip6-localhost\\n' ${quote(plan.hosts.map((name) => ` ${name}`).join(''))} > etc/hosts`,
    `printf 'passwd: files\\ngroup: files\\nshadow: files\\nhosts: files dns\\nservices: files\\nprotocols: files\\n' > etc/nsswitch.conf`,
    `grep -q '^[^:]*:[^:]*:65534:' etc/passwd || echo 'nobody:x:65534:65534:nobody:/:/bin/sh' >> etc/passwd`,
    `grep -q '^[^:]*:[^:]*:65534:' etc/group || echo 'nogroup:x:65534:' >> etc/group`,
  )
  for (const { lower, at, upper } of plan.overlays) lines.push(...overlay(lower, upper, at))
  if (plan.copy) {
    const at = quote(`.${plan.copy.at}`)
    lines.push(`mkdir -p ${at}`, `mount --bind ${quote(plan.copy.from)} ${at}`)
  }
  for (const path of plan.masks)
    lines.push(`if [ -f ${quote(`.${path}`)} ]; then mount --bind .${BASE}/empty ${quote(`.${path}`)}; fi`)

  lines.push(
    'ip link set lo up 2>/dev/null ||',
    `perl -e 'use Socket; socket(S,AF_INET,SOCK_DGRAM,0) or die; $r=pack("a16 s x14","lo",0x41); ioctl(S,0x8914,$r) or die' 2>/dev/null ||`,
    `python3 -c 'import socket,fcntl,struct; fcntl.ioctl(socket.socket(),0x8914,struct.pack("16sh14x",b"lo",0x41))' 2>/dev/null ||`,
    'ifconfig lo up || { echo "loopback cannot be brought up: none of ip, perl, python3, ifconfig works" >&2; exit 1; }',
    'echo 0 > /proc/sys/net/ipv4/ip_unprivileged_port_start || true',
    ...egressSink(`.${plan.egress.log}`, `.${plan.egress.pidFile}`),
  )
  lines.push(
    'pivot_root . old',
    'cd /',
    'umount -l old',
    'rmdir old',
    `exec unshare --user --map-user=65534 --map-group=65534 -- setpriv --no-new-privs -- sh -c ${quote(
      // The shell stays as PID 1: it reaps orphans, and when the supervisor ends everything does.
      `exec 3<&0; ${plan.argv.map(quote).join(' ')} <&3 & exec 3<&-; wait $!`,
    )}`,
  )
  return lines.join('\n')
}

/** Mounts a copy-on-write view of `lower` at `at`; its changes lie in `upper`. */
function overlay(lower: string, upper: string, at: string): string[] {
  const work = upper.replace(`${BASE}/layers/`, `${BASE}/work/`)
  // Overlay options know no escape for every character: an awkward name gets a plain one first.
  const plain = /^[\w./ @+-]+$/.test(lower)
  const options = `lowerdir=${plain ? lower : 'run/lower'},upperdir=.${upper},workdir=.${work},userxattr`
  return [
    `mkdir -p .${upper} .${work} ${quote(`.${at}`)}${plain ? '' : ' run/lower'}`,
    ...(plain ? [] : [`mount --bind ${quote(lower)} run/lower`]),
    `mount -t overlay -o ${quote(options)} overlay ${quote(`.${at}`)}`,
    ...(plain ? [] : ['umount run/lower']),
  ]
}
