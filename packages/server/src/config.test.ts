import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readConfig } from './config.ts'
import { ConfigError } from './errors.ts'

test('an empty environment gives loopback addresses and the embedded database', () => {
  const config = readConfig({})
  assert.deepEqual(config.http, { host: '127.0.0.1', port: 8080 })
  assert.deepEqual(config.rtpPorts, { from: 20000, to: 23999 })
  assert.equal(config.databaseUrl, undefined)
  assert.equal(config.egress, 'any')
})

test('all wrong settings are reported together', () => {
  assert.throws(
    () =>
      readConfig({
        DIALWRIGHT_HTTP: 'here',
        DIALWRIGHT_RTP_PORTS: '9-1',
        DIALWRIGHT_EGRESS: 'home',
        DIALWRIGHT_DRAIN_SECONDS: '-1',
      }),
    (error) => error instanceof ConfigError && error.problems.length === 4,
  )
})

test('a value can come from a file, and an unreadable file is a mistake, not a default', () => {
  assert.throws(() => readConfig({ DIALWRIGHT_SECRET_KEY_FILE: '/nonexistent/key' }), /DIALWRIGHT_SECRET_KEY_FILE/)
})
