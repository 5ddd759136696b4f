import assert from 'node:assert/strict'
import type { LookupFunction } from 'node:net'
import { describe, it } from 'node:test'
import { request } from 'undici'
import { type EgressPolicy, egressAgent, egressRefusal } from './egress.ts'

/** Tries a URL with a connector that opens nothing and counts how often it would have. */
async function attempt(url: string, policy: EgressPolicy, resolved: readonly string[] = []) {
  let sockets = 0
  const lookup: LookupFunction = (_name, _options, callback) =>
    callback(
      null,
      resolved.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    )
  const agent = egressAgent(policy, {
    lookup,
    makeConnect: (guarded) => (options, callback) => {
      const open = (): void => {
        sockets += 1
        callback(new Error('a socket would have been opened'), null)
      }
      // As net.connect does: literals are not looked up.
      if (resolved.length === 0) return open()
      guarded(options.hostname, { all: true }, (error) => (error === null ? open() : callback(error, null)))
    },
  })
  const error = await request(url, { dispatcher: agent }).then(
    () => null,
    (reason: Error) => reason,
  )
  await agent.destroy()
  return { sockets, code: (error as { code?: string } | null)?.code }
}

describe('egress', () => {
  const refusedByLoopback = [
    'http://10.0.0.1/',
    'http://169.254.169.254/latest/meta-data',
    'http://167772161/',
    'http://0x0a000001/',
    'http://012.0.0.1/',
    'http://[::ffff:10.0.0.1]/',
    'http://[::ffff:a00:1]/',
    'http://0.0.0.0/',
    'http://[::]/',
    'http://8.8.8.8/',
    'http://[64:ff9b::7f00:1]/',
  ]
  for (const url of refusedByLoopback) {
    it(`"loopback" refuses ${url} before any socket`, async () => {
      assert.deepEqual(await attempt(url, 'loopback'), { sockets: 0, code: 'WEBHOOK_EGRESS_REFUSED' })
    })
  }

  it('"loopback" refuses a name that resolves elsewhere, and one of which a single address does', async () => {
    for (const resolved of [['10.0.0.1'], ['127.0.0.1', '10.0.0.1'], ['::ffff:10.0.0.1']]) {
      const { sockets, code } = await attempt('http://crm.test/', 'loopback', resolved)
      assert.deepEqual({ sockets, code }, { sockets: 0, code: 'WEBHOOK_EGRESS_REFUSED' })
    }
  })

  it('"loopback" connects to loopback by address and by name', async () => {
    assert.equal((await attempt('http://127.0.0.2/', 'loopback')).sockets, 1)
    assert.equal((await attempt('http://[::1]/', 'loopback')).sockets, 1)
    assert.equal((await attempt('http://localhost/', 'loopback', ['127.0.0.1', '::1'])).sockets, 1)
  })

  it('"any" connects to public addresses only', () => {
    for (const host of ['8.8.8.8', '2606:4700::1111', 'crm.example'])
      assert.equal(egressRefusal(host, 'any'), null, host)
    const inward = ['127.0.0.1', '10.1.2.3', '172.16.0.1', '192.168.1.1', '100.64.0.1', '169.254.169.254', '0.0.0.0']
    const special = ['224.0.0.1', '255.255.255.255', '192.0.2.1', '198.18.0.1', '[::1]', '[fd00::1]', '[fe80::1]']
    const disguised = [
      '[::ffff:127.0.0.1]',
      '[64:ff9b::7f00:1]',
      '[2002:7f00:1::]',
      '[::7f00:1]',
      '[fec0::1]',
      '2130706433',
    ]
    for (const host of [...inward, ...special, ...disguised])
      assert.match(egressRefusal(host, 'any') ?? 'allowed', /not a public address/, host)
  })

  it('a list connects to its networks only', () => {
    const policy = ['10.20.0.0/16', '192.168.7.7', 'fd12::/16']
    for (const host of ['10.20.3.4', '192.168.7.7', '[fd12::9]', '[::ffff:10.20.3.4]'])
      assert.equal(egressRefusal(host, policy), null, host)
    for (const host of ['10.21.0.1', '192.168.7.8', '127.0.0.1', '8.8.8.8', '[fd13::9]'])
      assert.match(egressRefusal(host, policy) ?? 'allowed', /none of the networks/, host)
  })
})
