import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { EgressAttempt, Sandbox } from '../../../src/contracts/sandbox.ts'
import { openNamespaceSandbox } from '../../../src/workspace/sandbox/namespace/sandbox.ts'
import { probeSandbox } from '../../../src/workspace/sandbox/probe.ts'
import { sweepPlaces } from '../../../src/workspace/sandbox/scratch-directory.ts'
import { packageRoot } from '../../../src/workspace/sandbox/supervisor-path.ts'
import { makeProject, open, sh, until } from './project.ts'

const prefer = 'namespace'

describe('the kernel keeps a sandbox apart', () => {
  it('hides sockets, homes and temporary files of the machine', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'host-'))
    const path = join(directory, 'engine.sock')
    const server = createServer((connection) => connection.end('host')).listen(path)
    onTestFinished(() => {
      server.close()
      rmSync(directory, { recursive: true })
    })
    await until('the host socket listens', () => existsSync(path))
    const sandbox = await open({ root: makeProject({}), prefer })
    const connect = `require('net').connect(process.argv[1]).on('error', e => console.log(e.code)).on('data', d => console.log(String(d)))`
    expect((await sandbox.run({ argv: [process.execPath, '-e', connect, path] })).stdout).toBe('ENOENT\n')
    const listing = await sandbox.run({
      argv: sh('ls -A /tmp /root /home /var/tmp 2>/dev/null; find / -xdev -type s 2>/dev/null'),
    })
    expect(listing.stdout).not.toMatch(/\.sock|\.ssh|\.bash|\.npm|\.aws|host-/)
  })

  it('hides what only root may read, and lets nothing be written into the system', async () => {
    const sandbox = await open({ root: makeProject({}), prefer })
    const { stdout } = await sandbox.run({
      argv: sh(`
        for f in $(find /etc -type f ! -perm -o=r 2>/dev/null); do cat $f 2>/dev/null; done
        cat /etc/shadow /etc/gshadow 2>/dev/null
        for f in /usr/x /etc/../usr/bin/x /proc/sys/kernel/core_pattern /proc/sysrq-trigger; do
          (echo x > $f) 2>/dev/null && echo wrote $f
        done
        ls /dev/sd* /dev/vd* /dev/kvm /dev/mem 2>/dev/null
        mount -t tmpfs none /tmp 2>/dev/null && echo mounted
        umount /usr 2>/dev/null && echo unmounted
        grep -E '^(CapEff|CapPrm)' /proc/self/status; id -u; true`),
    })
    expect(stdout).toBe('CapPrm:\t0000000000000000\nCapEff:\t0000000000000000\n65534\n')
  })

  it('inherits no descriptor that our own process was started with', async () => {
    const hold = join(import.meta.dirname, 'list-descriptors.mjs')
    const script = `exec 7</ 57</etc/hostname; exec "$@"`
    const listed = execFileSync('bash', ['-c', script, 'bash', process.execPath, hold, packageRoot(), makeProject({})])
    // The listing program's own three and the directory it reads.
    expect(String(listed).trim().split('\n')).toEqual(['0', '1', '2', '3'])
  })

  it('has a process table of its own', async () => {
    const sandbox = await open({ root: makeProject({}), prefer })
    const { stdout } = await sandbox.run({
      argv: sh('for p in /proc/[0-9]*; do tr "\\0" " " < $p/cmdline; echo; done'),
    })
    expect(stdout).not.toContain('vitest')
    expect((await sandbox.state()).processes).toEqual([])
  })

  it('lets PostgreSQL set itself up, which refuses root', async () => {
    const bin = postgresBin()
    if (!bin) return
    const sandbox = await open({ root: makeProject({}), prefer })
    const data = join(sandbox.scratch, 'data')
    const made = await sandbox.run({ argv: [join(bin, 'initdb'), '-D', data, '-A', 'trust', '-U', 'postgres', '-N'] })
    expect(made.stderr + made.stdout).toContain('Success')
    const server = await sandbox.spawn({ argv: [join(bin, 'postgres'), '-D', data, '-k', sandbox.scratch, '-F'] })
    await until('the port is open', async () => (await sandbox.state()).ports.some(({ port }) => port === 5432))
    const asked = await sandbox.run({ argv: ['psql', '-h', 'localhost', '-U', 'postgres', '-Atc', 'select 6*7'] })
    expect(asked.stdout).toBe('42\n')
    await server.kill('SIGINT')
    expect(await server.exited).toEqual({ exitCode: 0, signal: null })
    expect((await sandbox.state()).processes).toEqual([])
  })

  it.runIf(process.getuid?.() === 0)('lets root work on a project that belongs to another user', async () => {
    const root = makeProject({ 'a.txt': 'a', 'sub/b.txt': 'b' })
    execFileSync('chown', ['-R', '4321:4321', join(root, '..')])
    execFileSync('chmod', ['-R', 'go=', root])
    const sandbox = await open({ root, prefer })
    const result = await sandbox.run({ argv: sh('cat a.txt sub/b.txt; echo c > sub/c.txt; rm a.txt') })
    expect(result).toMatchObject({ stdout: 'ab', stderr: '', exitCode: 0 })
    await sandbox.writeFile('large', Buffer.alloc(300_000))
    expect((await sandbox.readFile('large')).length).toBe(300_000)
    expect(Object.keys((await sandbox.state()).files).sort()).toEqual(['a.txt', 'large', 'sub/c.txt'])
  })

  it('puts two sandboxes side by side on the same port', async () => {
    const root = makeProject({})
    const listen = `require('http').createServer().listen(443, () => console.log('up'))`
    for (const sandbox of [await open({ root, prefer }), await open({ root, prefer })]) {
      const running = await sandbox.spawn({ argv: [process.execPath, '-e', listen] })
      expect(String(await new Promise((resolve) => running.stdout.once('data', resolve)))).toBe('up\n')
    }
  })
})

