/** The part of the suite about the calls that one phone may have in a campaign, and about hours that change while people wait. */
import assert from 'node:assert/strict'
import type { CampaignSettings } from '../campaigns/campaign-settings.ts'
import { explain } from '../explain/explain.ts'
import { planAttempts } from '../planning/plan-attempts.ts'
import type { StoreGround } from './store-ground.conformance.ts'
import {
  addPlainContact,
  campaignId,
  claimAll,
  contactId,
  horizonMs,
  leaseMs,
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

const again = [{ on: ['busy', 'unknown'], tries: 99, intervalsSeconds: [0] }] as const
const capped = (perPhone: number): CampaignSettings => settings({ retry: { rules: again, caps: { perPhone } } })

/** Everybody who can be is called, again and again, and all are busy: the phones in order. */
async function callOut(world: World, id = campaignId): Promise<readonly string[]> {
  const phones: string[] = []
  for (let round = 0; round < 20; round++) {
    for (const leg of await claimAll(world, id)) {
      phones.push(leg.phone)
      await world.ground.store.finish(world.lease, outcome(leg, world.ground))
    }
    await world.ground.advance(1)
  }
  return phones
}

async function why(ground: StoreGround, phone: string) {
  const facts = await ground.explainFacts({ workspaceId, campaignId, phone })
  assert.ok(facts !== null)
  const { verdict, gates } = explain(facts)
  return [verdict, ...gates.filter((gate) => !gate.open).map((gate) => gate.gate)]
}

export function phoneCaps(promise: Promised): void {
  promise(
    'a phone that has had its calls is left, the next one is tried, and behind the last the person is done',
    async (ground) => {
      const world = await plainWorld(ground, { contacts: 0, settings: capped(2) })
      await addPlainContact(ground, world.routeId, 1, { phones: [phoneOf(1), phoneOf(2)] })
      assert.deepEqual(await callOut(world), [phoneOf(1), phoneOf(1), phoneOf(2), phoneOf(2)])
      const { state, reason, attempts } = await ground.contact(contactId(1))
      assert.deepEqual([state, reason, attempts], ['done', 'phone-cap', 4])
      assert.deepEqual(await ground.store.settleCampaigns(), [campaignId])
    },
  )

  promise(
    'a phone of two people of a campaign has its calls once, and another campaign counts for itself',
    async (ground) => {
      const world = await plainWorld(ground, { contacts: 0, settings: capped(2) })
      await addPlainContact(ground, world.routeId, 1, { phones: [phoneOf(1)] })
      await addPlainContact(ground, world.routeId, 2, { phones: [phoneOf(1), phoneOf(2)] })
      await addPlainContact(ground, world.routeId, 3, { phones: [phoneOf(1)] })
      const phones = await callOut(world)
      assert.deepEqual(phones.toSorted(), [phoneOf(1), phoneOf(1), phoneOf(2), phoneOf(2)])
      const ends = await Promise.all([1, 2, 3].map((n) => ground.contact(contactId(n))))
      assert.deepEqual(
        ends.map(({ state, reason, attempts }) => [state === (attempts > 0 ? 'done' : 'excluded'), reason]),
        [
          [true, 'phone-cap'],
          [true, 'phone-cap'],
          [true, 'phone-cap'],
        ],
      )
      assert.deepEqual(
        (await ground.told('contact.finished')).map((told) => told.reason),
        Array(3).fill('phone-cap'),
      )
      await ground.addCampaign({ id: otherCampaignId, workspaceId, settings: capped(1) })
      await addPlainContact(ground, world.routeId, 4, { campaignId: otherCampaignId, phones: [phoneOf(1)] })
      assert.deepEqual(await callOut(world, otherCampaignId), [phoneOf(1)])
    },
  )

  promise(
    'a cap that is lowered holds for whoever is due already, and explain says so before the claim does',
    async (ground) => {
      const world = await plainWorld(ground, { contacts: 0, settings: capped(9) })
      await addPlainContact(ground, world.routeId, 1, { phones: [phoneOf(1), phoneOf(2)] })
      await ground.store.finish(world.lease, outcome(only(await claimAll(world)), ground))
      await ground.setSettings(campaignId, capped(1))
      assert.deepEqual(await why(ground, phoneOf(1)), ['never', 'phone-cap'])
      assert.deepEqual(await why(ground, phoneOf(2)), ['waiting', 'phone-order'])
      assert.deepEqual(await claimAll(world), [])
      assert.deepEqual(await why(ground, phoneOf(2)), ['eligible'])
      assert.deepEqual(await callOut(world), [phoneOf(2)])
    },
  )

  promise(
    'a phone that the cap lets go is not dialled where it must not be called, and whoever has no other is left out',
    async (ground) => {
      const world = await plainWorld(ground, { contacts: 0, settings: capped(1) })
      await addPlainContact(ground, world.routeId, 1, { phones: [phoneOf(1), phoneOf(2), phoneOf(3)] })
      await ground.forbid(workspaceId, phoneOf(2))
      await addPlainContact(ground, world.routeId, 5, { phones: [phoneOf(2)] })
      assert.deepEqual(await callOut(world), [phoneOf(1), phoneOf(3)])
      const [one, five] = [await ground.contact(contactId(1)), await ground.contact(contactId(5))]
      assert.deepEqual([one.state, one.reason], ['done', 'phone-cap'])
      assert.deepEqual([five.state, five.reason], ['excluded', 'do-not-call'])
    },
  )

  promise('whose next phone must not be called is not rung again on one that has had its turn', async (ground) => {
    const world = await plainWorld(ground, { contacts: 0 })
    await addPlainContact(ground, world.routeId, 1, { phones: [phoneOf(1), phoneOf(2)] })
    await addPlainContact(ground, world.routeId, 3, { phones: [phoneOf(3), phoneOf(2), phoneOf(4)] })
    await ground.forbid(workspaceId, phoneOf(2))
    assert.deepEqual((await callOut(world)).toSorted(), [phoneOf(1), phoneOf(3), phoneOf(4)])
    const { state, reason } = await ground.contact(contactId(1))
    assert.deepEqual([state, reason], ['excluded', 'do-not-call'])
  })

  promise('a call that a crash has cut off counts, one that was never sent does not', async (ground) => {
    const world = await plainWorld(ground, { contacts: 0, settings: capped(2) })
    await addPlainContact(ground, world.routeId, 1)
    const sent = only(await claimAll(world))
    assert.equal(await ground.store.beginDialing(world.lease, sent.legId), true)
    await ground.advance(leaseMs + 2_001)
    assert.deepEqual(await ground.store.recover(2_000), { returned: 0, unknown: 1, answered: 0 })
    // Nobody knows how long that call lasts: the redial waits until it must be over.
    await ground.advance(700_000)
    const lease = await ground.store.join('node-b', leaseMs)
    const unsent = only(await claimAll({ ground, lease }))
    assert.equal(await ground.store.release(lease, unsent.legId, 'the node stops'), true)
    const second = only(await claimAll({ ground, lease }))
    await ground.store.finish(lease, outcome(second, ground))
    const { state, reason, attempts } = await ground.contact(contactId(1))
    assert.deepEqual([state, reason, attempts], ['done', 'phone-cap', 2])
  })

  promise(
    'hours hold as they are when somebody is due: widened at once, tightened for what was planned before',
    async (ground) => {
      const noon = 12 * 3_600
      const within = (minutes: number) => [{ zone: 'callee', fromSecond: noon, toSecond: noon + 60 * minutes }] as const
      const retry = { rules: [{ on: ['busy'], tries: 9, intervalsSeconds: [120] }], caps: {} } as const
      const world = await plainWorld(ground, { contacts: 1, settings: settings({ retry, windows: within(1) }) })
      const lease = await ground.store.join('node-a', 3_600_000)
      const view = async () => only(await ground.store.runningCampaigns())
      const plan = async () => planAttempts(await view(), ground.now(), { horizonMs })
      await ground.store.finish(lease, outcome(only(await claimAll({ ground, lease })), ground))
      await ground.advance(120_000)
      assert.equal((await plan()).because, 'outside-calling-window')
      assert.deepEqual(await claimAll({ ground, lease }), [])
      await ground.setSettings(campaignId, settings({ retry, windows: within(9) }))
      const planned = (await plan()).start
      assert.equal(planned.length, 1)
      await ground.setSettings(campaignId, settings({ retry, windows: within(1) }))
      assert.deepEqual(await ground.store.claim(lease, campaignId, planned, horizonMs), [])
      await ground.setSettings(campaignId, settings({ retry, windows: within(9) }))
      assert.equal((await ground.store.claim(lease, campaignId, planned, horizonMs)).length, 1)
      assert.ok(world.routeId > 0)
    },
  )
}
