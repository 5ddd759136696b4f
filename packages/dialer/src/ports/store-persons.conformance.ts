/** The part of the suite about people with several phones: a policy's caps are a person's, over all of them and all campaigns. */
import assert from 'node:assert/strict'
import type { Disposition } from '../attempts/disposition.ts'
import { explain } from '../explain/explain.ts'
import type { StoreGround } from './store-ground.conformance.ts'
import {
  addPlainContact,
  campaignId,
  claimAll,
  contactId,
  only,
  otherCampaignId,
  outcome,
  type Promised,
  phoneOf,
  plainWorld,
  settings,
  type World,
  workspaceId,
} from './store-world.conformance.ts'

const held = { policies: ['ru-230fz'] }
const [mobile, home, office] = [phoneOf(0), phoneOf(10), phoneOf(20)]

/** A campaign without policies has these people; another one, that is held by the pack, has those. */
async function worldOf(
  ground: StoreGround,
  free: readonly (readonly string[])[],
  bound: readonly (readonly string[])[],
): Promise<World> {
  const world = await plainWorld(ground, { contacts: 0 })
  await ground.addCampaign({ id: otherCampaignId, workspaceId, settings: settings(held) })
  for (const [n, phones] of free.entries()) await addPlainContact(ground, world.routeId, n, { phones })
  for (const [n, phones] of bound.entries())
    await addPlainContact(ground, world.routeId, 50 + n, { campaignId: otherCampaignId, phones })
  return world
}

async function call(world: World, disposition: Disposition, id = campaignId): Promise<void> {
  const leg = only(await claimAll(world, id))
  const talk = disposition === 'answered' ? { talkMs: 900, answeredAt: world.ground.now() } : {}
  await world.ground.store.finish(world.lease, outcome(leg, world.ground, { disposition, ...talk }))
}

const phonesOf = async (world: World): Promise<readonly string[]> =>
  (await claimAll(world, otherCampaignId)).map((leg) => leg.phone)

async function told(ground: StoreGround, phone: string): Promise<readonly string[]> {
  const facts = await ground.explainFacts({ workspaceId, campaignId: otherCampaignId, phone })
  assert.ok(facts !== null)
  const { verdict, gates } = explain(facts)
  return [verdict, ...gates.filter((gate) => !gate.open).map(({ gate, reason }) => `${gate}: ${reason}`)]
}

export function persons(promise: Promised): void {
  const used = 'policy-cap: ru-230fz: talks-of-the-day-used-up'

  promise('a talk on one phone counts for the others of that person, in every campaign', async (ground) => {
    const world = await worldOf(ground, [[mobile, home]], [[home], [office]])
    await call(world, 'answered')
    assert.deepEqual(await told(ground, home), ['waiting', used])
    assert.deepEqual(await phonesOf(world), [office])
  })

  promise('whoever was talked with on a phone that is now his second one was talked with', async (ground) => {
    const world = await worldOf(ground, [[mobile]], [[home, mobile]])
    await call(world, 'answered')
    assert.deepEqual(await told(ground, home), ['waiting', used])
    assert.deepEqual(await phonesOf(world), [])
    assert.equal((await ground.contact(contactId(50))).dueAt.toString(), '2026-03-02T21:00:00Z')
  })

  promise('a call that reached nobody counts for none of the phones of that person', async (ground) => {
    const world = await worldOf(ground, [[mobile, home]], [[home]])
    await call(world, 'busy')
    assert.deepEqual(await phonesOf(world), [home])
  })

  promise('dials of one phone are its own: a cap of the day per phone does not hear of the others', async (ground) => {
    const world = await worldOf(ground, [[mobile, home]], [[home]])
    const retry = { rules: [], caps: { perPhonePerDay: 1 } }
    await ground.setSettings(otherCampaignId, settings({ retry }))
    await call(world, 'answered')
    assert.deepEqual(await phonesOf(world), [home])
  })

  promise(
    'whoever is in a call on one phone is not rung on another, and may be when it reached nobody',
    async (ground) => {
      const world = await worldOf(ground, [[mobile, home]], [[home], [office, mobile], [phoneOf(30)]])
      const leg = only(await claimAll(world))
      for (const phone of [home, office])
        assert.deepEqual(await told(ground, phone), ['waiting', 'phone-free: person-live-elsewhere'])
      assert.deepEqual(await phonesOf(world), [phoneOf(30)])
      await ground.store.finish(world.lease, outcome(leg, ground))
      assert.deepEqual(await told(ground, office), ['eligible'])
      assert.deepEqual(await phonesOf(world), [home, office])
    },
  )

  promise('of two contacts that share a phone one claim takes the first, and those behind them', async (ground) => {
    const world = await worldOf(ground, [], [[mobile, home], [office, home], [phoneOf(30)]])
    assert.deepEqual(await phonesOf(world), [mobile, phoneOf(30)])
    assert.deepEqual(await phonesOf(world), [])
  })

  promise('without a policy two phones of one person are two phones', async (ground) => {
    const world = await worldOf(ground, [[mobile, home]], [[home], [office, mobile]])
    await ground.setSettings(otherCampaignId, settings({ ...held, isTest: true }))
    only(await claimAll(world))
    assert.deepEqual(await told(ground, home), ['eligible'])
    assert.deepEqual(await phonesOf(world), [home, office])
  })
}