it('covers secrets of the workspace around the project', async () => {
  const root = makeProject({
    'package.json': '{"workspaces":["packages/*"]}',
    '.env': 'SECRET=1',
    'node_modules/dep/index.js': 'module.exports = 7',
    'packages/api/index.js': 'console.log(require("dep"), require("fs").readFileSync("../../.env", "utf8") === "")',
  })
  const sandbox = await open({ root: join(root, 'packages/api'), prefer })
  expect((await sandbox.run({ argv: ['node', 'index.js'] })).stdout).toBe('7 true\n')
})

it('copies the project where overlays are refused, at the same path and as isolated', async () => {
  const root = makeProject({ 'a.txt': 'a', '.env': 'X=1', 'node_modules/dep/index.js': '7' })
  const sandbox = await openNamespaceSandbox('copy', { root }, 'copy')
  onTestFinished(() => sandbox.stop())
  expect(sandbox.enforcement).toMatchObject({ network: 'kernel', files: 'copy', processes: 'namespace' })
  const script =
    'pwd; cat .env a.txt; echo b >> a.txt; cat node_modules/dep/index.js; cat /etc/shadow; (echo > /dev/tcp/1.2.3.4/5)'
  const { stdout } = await sandbox.run({ argv: ['bash', '-c', script] })
  expect(stdout).toBe(`${root}\na7`)
  expect(Object.keys((await sandbox.state()).files)).toEqual(['a.txt'])
  expect(await sandbox.attempts()).toEqual([{ target: '1.2.3.4:5', via: 'tcp', count: 1 }])
  expect(readFileSync(join(root, 'a.txt'), 'utf8')).toBe('a')
})

it('opens inside another sandbox', async () => {
  const root = makeProject({ 'a.txt': 'a' })
  const outer = await open({ root, prefer })
  const script = `import(process.argv[1] + '/dist/workspace/sandbox/open-sandbox.js').then(async ({ openSandbox }) => {
    const inner = await openSandbox({ root: process.cwd() })
    console.log(JSON.stringify(inner.enforcement), (await inner.run({ argv: ['cat', 'a.txt'] })).stdout)
    await inner.stop()
  })`
  const { stdout, stderr } = await outer.run({ argv: [process.execPath, '-e', script, packageRoot()] })
  expect(stdout, stderr).toMatch(/ a\n$/)
})

