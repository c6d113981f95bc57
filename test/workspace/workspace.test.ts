import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { holdDirectory } from '../../src/workspace/contained-path.ts'
import { openWorkspace } from '../../src/workspace/workspace.ts'
import { makeProject } from './sandbox/project.ts'

const files = {
  'src/app.js': 'app',
  'test/a.test.js': 'a',
  'README.md': 'read me',
  'node_modules/dep/index.js': 'dep',
  '.env': 'DATABASE_URL=postgres://u:p@prod-db.acme.io/app\nexport PORT=3000\nKEY="sk_live_abcdefgh12345"\nEMPTY=\n',
  '.env.example': 'PORT=',
}

describe('reading', () => {
  it('answers content by relative or absolute path, and null for what is not there', async () => {
    const root = makeProject(files)
    const workspace = await openWorkspace(root)
    expect(await workspace.readText('src/app.js')).toBe('app')
    expect(await workspace.readText('./src/../src/app.js')).toBe('app')
    expect(await workspace.readText(join(root, 'src/app.js'))).toBe('app')
    expect(await workspace.read('no/such/file')).toBeNull()
    expect(await workspace.read('src/app.js/below')).toBeNull()
  })

  it('follows links that stay inside and refuses every way out', async () => {
    const root = makeProject(files)
    const outside = makeProject({ 'secret.txt': 'outside', 'sub/deep.txt': 'outside' }, 'project-twin')
    symlinkSync('../README.md', join(root, 'src/inside.md'))
    symlinkSync(join(outside, 'secret.txt'), join(root, 'out.txt'))
    symlinkSync(outside, join(root, 'outdir'))
    symlinkSync(join(outside, 'not yet'), join(root, 'dangling'))
    symlinkSync('loop', join(root, 'loop'))
    symlinkSync('outdir/sub', join(root, 'twice'))
    const workspace = await openWorkspace(root)
    expect(await workspace.readText('src/inside.md')).toBe('read me')
    const ways = [
      '../project-twin/secret.txt',
      'src/../../x',
      '/etc/hostname',
      `${root}-twin/secret.txt`,
      'out.txt',
      'outdir/secret.txt',
      'outdir/missing',
      'dangling',
      'dangling/below',
      'loop',
      'twice/deep.txt',
    ]
    for (const way of ways) await expect(workspace.read(way), way).rejects.toMatchObject({ code: 'OUTSIDE_WORKSPACE' })
  })

  it.each(['a\0b', '', 'src/app.js ', 'src /app.js', 'src/app.js.', 'a\nb'])('refuses the name %j', async (name) => {
    await expect((await openWorkspace(makeProject(files))).read(name)).rejects.toMatchObject({ code: 'INVALID_PATH' })
  })

  it('refuses what is no regular file, without waiting on it', async () => {
    const root = makeProject(files)
    execFileSync('mkfifo', [join(root, 'pipe')])
    const workspace = await openWorkspace(root)
    for (const path of ['pipe', 'src', '.'])
      await expect(workspace.read(path), path).rejects.toMatchObject({ code: 'NOT_A_FILE' })
  })

  it('keeps secrets to itself, behind a link too, and tells names and sorts of values', async () => {
    const root = makeProject({ ...files, 'deploy/id_rsa': 'x', '.npmrc': 'x', 'tls/server.pem': 'x' })
    symlinkSync('.env', join(root, 'notes.txt'))
    const workspace = await openWorkspace(root)
    for (const path of ['.env', 'notes.txt', 'deploy/id_rsa', '.npmrc', 'tls/server.pem'])
      await expect(workspace.readText(path), path).rejects.toMatchObject({ code: 'SECRET_FILE' })
    expect(await workspace.readText('.env.example')).toBe('PORT=')
    expect(await workspace.readEnvNames('.env')).toEqual([
      { name: 'DATABASE_URL', value: 'remote address' },
      { name: 'PORT', value: 'number' },
      { name: 'KEY', value: 'live key' },
      { name: 'EMPTY', value: 'empty' },
    ])
    expect(await workspace.readSecretFileForGuard('.env')).toContain('prod-db')
    expect(await workspace.readEnvNames('.env.local')).toBeNull()
  })
})

