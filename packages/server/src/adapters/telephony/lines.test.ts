import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as breathe } from 'node:timers/promises'
import type { Registration } from '@dialwright/dialer'
import type { RegistrationEvent, RegistrationOptions } from '@dialwright/sip'
import { SeededRandom } from '@dialwright/testkit'
import { Lines } from './lines.ts'

const wanted = (lineId: string, more: Partial<Registration> = {}): Registration => ({
  lineId,
  trunk: {
    trunkId: 't',
    host: 'sip.example',
    port: 5060,
    username: null,
    password: null,
    fromDomain: null,
    codecs: ['pcma'],
  },
  user: lineId,
  username: lineId,
  password: 'secret',
  everySeconds: 600,
  ...more,
})

/** Lines over registrations by hand: `log` tells what begins and ends. */
function byHand(addresses: readonly string[] = ['192.0.2.1']) {
  const log: string[] = []
  const begun: RegistrationOptions[] = []
  const asked: string[] = []
  let tell: (event: RegistrationEvent) => void = () => {}
  const stops: PromiseWithResolvers<void>[] = []
  const lines = new Lines({
    random: new SeededRandom(1),
    resolve: async () => addresses,
    onAsk: (address) => asked.push(address),
    tell: ({ lineId, state }) => log.push(`${lineId} ${state}`),
    register: (options, onEvent, afterMs) => {
      if (options.user.includes('\n')) throw new Error('Not a user part')
      begun.push(options)
      tell = onEvent
      log.push(`${options.line} begins after ${afterMs}`)
      return {
        stop: () => {
          log.push(`${options.line} stops`)
          const stop = Promise.withResolvers<void>()
          stops.push(stop)
          return stop.promise
        },
      }
    },
  })
  return { lines, log, begun, asked, stops, tell: (event: RegistrationEvent) => tell(event) }
}

test('lines begin one after another, and what is wanted already is left alone', () => {
  const { lines, log } = byHand()
  lines.set([wanted('a'), wanted('b'), wanted('c')])
  lines.set([wanted('c'), wanted('b'), wanted('a')])
  assert.deepEqual(log, ['a begins after 0', 'b begins after 20', 'c begins after 40'])
})

test('a line that changes begins anew behind its own end, as it was wanted last', async () => {
  const { lines, log, begun, stops } = byHand()
  lines.set([wanted('a')])
  lines.set([wanted('a', { password: 'second' })])
  lines.set([wanted('a', { password: 'third' })])
  assert.deepEqual(log, ['a begins after 0', 'a stops'])
  stops[0]?.resolve()
  await breathe()
  assert.equal(begun.length, 2)
  assert.equal(begun[1]?.credentials?.password, 'third')
  assert.notEqual(begun[0]?.callId, begun[1]?.callId)
})

test('a line that is no longer wanted does not begin again behind its end', async () => {
  const { lines, log, stops } = byHand()
  lines.set([wanted('a')])
  lines.set([wanted('a', { everySeconds: 60 })])
  lines.set([])
  stops[0]?.resolve()
  await breathe()
  assert.deepEqual(log, ['a begins after 0', 'a stops'])
})

test('the domain is the one given, or the host with a port that is not the usual one', () => {
  const { lines, begun } = byHand()
  const { trunk } = wanted('a')
  lines.set([
    wanted('a'),
    wanted('b', { trunk: { ...trunk, port: 5080 } }),
    wanted('c', { trunk: { ...trunk, port: 5080, fromDomain: 'example.com' } }),
  ])
  assert.deepEqual(
    begun.map(({ domain }) => domain),
    ['sip.example', 'sip.example:5080', 'example.com'],
  )
})

test('of several addresses the next one is asked after each silence; all of them may call', async () => {
  const { lines, begun, tell, asked } = byHand(['192.0.2.1', '192.0.2.2'])
  lines.set([wanted('a')])
  const ask = async () => (await begun[0]?.locate())?.address
  assert.equal(await ask(), '192.0.2.1')
  tell({ type: 'unreachable', why: 'timeout', error: null, forSeconds: 0, nextAfterMs: 1 })
  assert.equal(await ask(), '192.0.2.2')
  assert.deepEqual(asked, ['192.0.2.1', '192.0.2.2'])
  assert.deepEqual(
    [...lines.known()].map(({ addresses }) => addresses),
    [['192.0.2.1', '192.0.2.2']],
  )
})

test('what cannot be written is told as refused, and leaves the other lines alone', async () => {
  const { lines, log } = byHand()
  lines.set([wanted('a', { user: 'x\ny' }), wanted('b')])
  assert.deepEqual(log, ['a refused', 'b begins after 20'])
  lines.set([wanted('b')])
  assert.deepEqual(log.slice(2), ['a ended'])
})