describe('what tries to leave fails at once and is seen', () => {
  const native = (family: 'tcp' | 'udp', target: string) => [
    'bash',
    '-c',
    `exec 3<>/dev/${family}/${target} && echo hello >&3`,
  ]
  const node = (script: string) => [process.execPath, '-e', script]

  async function attempt(argv: string[]): Promise<{ sandbox: Sandbox; attempts: EgressAttempt[] }> {
    const sandbox = await open({ root: makeProject({}), prefer, hosts: ['db'] })
    expect(await sandbox.attempts()).toEqual([])
    const result = await sandbox.run({ argv, timeoutMs: 8_000 })
    expect(result.timedOut).toBe(false)
    return { sandbox, attempts: await sandbox.attempts() }
  }

  it.each([
    ['TCP from a native program', native('tcp', '93.184.216.34/443'), { target: '93.184.216.34:443', via: 'tcp' }],
    ['UDP from a native program', native('udp', '93.184.216.34/4000'), { target: '93.184.216.34:4000', via: 'udp' }],
    [
      'TCP from Node',
      node(`require('net').connect(5432, '10.1.2.3').on('error', e => console.log(e.code))`),
      { target: '10.1.2.3:5432', via: 'tcp' },
    ],
    [
      'TCP over IPv6',
      node(`require('net').connect(443, '2606:4700::1111').on('error', e => console.log(e.code))`),
      { target: '[2606:4700::1111]:443', via: 'tcp' },
    ],
    [
      'UDP from Node',
      node(`const s = require('dgram').createSocket('udp4'); s.send('x', 53, '8.8.8.8', () => s.close())`),
      { target: '8.8.8.8:53', via: 'udp' },
    ],
    [
      'fetch by address',
      node(`fetch('http://169.254.169.254/latest').catch(e => console.log(e.cause.code))`),
      { target: '169.254.169.254:80', via: 'tcp' },
    ],
  ])('%s', async (_, argv, seen) => {
    const { sandbox, attempts } = await attempt(argv)
    expect(attempts).toEqual([{ ...seen, count: 1 }])
    await sandbox.clearAttempts()
    expect(await sandbox.attempts()).toEqual([])
  })

  it.each([
    ['a native program', ['getent', 'hosts', 'api.stripe.com']],
    ['Node', node(`fetch('https://api.stripe.com/v1').catch(e => console.log(e.cause.code))`)],
    ['a resolver that asks by itself', node(`require('dns').resolve4('api.stripe.com', e => console.log(e.code))`)],
  ])('a name asked for by %s', async (_, argv) => {
    const { attempts } = await attempt(argv)
    expect(attempts).toEqual([{ target: 'api.stripe.com', via: 'dns', count: expect.any(Number) }])
  })

  it('never reaches a server of the sandbox by a foreign address, whatever it listens on', async () => {
    const script = `
      const net = require('net')
      const server = net.createServer(c => c.end('reached')).listen(4000, '0.0.0.0', () => {
        net.connect(4000, '10.9.8.7').on('error', e => { console.log(e.code); server.close() }).on('data', d => console.log(String(d)))
      })`
    const { attempts } = await attempt(node(script))
    expect(attempts).toEqual([{ target: '10.9.8.7:4000', via: 'tcp', count: 1 }])
  })

  it('counts a hundred tries as a hundred', async () => {
    const { attempts } = await attempt([
      'bash',
      '-c',
      'for i in $(seq 100); do (exec 3<>/dev/tcp/10.0.0.1/$((i % 2 + 1))) 2>/dev/null; done; true',
    ])
    expect(attempts).toEqual([
      { target: '10.0.0.1:2', via: 'tcp', count: 50 },
      { target: '10.0.0.1:1', via: 'tcp', count: 50 },
    ])
  })

  it('does not count what stays: loopback of both families, localhost and the services by name', async () => {
    const script = `
      const net = require('net'), dns = require('dns').promises
      const server = net.createServer(c => c.end()).listen(4000, '::', async () => {
        for (const host of ['127.0.0.1', '127.0.0.2', '::1', 'localhost', 'db', '0.0.0.0']) await new Promise((done, fail) => net.connect(4000, host).on('close', done).on('error', fail).resume())
        console.log((await dns.resolve4('db')) + ' ' + (await dns.lookup('db')).address)
        server.close()
      })`
    const sandbox = await open({ root: makeProject({}), prefer, hosts: ['db'] })
    const result = await sandbox.run({ argv: node(script) })
    expect(result).toMatchObject({ stdout: '127.0.0.1 127.0.0.1\n', exitCode: 0 })
    expect(await sandbox.attempts()).toEqual([])
  })
})

it('tells what this machine allows', async () => {
  expect(await probeSandbox()).toEqual({
    namespaces: true,
    detail: expect.stringMatching(/unshare.*overlay/),
    startMs: expect.any(Number),
  })
})

describe('nothing survives', () => {
  /** Another process that holds a sandbox, its directory, and what kills it with -9 and waits for the rest to follow. */
  async function holdElsewhere(early: boolean) {
    const temporary = makeProject({})
    const hold = join(import.meta.dirname, 'hold-sandbox.mjs')
    const parent = spawn(process.execPath, [hold, packageRoot(), makeProject({}), String(early)], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, TMPDIR: temporary },
    })
    onTestFinished(() => void parent.kill('SIGKILL'))
    const place = String(await new Promise((resolve) => parent.stdout.once('data', resolve))).trim()
    await until('its first process is there', () => hostProcessesMentioning(place).length > 0)
    const kill = async () => {
      parent.kill('SIGKILL')
      await until('all processes are gone', () => hostProcessesMentioning(place).length === 0)
    }
    return { temporary, place, kill }
  }

  it.each([true, false])('our own kill -9 (while it still starts: %s)', async (early) => {
    const { kill } = await holdElsewhere(early)
    await kill()
  })

  it('as a directory of a killed owner: the next start removes it', async () => {
    const { temporary, place, kill } = await holdElsewhere(false)
    vi.stubEnv('TMPDIR', temporary)
    onTestFinished(() => void vi.unstubAllEnvs())
    expect(sweepPlaces()).toEqual([])
    await kill()
    rmSync(join(place, 'owner.json'))
    expect(existsSync(place)).toBe(true)
    expect(sweepPlaces()).toEqual([place])
    expect(existsSync(place)).toBe(false)
  })
})

function postgresBin(): string | null {
  const base = '/usr/lib/postgresql'
  const found = existsSync(base) ? readdirSync(base).map((version) => join(base, version, 'bin')) : []
  return found.find((bin) => existsSync(join(bin, 'initdb'))) ?? null
}

/** Processes of the machine whose command line or mount table speaks of a sandbox's directory. */
function hostProcessesMentioning(place: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false
    try {
      return (
        readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(place) ||
        readFileSync(`/proc/${pid}/mountinfo`, 'utf8').includes(basename(place))
      )
    } catch {
      return false
    }
  })
}
