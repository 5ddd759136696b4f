/** The part of the suite about the trunk's breaker: what opens it, what never does, and how its probe takes it back into use. */
import assert from 'node:assert/strict'
import type { AttemptOutcome, ClaimedLeg } from './campaign-store.ts'
import type { StoreGround, TrunkSeed } from './store-ground.conformance.ts'
import {
  addPlainContact,
  campaignId,
  claimAll,
  only,
  outcome,
  type Promised,
  plainWorld,
  settings,
  uuid,
  type World,
  workspaceId,
} from './store-world.conformance.ts'

const soleTrunkId = uuid(13)
/** Two of four results in a minute, out of use for ten seconds. */
const small = { share: 0.5, of: 4, seconds: 60, openSeconds: 10 }

const congestion = (code: number): Partial<AttemptOutcome> => ({
  disposition: 'congestion',
  sip: { code, reason: null, q850: null },
})
const fault = congestion(503)

/** A campaign with nothing but one trunk, and people. */
async function soleTrunk(ground: StoreGround, trunk: Partial<TrunkSeed>, people: number): Promise<World> {
  const retry = { rules: [{ on: ['congestion'], tries: 100, intervalsSeconds: [1] }], caps: {} } as const
  const world = await plainWorld(ground, { contacts: 0, settings: settings({ retry }) })
  await ground.addTrunk({ id: soleTrunkId, workspaceId, ...trunk })
  const routeId = await ground.addRoute({ workspaceId, trunkIds: [soleTrunkId] })
  for (let n = 0; n < people; n++) await addPlainContact(ground, routeId, n)
  return { ...world, routeId, lease: await ground.store.join('node-a', 3_600_000) }
}

async function dial(world: World, leg: ClaimedLeg, end: Partial<AttemptOutcome> | null): Promise<void> {
  assert.equal(await world.ground.store.beginDialing(world.lease, leg.legId), true)
  if (end !== null)
    assert.equal(await world.ground.store.finish(world.lease, outcome(leg, world.ground, end)), 'stored')
}

async function end(world: World, count: number, how: Partial<AttemptOutcome>): Promise<void> {
  const legs = await claimAll(world, campaignId, count)
  assert.equal(legs.length, count)
  for (const leg of legs) await dial(world, leg, how)
}

const closedUntil = async ({ ground }: World): Promise<string | null> => {
  const trunks = only(await ground.store.runningCampaigns()).routes.flatMap((route) => route.trunks)
  const until = trunks.find((trunk) => trunk.trunkId === soleTrunkId)?.closedUntil ?? null
  return until === null || Temporal.Instant.compare(until, ground.now()) <= 0 ? null : until.toString()
}

