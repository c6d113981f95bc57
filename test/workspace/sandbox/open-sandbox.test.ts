import { chmodSync, existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer, request } from 'node:http'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { makeProject, open, sh, until } from './project.ts'

// What holds wherever a sandbox comes from. Where the kernel refuses namespaces only the plain one can be tried.
describe.each(['namespace', 'plain'] as const)('a %s sandbox', (prefer) => {
  it('runs commands in the project root and tells exit code, output and time', async () => {
    const sandbox = await open({ root: makeProject({ 'a.txt': 'hello' }), prefer })
    const result = await sandbox.run({ argv: sh('cat a.txt; echo trouble >&2; exit 3') })
    expect(result).toMatchObject({ exitCode: 3, signal: null, timedOut: false, stdout: 'hello', stderr: 'trouble\n' })
    const fed = await sandbox.run({ argv: ['cat'], stdin: 'from stdin' })
    expect(fed.stdout).toBe('from stdin')
    expect(fed.durationMs).toBeLessThan(2_000)
  })

  it('gives a command nothing of our own environment', async () => {
    process.env.SOME_API_TOKEN = 'sk_live_very_secret'
    try {
      const sandbox = await open({ root: makeProject({}), prefer })
      const plain = await sandbox.run({ argv: ['env'] })
      const parents = await sandbox.run({ argv: sh('cat /proc/*/environ 2>/dev/null || true') })
      expect(plain.stdout).not.toContain('very_secret')
      if (prefer === 'namespace') expect(parents.stdout).not.toContain('very_secret')
      const own = await sandbox.run({ argv: ['env'], env: { ONLY: 'this', PATH: '/usr/bin:/bin' } })
      expect(
        own.stdout
          .split('\n')
          .filter((line) => !/^(SANDBOX_|TMPDIR=)/.test(line) && line !== '')
          .sort(),
      ).toEqual(['ONLY=this', 'PATH=/usr/bin:/bin'])
    } finally {
      delete process.env.SOME_API_TOKEN
    }
  })

  it('keeps what is written in the view out of the project, and lists it', async () => {
    const root = makeProject({ 'kept.txt': 'as it was', 'gone.txt': 'x', 'dir/one.txt': '1', 'dir/two.txt': '2' })
    const sandbox = await open({ root, prefer })
    expect((await sandbox.state()).files).toEqual({})
    await sandbox.run({
      argv: sh('echo more >> kept.txt; rm gone.txt; mkdir -p new; echo n > new/file; cat dir/one.txt'),
    })
    await sandbox.run({ argv: sh('rm -r dir && mkdir dir && echo 3 > dir/three.txt') })
    const { files } = await sandbox.state()
    expect(Object.keys(files).sort()).toEqual([
      'dir/one.txt',
      'dir/three.txt',
      'dir/two.txt',
      'gone.txt',
      'kept.txt',
      'new/file',
    ])
    expect(files['gone.txt']).toBeNull()
    expect(files['dir/one.txt']).toBeNull()
    expect(files['new/file']).toMatchObject({ size: 2 })
    expect(readFileSync(join(root, 'kept.txt'), 'utf8')).toBe('as it was')
    expect(existsSync(join(root, 'gone.txt'))).toBe(true)
    expect(existsSync(join(root, 'new'))).toBe(false)
  })

  it('reads, writes and removes files of the view, large ones too', async () => {
    const root = makeProject({ 'a.txt': 'below' })
    const sandbox = await open({ root, prefer })
    expect((await sandbox.readFile('a.txt')).toString()).toBe('below')
    const large = Buffer.alloc(3_000_000, 'ü')
    await sandbox.writeFile('sub dir/large.bin', large)
    expect((await sandbox.readFile('sub dir/large.bin')).equals(large)).toBe(true)
    await sandbox.writeFile(join(sandbox.scratch, 'note'), 'small')
    expect((await sandbox.run({ argv: ['cat', join(sandbox.scratch, 'note')] })).stdout).toBe('small')
    await sandbox.removeFile('sub dir/large.bin')
    await expect(sandbox.readFile('sub dir/large.bin')).rejects.toMatchObject({ code: 'ENOENT' })
    expect(existsSync(join(root, 'sub dir'))).toBe(false)
  })

  it('shows secrets files empty and the shared example as it is', async () => {
    const root = makeProject({
      '.env': 'A=1',
      'packages/api/.env.local': 'B=2',
      'certs/server.key': 'KEY',
      'own.cfg': 'C=3',
      '.env.example': 'A=',
    })
    const sandbox = await open({ root, prefer, mask: ['own.cfg'] })
    const { stdout } = await sandbox.run({
      argv: sh('cat .env packages/api/.env.local certs/server.key own.cfg && cat .env.example && test -f .env'),
    })
    expect(stdout).toBe('A=')
    expect((await sandbox.state()).files).toEqual({})
  })

  it('kills the whole tree when time is up, a grandchild in a session of its own too', async () => {
    const sandbox = await open({ root: makeProject({}), prefer })
    // Orphans in sessions of their own; the last one has cleared its environment, too, which only a namespace can catch.
    const bare = prefer === 'namespace' ? '(setsid env -i /bin/sleep 1003 &);' : ''
    const script = `(setsid sh -c "sleep 1000; true" &); (setsid sleep 1001 &); ${bare} sleep 1002`
    const result = await sandbox.run({ argv: sh(script), timeoutMs: 400 })
    expect(result).toMatchObject({ timedOut: true, exitCode: null, signal: 'SIGKILL' })
    expect((await sandbox.state()).processes).toEqual([])
  })

  it('kills the tree of a command that is aborted', async () => {
    const sandbox = await open({ root: makeProject({}), prefer })
    const stop = new AbortController()
    const running = sandbox.run({ argv: sh('setsid sleep 1000 & sleep 1000'), signal: stop.signal })
    await until(
      'both run',
      async () => (await sandbox.state()).processes.filter((p) => p.argv[0] === 'sleep').length === 2,
    )
    stop.abort()
    expect(await running).toMatchObject({ signal: 'SIGKILL', timedOut: false })
    expect((await sandbox.state()).processes).toEqual([])
  })

  it('does not wait for a daemon that holds the output open', async () => {
    const sandbox = await open({ root: makeProject({}), prefer })
    const result = await sandbox.run({ argv: sh('sleep 1000 & echo started'), timeoutMs: 20_000 })
    expect(result).toMatchObject({ exitCode: 0, stdout: 'started\n', timedOut: false })
    expect((await sandbox.state()).processes.map((p) => p.argv)).toEqual([['sleep', '1000']])
  })

  it('keeps the beginning and the end of endless output', async () => {
    const sandbox = await open({ root: makeProject({}), prefer })
    const { stdout } = await sandbox.run({ argv: sh('echo first; head -c 40000000 /dev/zero | tr "\\0" x; echo last') })
    expect(stdout.length).toBeLessThan(11_000_000)
    expect(stdout).toMatch(/^first\n/)
    expect(stdout).toMatch(/last\n$/)
    expect(stdout).toMatch(/\d+ bytes left out/)
  })

  it('streams what a spawned command prints and tells how it ended', async () => {
    const sandbox = await open({ root: makeProject({}), prefer })
    const running = await sandbox.spawn({ argv: sh('echo one; read never; echo two'), env: { PATH: '/usr/bin:/bin' } })
    let out = ''
    running.stdout.on('data', (chunk) => {
      out += chunk
    })
    expect(await running.exited).toEqual({ exitCode: 0, signal: null })
    await until('all output', () => out === 'one\ntwo\n')
    const sleeper = await sandbox.spawn({ argv: ['sleep', '1000'] })
    await sleeper.kill()
    expect(await sleeper.exited).toEqual({ exitCode: null, signal: 'SIGTERM' })
  })

  it('leads a Unix socket outside to a port inside, and sees who listens', async () => {
    const server = `require('http').createServer((q, r) => r.end('inside ' + q.url)).listen(Number(process.argv[2]), '127.0.0.1', () => console.log('up'))`
    const sandbox = await open({ root: makeProject({ 'server.js': server }), prefer })
    const port = prefer === 'namespace' ? 80 : await freePort()
    const running = await sandbox.spawn({ argv: [process.execPath, 'server.js', String(port)] })
    await new Promise((resolve) => running.stdout.once('data', resolve))
    expect(await get(await sandbox.relay(port))).toBe('inside /x')
    expect((await sandbox.state()).ports).toEqual([{ port, pid: expect.any(Number) }])
    await running.kill('SIGKILL')
  })

  it('lists files left in the temporary directories', async () => {
    const sandbox = await open({ root: makeProject({}), prefer })
    expect((await sandbox.state()).temporary).toEqual([])
    await sandbox.run({
      argv: sh(
        `mkdir -p "\${TMPDIR:-/tmp}/deep"; echo x > "\${TMPDIR:-/tmp}/deep/left"; echo y > ${sandbox.scratch}/ours`,
      ),
    })
    expect((await sandbox.state()).temporary).toEqual([expect.stringMatching(/\/deep\/left$/)])
  })

  it('names a program or a directory that is not there', async () => {
    const sandbox = await open({ root: makeProject({}), prefer })
    await expect(sandbox.run({ argv: ['no-such-program'] })).rejects.toMatchObject({ code: 'COMMAND_NOT_FOUND' })
    await expect(sandbox.run({ argv: ['true'], cwd: '/nowhere' })).rejects.toMatchObject({ code: 'NO_SUCH_DIRECTORY' })
  })

  it('shows another tree at the project with the dependencies of the project, which stay untouched', async () => {
    const root = makeProject({
      'index.js': 'old',
      'node_modules/dep/index.js': 'module.exports = 7',
      'packages/a/node_modules/inner/index.js': 'module.exports = 8',
    })
    const tree = makeProject({
      'index.js': 'console.log(require("dep"))',
      'packages/a/i.js': 'console.log(require("inner"))',
    })
    const sandbox = await open({ root, tree, prefer })
    const { stdout } = await sandbox.run({
      argv: sh(`node index.js; node packages/a/i.js; echo 9 > node_modules/dep/index.js`),
    })
    expect(stdout).toBe('7\n8\n')
    expect(readFileSync(join(root, 'node_modules/dep/index.js'), 'utf8')).toBe('module.exports = 7')
    expect(existsSync(join(tree, 'node_modules'))).toBe(false)
  })

  it('shows packages that the dependencies link to outside the project', async () => {
    const shared = makeProject({ 'package.json': '{"main":"i.js"}', 'i.js': 'module.exports = "shared"' })
    const root = makeProject({ 'node_modules/@org/other/index.js': '', 'a.js': 'console.log(require("@org/shared"))' })
    symlinkSync(shared, join(root, 'node_modules/@org/shared'))
    // Root's plain sandbox runs as nobody, who must be able to get there.
    chmodSync(join(shared, '..'), 0o755)
    const sandbox = await open({ root, prefer })
    expect(await sandbox.run({ argv: ['node', 'a.js'] })).toMatchObject({ stdout: 'shared\n' })
    const { stderr } = await sandbox.run({ argv: sh('echo x > node_modules/@org/shared/i.js') })
    if (prefer === 'namespace') expect(stderr).toMatch(/Read-only/)
  })

  it('works in a path with spaces and letters beyond ASCII', async () => {
    const root = makeProject({ 'ä b.txt': 'x' }, `it's a, "café": Ω\\`)
    const sandbox = await open({ root, prefer })
    expect((await sandbox.run({ argv: ['ls'] })).stdout).toContain('b.txt')
    if (prefer === 'namespace') expect((await sandbox.run({ argv: ['pwd'] })).stdout).toBe(`${root}\n`)
  })

  it('says that it is gone when used after the end', async () => {
    const sandbox = await open({ root: makeProject({}), prefer })
    const place = await sandbox.relay(1)
    await sandbox.stop()
    await expect(sandbox.run({ argv: ['true'] })).rejects.toMatchObject({ code: 'SANDBOX_GONE' })
    expect(existsSync(join(place, '..'))).toBe(false)
  })

  it('does not hand over what a link in the shared directory points at', async () => {
    const secret = makeProject({ secret: 'x'.repeat(300_000) })
    const sandbox = await open({ root: makeProject({}), prefer })
    const shared = join(await sandbox.relay(1), '..')
    symlinkSync(join(secret, 'secret'), join(shared, 'planted'))
    const { takeContent } = await import('../../../src/workspace/sandbox/supervisor/content.mts')
    await expect(takeContent({ file: 'planted' }, shared)).rejects.toMatchObject({ code: 'ELOOP' })
    writeFileSync(join(shared, 'file'), 'good')
    expect((await takeContent({ file: '../shared/file' }, shared)).toString()).toBe('good')
  })
})

function get(socketPath: string): Promise<string> {
  return new Promise((resolve, reject) => {
    request({ socketPath, path: '/x', agent: false }, (response) => {
      let text = ''
      response.on('data', (chunk) => {
        text += chunk
      })
      response.on('end', () => resolve(text))
    })
      .on('error', reject)
      .end()
  })
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}
