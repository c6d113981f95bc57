import { describe, expect, it } from 'vitest'
import type { Suite } from '../../../src/contracts/suite.ts'
import { buildArgv, namePattern } from '../../../src/suites/jest/run/command.ts'

const traces = {
  reporter: '/s/reporter.cjs',
  cache: '/s/cache',
  coverage: '/s/coverage',
  sequencer: '/s/sequencer.cjs',
}

function argv(command: string, options: Parameters<typeof buildArgv>[1], cwd = '.') {
  const files = [{ path: 'api/tests/integration/a.test.js', kind: 'test', content: '' }]
  return buildArgv({ argv: command.split(' '), cwd, files } as unknown as Suite, options, traces).join(' ')
}

describe('the command of a run', () => {
  it('puts given files in the place of the command’s own, relative to where it runs', () => {
    expect(argv('npx jest tests/integration --runInBand', { files: ['api/tests/integration/a.test.js'] }, 'api')).toBe(
      'npx jest --runInBand --runTestsByPath tests/integration/a.test.js --bail=false --cacheDirectory=/s/cache --reporters=default --reporters=/s/reporter.cjs',
    )
  })

  it('hands flags through npm', () => {
    expect(argv('npm test', {})).toMatch(/^npm test -- --bail=false/)
    expect(argv('npm test -- --ci', {})).toMatch(/^npm test -- --ci --bail=false/)
  })
})

describe('the pattern of a full name', () => {
  const matches = (name: string, jestName: string) => new RegExp(namePattern(name)).test(jestName)

  it('matches that test alone', () => {
    expect(matches('users > signs up', 'users signs up')).toBe(true)
    expect(matches('users > signs up', 'all users signs up')).toBe(false)
    expect(matches('users > signs up', 'users signs up twice')).toBe(false)
  })

  it('takes every character as it is, and a title that holds our own separator', () => {
    expect(matches('GET /a/{id}? > (1 > 0) is $x', 'GET /a/{id}? (1 > 0) is $x')).toBe(true)
  })
})