export function breakers(promise: Promised): void {
  promise('half of twenty results by faults of the trunk open its breaker for half a minute', async (ground) => {
    const world = await soleTrunk(ground, {}, 40)
    await end(world, 10, {})
    await end(world, 9, fault)
    assert.equal(await closedUntil(world), null)
    const [waiting, ...others] = await claimAll(world, campaignId, 3)
    assert.ok(waiting !== undefined)
    await dial(world, waiting, fault)
    assert.equal(await closedUntil(world), ground.now().add({ seconds: 30 }).toString())
    assert.equal((await claimAll(world)).length, 0)
    // Those that had their slots are not taken back: their ends say nothing any more.
    for (const leg of others) await dial(world, leg, fault)
    assert.equal(await closedUntil(world), ground.now().add({ seconds: 30 }).toString())
  })

  promise('faults from longer ago than the breaker looks back do not count', async (ground) => {
    const world = await soleTrunk(ground, { breaker: small }, 20)
    await end(world, 3, fault)
    await ground.advance(60_000)
    await end(world, 3, fault)
    assert.equal(await closedUntil(world), null)
    await end(world, 1, fault)
    assert.notEqual(await closedUntil(world), null)
  })

  promise(
    'a trunk that worked well and dies is out of use after a row of faults, not when they are half',
    async (ground) => {
      const world = await soleTrunk(ground, { breaker: small }, 40)
      await end(world, 20, {})
      await ground.advance(1_000)
      await end(world, 3, fault)
      await ground.advance(1_000)
      await end(world, 1, {})
      await ground.advance(1_000)
      await end(world, 3, fault)
      // What we took back ourselves does not part them.
      await end(world, 1, { disposition: 'cancelled', sip: { code: null, reason: null, q850: null } })
      assert.equal(await closedUntil(world), null)
      await ground.advance(1_000)
      await end(world, 1, fault)
      assert.equal(await closedUntil(world), ground.now().add({ seconds: 10 }).toString())
    },
  )

  promise('ends that come at the same moment all count', async (ground) => {
    const world = await soleTrunk(ground, {}, 20)
    const legs = await claimAll(world)
    for (const leg of legs) await dial(world, leg, null)
    await Promise.all(legs.map((leg) => ground.store.finish(world.lease, outcome(leg, ground, fault))))
    assert.notEqual(await closedUntil(world), null)
  })

  promise(
    "one callee's 403, or any number of 488, never opens it; nor does anything when it is off",
    async (ground) => {
      const world = await soleTrunk(ground, {}, 1)
      for (let n = 0; n < 25; n++) {
        await end(world, 1, congestion(403))
        await ground.advance(1_000)
      }
      assert.equal(await closedUntil(world), null, '403')
      for (let n = 100; n < 130; n++) await addPlainContact(ground, world.routeId, n)
      await end(world, 30, congestion(488))
      assert.equal(await closedUntil(world), null, '488')
      const off = uuid(14)
      await ground.addTrunk({ id: off, workspaceId, breaker: 'off' })
      const routeId = await ground.addRoute({ workspaceId, trunkIds: [off] })
      await ground.advance(1_000)
      for (let n = 200; n < 230; n++) await addPlainContact(ground, routeId, n, { priority: 1 })
      const legs = (await claimAll(world)).filter((leg) => leg.trunkId === off)
      for (const leg of legs) await dial(world, leg, fault)
      await addPlainContact(ground, routeId, 240)
      assert.ok(legs.length === 30 && (await claimAll(world)).some((leg) => leg.trunkId === off), 'off')
    },
  )

  promise('after its time one call goes as a probe, and none beside it', async (ground) => {
    const world = await soleTrunk(ground, { breaker: small }, 20)
    const talking = only(await claimAll(world, campaignId, 1))
    await dial(world, talking, null)
    await end(world, 4, fault)
    assert.notEqual(await closedUntil(world), null)
    await ground.advance(9_999)
    const [lane] = only(await ground.store.runningCampaigns()).lanes
    assert.ok(lane !== undefined)
    // At one moment: each claim has seen the trunk without its probe.
    const atOnce = async () => {
      const claims = Array.from({ length: 4 }, () =>
        ground.store.claim(world.lease, campaignId, [{ ...lane, count: 9 }], 1_000),
      )
      return (await Promise.all(claims)).flat()
    }
    for (let n = 0; n < 3; n++) assert.deepEqual(await atOnce(), [])
    await ground.advance(1)
    const probe = only(await atOnce())
    assert.equal((await claimAll(world)).length, 0)
    // A call from before says nothing of how the trunk is now.
    assert.equal(await ground.store.finish(world.lease, outcome(talking, ground)), 'stored')
    assert.equal((await claimAll(world)).length, 0)
    await dial(world, probe, {})
    assert.equal((await claimAll(world)).length > 5, true)
  })

  promise('a probe that ends by another fault opens it again', async (ground) => {
    const world = await soleTrunk(ground, { breaker: small }, 20)
    await end(world, 4, fault)
    await ground.advance(10_000)
    await dial(world, only(await claimAll(world)), fault)
    assert.equal(await closedUntil(world), ground.now().add({ seconds: 10 }).toString())
    await ground.advance(10_000)
    assert.equal((await claimAll(world)).length, 1)
  })

  promise(
    'a probe that is answered takes the trunk back at once, and what went before does not count',
    async (ground) => {
      const world = await soleTrunk(ground, { breaker: small }, 20)
      await end(world, 4, fault)
      await ground.advance(10_000)
      const probe = only(await claimAll(world))
      await dial(world, probe, null)
      assert.equal(await ground.store.markAnswered(world.lease, probe.legId, ground.now()), true)
      await ground.advance(1_000)
      await end(world, 3, fault)
      assert.equal(await closedUntil(world), null)
      await end(world, 1, fault)
      assert.notEqual(await closedUntil(world), null)
    },
  )

  promise(
    'a probe that never tells, or is given back, keeps the next one away for a while, not for good',
    async (ground) => {
      const world = await soleTrunk(ground, { breaker: small }, 20)
      await end(world, 4, fault)
      await ground.advance(10_000)
      await dial(world, only(await claimAll(world)), null)
      await ground.advance(9_999)
      assert.equal((await claimAll(world)).length, 0)
      await ground.advance(1)
      const second = only(await claimAll(world))
      assert.equal(await ground.store.release(world.lease, second.legId, 'late'), true)
      await ground.advance(10_000)
      await dial(world, only(await claimAll(world)), {})
      assert.equal((await claimAll(world)).length > 5, true)
    },
  )
}
