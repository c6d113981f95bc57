// Prints the descriptors that a command in a sandbox has.
const [packageRoot, root] = process.argv.slice(2)
const { openSandbox } = await import(`${packageRoot}/dist/workspace/sandbox/open-sandbox.js`)
const sandbox = await openSandbox({ root, prefer: 'namespace' })
process.stdout.write((await sandbox.run({ argv: ['ls', '/proc/self/fd'] })).stdout)
await sandbox.stop()
