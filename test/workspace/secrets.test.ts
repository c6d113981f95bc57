import { expect, it } from 'vitest'
import { childEnvironment } from '../../src/workspace/child-environment.ts'
import { findSecrets, redact } from '../../src/workspace/redact.ts'
import { isSecretFile } from '../../src/workspace/secret-files.ts'

const ours = {
  PATH: '/usr/bin',
  HOME: '/home/someone',
  TERM: 'xterm',
  NODE_OPTIONS: '--require /x',
  DATABASE_URL: 'postgres://app:hunter2%21x@db.acme.io/app',
  STRIPE_API_KEY: 'sk_live_abcdefgh',
  AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG+bPx',
  CI_JOB_TOKEN: 'token with "quotes" & ü',
  AUTH_ENABLED: 'true',
  PASSWORD_MIN: '8',
}

it('hands on a few harmless variables and what is given, nothing else', () => {
  expect(childEnvironment({ PORT: '1' }, ours)).toEqual({
    PATH: '/usr/bin',
    HOME: expect.not.stringContaining('someone'),
    LANG: 'C.UTF-8',
    TZ: 'UTC',
    npm_config_update_notifier: 'false',
    NO_UPDATE_NOTIFIER: '1',
    PORT: '1',
  })
})

it('finds secret values, passwords in addresses included, and no ordinary words', () => {
  expect(findSecrets(ours).sort()).toEqual(
    ['hunter2%21x', 'hunter2!x', ours.STRIPE_API_KEY, ours.AWS_SECRET_ACCESS_KEY, ours.CI_JOB_TOKEN].sort(),
  )
})

it('takes secrets out of a text in every usual encoding', () => {
  const secrets = findSecrets(ours)
  for (const secret of secrets) {
    const bytes = Buffer.from(secret)
    const forms = [
      secret,
      encodeURIComponent(secret),
      JSON.stringify({ secret }),
      bytes.toString('hex'),
      bytes.toString('base64'),
      ...['', 'u:', 'us:', 'use:'].map((user) => Buffer.from(`${user}${secret}:tail`).toString('base64')),
      ...['', 'u:', 'us:'].map((user) => Buffer.from(user + secret).toString('base64url')),
    ]
    for (const form of forms) {
      const out = redact(`before ${form} after`, secrets)
      expect(out, form).toMatch(/^before .*‹secret›.* after$/)
      expect(out).not.toContain(form)
    }
  }
  expect(redact('nothing here', secrets)).toBe('nothing here')
})

it.each([
  ['.env', true],
  ['.env.production', true],
  ['prod.env', true],
  ['server.key', true],
  ['id_ed25519', true],
  ['.npmrc', true],
  ['credentials.json', true],
  ['.env.example', false],
  ['.env.test', false],
  ['env.js', false],
  ['keys.ts', false],
  ['secrets.ts', false],
])('%s holds secrets: %s', (name, secret) => expect(isSecretFile(name)).toBe(secret))
