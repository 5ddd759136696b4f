import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Admission, NodeLease, Registration, RegistrationState } from '@dialwright/dialer'
import { VirtualClock } from '@dialwright/testkit'
import { pino } from 'pino'
import { LineKeeper } from './line-keeper.ts'

const line = (lineId: string, password = 'p'): Registration => ({
  lineId,
  user: lineId,
  username: lineId,
  password,
  everySeconds: 300,
  trunk: {
    ...{ trunkId: 't', host: '127.0.0.1', port: 5070, username: lineId, password, fromDomain: null },
    codecs: ['pcma'],
  },
})
const stateOf = (lineId: string): RegistrationState => ({
  lineId,
  at: Temporal.Instant.from('2026-11-21T12:00:00Z'),
  state: 'registered',
  until: null,
  sipCode: 200,
  message: 'Registered.',
})

function ground() {
  const clock = new VirtualClock()
  const world = {
    clock,
    lease: { node: 1, epoch: 1 } as NodeLease | null,
    lines: [line('a')] as readonly Registration[],
    sources: [{ trunkId: 't', host: '127.0.0.1', port: 5070 }] as readonly Admission[],
    isAway: false,
    registered: [] as string[][],
    admitted: [] as number[],
    stored: [] as string[],
    released: 0,
    tell: (_: RegistrationState): void => {},
  }
  const settled = async (): Promise<void> => {
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
  }
  const keeper = new LineKeeper({
    source: {
      ownLines: async () => {
        if (world.isAway) throw new Error('the database is away')
        return world.lines
      },
      admissions: async () => world.sources,
      storeState: async (lease, { lineId, state }) => {
        world.stored.push(`${lineId} ${state} ${lease.epoch}`)
      },
      releaseLines: async () => {
        world.released += 1
      },
    },
    telephony: {
      register: (lines) => world.registered.push(lines.map(({ lineId, password }) => `${lineId} ${password}`)),
      admit: (sources) => world.admitted.push(sources.length),
      onRegistration: (listener) => {
        world.tell = listener
        return () => {}
      },
    },
    lease: () => world.lease,
    clock,
    log: pino({ level: 'silent' }),
  })
  return { world, keeper, settled }
}

test('what is wanted is told once, and again when it has changed', async () => {
  const { world, keeper, settled } = ground()
  keeper.start()
  await settled()
  for (let look = 0; look < 3; look += 1) {
    world.clock.advance(2_000)
    await settled()
  }
  assert.deepEqual([world.registered, world.admitted], [[['a p']], [1]])
  world.lines = [line('a', 'new'), line('b')]
  keeper.wake()
  await settled()
  assert.deepEqual(world.registered.at(-1), ['a new', 'b p'])
  world.lines = [line('b')]
  world.clock.advance(2_000)
  await settled()
  assert.deepEqual(world.registered.at(-1), ['b p'])
  await keeper.stop()
})

test('without a lease, and while the database is away, nothing that is registered is taken back', async () => {
  const { world, keeper, settled } = ground()
  keeper.start()
  await settled()
  world.lease = null
  world.lines = []
  world.clock.advance(2_000)
  await settled()
  world.lease = { node: 1, epoch: 2 }
  world.isAway = true
  world.clock.advance(2_000)
  await settled()
  assert.deepEqual(world.registered, [['a p']])
  world.isAway = false
  world.clock.advance(2_000)
  await settled()
  assert.deepEqual(world.registered, [['a p'], []], 'another node holds it by now')
  await keeper.stop()
})

test('what providers answer is stored under the lease that the lines were taken with', async () => {
  const { world, keeper, settled } = ground()
  world.lease = null
  keeper.start()
  await settled()
  world.tell(stateOf('a'))
  world.lease = { node: 1, epoch: 7 }
  keeper.wake()
  await settled()
  world.tell(stateOf('a'))
  await settled()
  assert.deepEqual(world.stored, ['a registered 7'])
  await keeper.stop()
})

test('a node that stops takes its registrations back and leaves the lines to others', async () => {
  const { world, keeper, settled } = ground()
  keeper.start()
  await settled()
  await keeper.stop()
  world.clock.advance(10_000)
  await settled()
  assert.deepEqual([world.registered.at(-1), world.released], [[], 1])
})
