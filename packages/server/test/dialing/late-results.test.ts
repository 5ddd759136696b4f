import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SeededRandom, VirtualClock } from '@dialwright/testkit'
import {
  addPlainContact,
  campaignId,
  contactId,
  phoneOf,
  plainWorld,
  settings,
} from '../../../dialer/src/ports/store-world.conformance.ts'
import type { Callee } from '../../src/adapters/memory/telephony/callee.ts'
import { MemoryGround } from '../store/memory-ground.ts'
import { virtualNode } from './virtual-engine.ts'

const people = 60
/** Longer than lease and grace: the other node takes this one for dead. */
const outageMs = 15_000
/** Redialled after an unknown end when the lost call must be over: a minute of talk, and ten seconds. */
const retry = { rules: [{ on: ['unknown'], tries: 3, intervalsSeconds: [1] }], caps: {} } as const

/** Every third answers and talks, every third is busy after a while, the others let it ring. */
const calleeOf = (number: string): Callee => {
  const n = Number(number.slice(-4))
  if (n % 3 === 0) return { kind: 'answer', ringMs: 500 + n * 50, presses: null, hangsUpAfterMs: 20_000 }
  return n % 3 === 1 ? { kind: 'reject', ringMs: 500 + n * 200, status: 486, q850: 17 } : { kind: 'ring' }
}
const truth = (n: number): string => ['answered', 'busy', 'no-answer'][n % 3] ?? ''

function cluster() {
  const clock = new VirtualClock()
  const ground = new MemoryGround(clock, new SeededRandom(7))
  const rung = new Map<string, number>()
  const node = (nodeName: string) =>
    virtualNode({
      clock,
      ground,
      nodeName,
      calleeOf: (number) => {
        rung.set(number, (rung.get(number) ?? 0) + 1)
        return calleeOf(number)
      },
    })
  const during = async (work: Promise<void>, ms: number): Promise<void> => {
    await clock.advanceAsync(ms)
    await work
  }
  return { clock, ground, rung, node, during }
}

async function fill(ground: MemoryGround): Promise<void> {
  const { routeId } = await plainWorld(ground, {
    contacts: 0,
    settings: settings({ retry, ringTimeoutMs: 25_000, maxDurationMs: 60_000 }, { callsPerSecond: 20 }),
  })
  for (let n = 0; n < people; n += 1) await addPlainContact(ground, routeId, n)
}

/** Each person was rung once, by one attempt that ended as the person did. */
async function assertTrueEnds(ground: MemoryGround, rung: ReadonlyMap<string, number>): Promise<void> {
  for (let n = 0; n < people; n += 1) {
    const ends = (await ground.attempts(contactId(n))).map(({ disposition }) => disposition)
    assert.deepEqual(ends, [truth(n)], `contact ${n}`)
    assert.equal(rung.get(phoneOf(n)), 1, `rings of contact ${n}`)
    assert.equal((await ground.contact(contactId(n))).state, 'done', `contact ${n}`)
  }
}

test('a node without its database for longer than its lease: every call ends as it did, and nobody is rung twice', async () => {
  const { clock, ground, rung, node, during } = cluster()
  await fill(ground)
  const [first, second] = [node('node-a'), node('node-b')]
  await during(first.engine.start(), 100)
  await clock.advanceAsync(5_000)
  assert.equal(rung.size, people)
  first.reachStore(false)
  // The other one comes now: it dials nobody, there is nobody left, but it takes over what the first has live.
  await during(second.engine.start(), 100)
  await clock.advanceAsync(outageMs)
  const taken = (await ground.told('attempt.finished')).filter((one) => one.disposition === 'unknown').length
  assert.ok(taken > 20, `${taken} calls were taken for lost while they lived`)
  first.reachStore(true)
  // Past the longest call, and past the redial of whatever had stayed unknown.
  await clock.advanceAsync(150_000)
  await assertTrueEnds(ground, rung)
  const revised = await ground.told('attempt.revised')
  assert.ok(revised.length >= taken, `${revised.length} of ${taken} revised`)
  assert.deepEqual([first.engine.liveCount, second.engine.liveCount], [0, 0])
  await ground.store.settleCampaigns()
  assert.equal(await ground.campaignState(campaignId), 'done')
  await during(
    Promise.all([first.engine.stop(), second.engine.stop()]).then(() => {}),
    100,
  )
})

test('a node that joins again before anybody took its calls over ends them itself', async () => {
  const { clock, ground, rung, node, during } = cluster()
  await fill(ground)
  const alone = node('node-a')
  await during(alone.engine.start(), 100)
  await clock.advanceAsync(5_000)
  alone.reachStore(false)
  await clock.advanceAsync(outageMs)
  // As by a twin of the same name that came and went: the epoch is another one when the database is there again.
  await ground.store.join('node-a', 5_000)
  alone.reachStore(true)
  await clock.advanceAsync(150_000)
  await assertTrueEnds(ground, rung)
  await during(alone.engine.stop(), 100)
})

test('a node that is stopped during the outage leaves only when the ends of its calls are told', async () => {
  const { clock, ground, rung, node, during } = cluster()
  await fill(ground)
  const [first, second] = [node('node-a'), node('node-b')]
  await during(first.engine.start(), 100)
  await clock.advanceAsync(5_000)
  first.reachStore(false)
  await during(second.engine.start(), 100)
  await clock.advanceAsync(outageMs)
  let isGone = false
  const stopped = first.engine
    .drain(60_000)
    .then(() => first.engine.stop())
    .then(() => {
      isGone = true
    })
  await clock.advanceAsync(30_000)
  assert.equal(isGone, false, 'it waits for the database with what it knows')
  first.reachStore(true)
  await during(stopped, 10_000)
  await clock.advanceAsync(120_000)
  await assertTrueEnds(ground, rung)
  await during(second.engine.stop(), 100)
})

test('slots that the store was just claiming when the node is stopped go back, and it leaves nothing behind', async () => {
  const { clock, ground, rung, node } = cluster()
  await fill(ground)
  const alone = node('node-a')
  const started = alone.engine.start()
  await clock.advanceAsync(8)
  await started
  while (alone.claims() === 0) await clock.advanceAsync(1)
  const gone = alone.engine.drain(60_000).then(() => alone.engine.stop())
  await clock.advanceAsync(1_000)
  await gone
  assert.equal(rung.size, 0)
  assert.equal(ground.store.tables.legs.size, 0)
  assert.equal((await ground.contact(contactId(0))).state, 'ready')
})
