import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { execa } from 'execa'
import { expect, it } from 'vitest'
import { makeProject } from './project.ts'

const open = pathToFileURL(join(import.meta.dirname, '../../../dist/workspace/sandbox/open-sandbox.js')).href

// Only root can mount something for it to find.
it.runIf(process.getuid?.() === 0)(
  'shows volumes inside the workspace around a package, to be read only, however deep',
  async () => {
    const root = makeProject({
      'node_modules/x/package.json': '{}',
      'volume/none': '',
      'packages/api/package.json': '{}',
    })
    const inside = `
      ls ../../node_modules ../../volume ../../volume/deep
      for path in ../../written ../../node_modules/written ../../volume/written ../../volume/deep/written; do
        echo x > $path && echo wrote $path
      done`
    const program = `
      const { openSandbox } = await import(${JSON.stringify(open)})
      const sandbox = await openSandbox({ root: process.argv[1] })
      const { stdout } = await sandbox.run({ argv: ['sh', '-c', ${JSON.stringify(inside)}] })
      console.log(JSON.stringify({ ...sandbox.enforcement, stdout }))
      await sandbox.stop()`
    const script = `
      set -e
      mount -t tmpfs none "$1/volume"
      mkdir "$1/volume/deep" && mount -t tmpfs none "$1/volume/deep"
      touch "$1/volume/outer" "$1/volume/deep/inner"
      "$2" --input-type=module -e "$3" "$1/packages/api"
      test ! -e "$1/volume/written" && test ! -e "$1/volume/deep/written"`
    const { stdout } = await execa('unshare', ['-m', 'sh', '-c', script, 'sh', root, process.execPath, program])
    const seen = JSON.parse(stdout)
    expect(seen).toMatchObject({ network: 'kernel', files: 'overlay' })
    expect(seen.stdout.split(/\s+/)).toEqual(expect.arrayContaining(['x', 'outer', 'deep', 'inner']))
    expect(seen.stdout).not.toContain('wrote')
    expect(existsSync(join(root, 'written'))).toBe(false)
  },
)
