import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { Environment } from '../../../src/contracts/environment.ts'
import { cheapenHashes } from '../../../src/verify/faults/cheap-hashes.ts'
import { openSandbox } from '../../../src/workspace/sandbox/open-sandbox.ts'

const BCRYPT = `
module.exports = {
  hash: (data, salt, done) => (done ? done(null, salt) : Promise.resolve(salt)),
  hashSync: (data, salt) => salt,
  genSalt: (rounds) => Promise.resolve(rounds),
  compare: (data, hash) => data === hash,
}
`

it('hashes with four rounds in the view alone, and leaves given salts and other modules as they are', async () => {
  const root = mkdtempSync(join(tmpdir(), 'hashes-'))
  const bcrypt = join(root, 'node_modules/bcrypt')
  mkdirSync(bcrypt, { recursive: true })
  mkdirSync(join(root, 'node_modules/bcryptjs'))
  writeFileSync(join(bcrypt, 'bcrypt.js'), BCRYPT)
  writeFileSync(join(root, 'node_modules/bcryptjs/index.js'), 'export const hash = () => null\n')
  const sandbox = await openSandbox({ root })
  try {
    expect(await cheapenHashes({ sandbox } as unknown as Environment)).toEqual(['node_modules/bcrypt/bcrypt.js'])
    const script = `const b = require('./node_modules/bcrypt/bcrypt.js')
      const salt = '$2b$12$abc'
      b.hash('x', 12, (_, called) => Promise.all([b.hash('x', 12), b.hash('x', salt), b.genSalt(12), b.genSalt(2)])
        .then((all) => console.log(JSON.stringify([called, b.hashSync('x', 10), b.compare('a', 'a'), ...all]))))`
    const { stdout } = await sandbox.run({ argv: ['node', '-e', script], env: { PATH: process.env.PATH ?? '' } })
    expect(JSON.parse(stdout)).toEqual([4, 4, true, 4, '$2b$12$abc', 4, 2])
    expect(readFileSync(join(bcrypt, 'bcrypt.js'), 'utf8')).toBe(BCRYPT)
  } finally {
    await sandbox.stop()
    rmSync(root, { recursive: true })
  }
})