describe('writing', () => {
  it('puts tests, fixtures and CI files in place, directories made as needed', async () => {
    const root = makeProject(files)
    const workspace = await openWorkspace(root)
    const paths = [
      'test/integration/users.test.ts',
      'packages/api/__tests__/x.js',
      'src/users.spec.ts',
      'tests/test_users.py',
      'api/users_test.go',
      'docker-compose.test.yml',
      '.integration-tests/manifest.json',
      '.github/workflows/integration.yml',
      'jest.integration.config.cjs',
    ]
    for (const path of paths) {
      await workspace.write(path, `in ${path}`)
      expect(readFileSync(join(root, path), 'utf8')).toBe(`in ${path}`)
    }
  })

  it.each([
    'src/app.js',
    'package.json',
    'README.md',
    '.env',
    'test/.env',
    'test/.git/config',
    'node_modules/dep/test/x.js',
    'Dockerfile',
    '.github/dependabot.yml',
    'test',
  ])('refuses %s', async (path) => {
    const workspace = await openWorkspace(makeProject(files))
    await expect(workspace.write(path, 'x')).rejects.toMatchObject({ code: 'OUTSIDE_WRITE_SCOPE', kind: 'safety' })
    await expect(workspace.remove(path)).rejects.toMatchObject({ code: 'OUTSIDE_WRITE_SCOPE' })
  })

  it('refuses every way out, and product code behind a link in a test folder', async () => {
    const root = makeProject(files)
    const outside = makeProject({ 'x.test.js': 'outside' })
    symlinkSync(outside, join(root, 'test/out'))
    symlinkSync(join(outside, 'x.test.js'), join(root, 'test/out.test.js'))
    symlinkSync(join(outside, 'new.test.js'), join(root, 'test/dangling.test.js'))
    symlinkSync('../src', join(root, 'test/product'))
    symlinkSync('../src/app.js', join(root, 'test/app.test.js'))
    const workspace = await openWorkspace(root)
    for (const path of [
      'test/out/x.test.js',
      'test/out/new/y.test.js',
      'test/out.test.js',
      'test/dangling.test.js',
      '../t.test.js',
    ])
      await expect(workspace.write(path, 'x'), path).rejects.toMatchObject({ code: 'OUTSIDE_WORKSPACE' })
    await expect(workspace.write('test/product/app.js', 'x')).rejects.toMatchObject({ code: 'OUTSIDE_WRITE_SCOPE' })
    await expect(workspace.remove('test/product/app.js')).rejects.toMatchObject({ code: 'OUTSIDE_WRITE_SCOPE' })
    await expect(workspace.write('test/app.test.js', 'x')).rejects.toMatchObject({ code: 'NOT_A_FILE' })
    expect(readdirSync(outside)).toEqual(['x.test.js'])
    expect(readFileSync(join(outside, 'x.test.js'), 'utf8')).toBe('outside')
    expect(readFileSync(join(root, 'src/app.js'), 'utf8')).toBe('app')
  })

  it('replaces in one step: mode kept, other names of the old file untouched, nothing left beside', async () => {
    const root = makeProject(files)
    const path = join(root, 'test/a.test.js')
    chmodSync(path, 0o750)
    linkSync(path, join(root, 'hard-link'))
    const bytes = Buffer.from('\ufeffone\r\n$& two\r\n')
    await (await openWorkspace(root)).write('test/a.test.js', bytes)
    expect(readFileSync(path).equals(bytes)).toBe(true)
    expect(statSync(path).mode & 0o777).toBe(0o750)
    expect(readFileSync(join(root, 'hard-link'), 'utf8')).toBe('a')
    expect(readdirSync(join(root, 'test'))).toEqual(['a.test.js'])
  })

  it.runIf(process.platform === 'linux')(
    'goes to the directory it checked, even if that is swapped for a link',
    async () => {
      const root = makeProject(files)
      const outside = makeProject({})
      const held = await holdDirectory(root, 'test', 'test/x.test.js')
      renameSync(join(root, 'test'), join(root, 'moved'))
      symlinkSync(outside, join(root, 'test'))
      writeFileSync(held?.at('x.test.js') ?? '', 'x')
      await held?.close()
      expect(readdirSync(outside)).toEqual([])
      expect(readFileSync(join(root, 'moved/x.test.js'), 'utf8')).toBe('x')
    },
  )

  it('removes files, never directories', async () => {
    const root = makeProject(files)
    const workspace = await openWorkspace(root)
    await workspace.remove('test/a.test.js')
    await workspace.remove('test/never-there.test.js')
    expect(existsSync(join(root, 'test/a.test.js'))).toBe(false)
    mkdirSync(join(root, 'test/dir.test.js'))
    await expect(workspace.remove('test/dir.test.js')).rejects.toMatchObject({ code: 'NOT_A_FILE' })
  })
})

describe('globbing', () => {
  it('finds files, sorted, without version control, dependencies and builds unless named', async () => {
    const root = makeProject({ ...files, 'dist/app.js': '', '.git/config': '', '.github/workflows/ci.yml': '' })
    const workspace = await openWorkspace(root)
    expect(await workspace.glob('**/*.js')).toEqual(['src/app.js', 'test/a.test.js'])
    expect(await workspace.glob(['**/*.js', '!test/**'])).toEqual(['src/app.js'])
    expect(await workspace.glob('node_modules/*/index.js')).toEqual(['node_modules/dep/index.js'])
    expect(await workspace.glob('{dist,src}/**')).toEqual(['dist/app.js', 'src/app.js'])
    expect(await workspace.glob('**/*', { dot: true, ignore: ['src/**'] })).toEqual([
      '.env',
      '.env.example',
      '.github/workflows/ci.yml',
      'README.md',
      'test/a.test.js',
    ])
  })

  it('neither leaves the root nor runs in circles', async () => {
    const root = makeProject(files)
    const outside = makeProject({ 'x.js': '' })
    symlinkSync(outside, join(root, 'out'))
    symlinkSync('.', join(root, 'src/again'))
    symlinkSync(join(outside, 'x.js'), join(root, 'src/x.js'))
    const workspace = await openWorkspace(root)
    expect(await workspace.glob('**/*.js')).toEqual(['src/app.js', 'test/a.test.js'])
    expect(await workspace.glob('out/**')).toEqual([])
    expect(await workspace.glob('out/x.js')).toEqual([])
    for (const pattern of ['../**', '/etc/*', 'src/../../**'])
      await expect(workspace.glob(pattern), pattern).rejects.toMatchObject({ code: 'OUTSIDE_WORKSPACE' })
  })
})

it('needs a directory', async () => {
  const root = makeProject(files)
  writeFileSync(join(root, 'file'), '')
  await expect(openWorkspace(join(root, 'file'))).rejects.toMatchObject({ code: 'NO_SUCH_PATH' })
  await expect(openWorkspace(join(root, 'nowhere'))).rejects.toMatchObject({ code: 'NO_SUCH_PATH' })
})
