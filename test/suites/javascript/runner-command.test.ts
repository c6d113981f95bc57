import { describe, expect, it } from 'vitest'
import { findRunnerCommand } from '../../../src/suites/javascript/runner-command.ts'

const find = (scripts: Record<string, string>, named: string | null = null) =>
  findRunnerCommand({ program: 'jest', scripts, named, hasProgram: (name) => name !== 'yarn' })

describe('the command that runs a project’s tests', () => {
  it.each([
    ['plainly', 'jest --runInBand', 'npx jest --runInBand', {}],
    ['with assignments', "cross-env NODE_ENV=testing A='b c' jest -i", 'env NODE_ENV=testing A=b c npx jest -i', {}],
    ['as Node runs it', 'node --expose-gc node_modules/.bin/jest', 'node --expose-gc node_modules/.bin/jest', {}],
    [
      'with options for Node, which are added to',
      'NODE_OPTIONS=--experimental-vm-modules jest',
      'npx jest',
      { NODE_OPTIONS: '--experimental-vm-modules' },
    ],
    ['behind another program', 'dotenv -e .env.test -- jest', 'npx dotenv -e .env.test -- jest', {}],
    ['through another script', 'npm run unit -- --silent', 'npx jest src --silent', {}],
  ])('is the script test: %s', (_, test, argv, env) => {
    const found = find({ test, unit: 'jest src' })
    expect(found).toMatchObject({ command: 'npm test', env })
    expect(found?.argv.join(' ')).toBe(argv)
  })

  it('keeps what comes before, with npm in place of a package manager that is not here', () => {
    const scripts = { test: 'NODE_ENV=test yarn migrate && jest --runInBand', migrate: 'knex migrate:latest' }
    const found = find(scripts)
    expect(found?.argv.slice(0, 2)).toEqual(['sh', '-c'])
    expect(found?.argv[2]).toContain('NODE_ENV=test npm run migrate && npx jest --runInBand "$@"')
    expect(found?.runner).toEqual(['npx', 'jest', '--runInBand'])
  })

  it('leaves out what comes after, for its words would not reach the runner', () => {
    expect(find({ test: 'jest && eslint .' })?.argv).toEqual(['npx', 'jest'])
  })

  it('keeps what only a shell understands', () => {
    expect(find({ test: 'jest tests/*.api.js' })?.argv[2]).toMatch(/jest tests\/\*\.api\.js "\$@"$/)
  })

  it('prefers a script for integration tests, and says which one it passed over', () => {
    const found = find({ test: 'jest src', 'test:integration': 'jest it', 'test:integration:watch': 'jest it --watch' })
    expect(found).toMatchObject({ command: 'npm run test:integration', notes: [expect.stringContaining('npm test')] })
  })

  it('takes a script that runs something else for none', () => {
    expect(find({ test: 'mocha', 'test:jest-dom': 'echo jest-like' })?.command).toBe('npx jest')
    expect(find({ test: 'echo "Error: no test specified" && exit 1' })?.command).toBe('npx jest')
  })

  it('is the one that was named, if it runs this program', () => {
    expect(find({}, 'NODE_ENV=ci npx jest api')?.argv).toEqual(['env', 'NODE_ENV=ci', 'npx', 'jest', 'api'])
    expect(find({}, 'mocha')).toBeNull()
  })

  it('does not follow scripts in circles', () => {
    expect(find({ test: 'npm run test' })?.command).toBe('npx jest')
  })
})
