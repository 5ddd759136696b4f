/** The part of the suite about compliance packs: caps over all campaigns of a workspace, kept under the claim's locks, and explained. */
import assert from 'node:assert/strict'
import type { Disposition } from '../attempts/disposition.ts'
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
  uuid,
  type World,
  workspaceId,
} from './store-world.conformance.ts'

const held = { policies: ['ru-230fz'] }
const hourMs = 3_600_000
/** The virtual clock begins at noon of a Monday in Moscow: the next midnight there, and the next eight o'clock. */
const [midnight, eight] = ['2026-03-02T21:00:00Z', '2026-03-03T05:00:00Z']

/** One campaign calls the first person, and the call ends so; the other one, held by the pack, has the same person and another. */
async function worldWithEnd(ground: StoreGround, disposition: Disposition, isTest = false): Promise<World> {
  const world = await plainWorld(ground, { contacts: 1 })
  const leg = only(await claimAll(world))
  const end = { disposition, ...(disposition === 'answered' ? { talkMs: 900, answeredAt: ground.now() } : {}) }
  assert.equal(await ground.store.finish(world.lease, outcome(leg, ground, end)), 'stored')
  await ground.addCampaign({ id: otherCampaignId, workspaceId, settings: settings({ ...held, isTest }) })
  await addPlainContact(ground, world.routeId, 10, { campaignId: otherCampaignId, phones: [phoneOf(0)] })
  await addPlainContact(ground, world.routeId, 11, { campaignId: otherCampaignId })
  return world
}

const phonesOf = async (world: Pick<World, 'ground' | 'lease'>): Promise<readonly string[]> =>
  (await claimAll(world, otherCampaignId)).map((leg) => leg.phone)

async function shut(ground: StoreGround, phone: string, campaign = otherCampaignId) {
  const facts = await ground.explainFacts({ workspaceId, campaignId: campaign, phone })
  assert.ok(facts !== null)
  const { verdict, gates, nextAt } = explain(facts)
  const closed = gates.filter((gate) => !gate.open)
  return [verdict, ...closed.map(({ reason, until }) => `${reason} ${until ?? ''}`), nextAt?.toString() ?? null]
}

export function policies(promise: Promised): void {
  promise(
    'whoever was talked with today is called by no campaign that a policy holds, and explain says why',
    async (ground) => {
      const world = await worldWithEnd(ground, 'answered')
      assert.deepEqual(await shut(ground, phoneOf(0)), [
        'waiting',
        `ru-230fz: talks-of-the-day-used-up ${midnight}`,
        eight,
      ])
      assert.deepEqual(await phonesOf(world), [phoneOf(11)])
      const { state, dueAt, attempts } = await ground.contact(contactId(10))
      assert.deepEqual([state, dueAt.toString(), attempts], ['ready', midnight, 0])
    },
  )

  promise('a call that reached nobody does not count; one whose end nobody knows does', async (ground) => {
    const world = await worldWithEnd(ground, 'busy')
    assert.deepEqual((await shut(ground, phoneOf(0)))[0], 'eligible')
    assert.deepEqual(await phonesOf(world), [phoneOf(0), phoneOf(11)])
  })

  promise('an attempt of unknown end counts as a talk until its true result comes', async (ground) => {
    const world = await plainWorld(ground, { contacts: 1 })
    const leg = only(await claimAll(world))
    await ground.store.beginDialing(world.lease, leg.legId)
    await ground.advance(leaseMs + 2_001)
    assert.equal((await ground.store.recover(2_000)).unknown, 1)
    await ground.addCampaign({ id: otherCampaignId, workspaceId, settings: settings(held) })
    await addPlainContact(ground, world.routeId, 10, { campaignId: otherCampaignId, phones: [phoneOf(0)] })
    assert.equal((await shut(ground, phoneOf(0)))[0], 'waiting')
    assert.equal(await ground.store.finish(world.lease, outcome(leg, ground)), 'revised')
    assert.equal((await shut(ground, phoneOf(0)))[0], 'eligible')
    const lease = await ground.store.join('node-b', leaseMs)
    assert.deepEqual(await phonesOf({ ground, lease }), [phoneOf(0)])
  })

  promise('a test campaign is held by no policy', async (ground) => {
    const world = await worldWithEnd(ground, 'answered', true)
    assert.deepEqual(await phonesOf(world), [phoneOf(0), phoneOf(11)])
  })

  promise('the talks of another workspace do not count', async (ground) => {
    const world = await worldWithEnd(ground, 'busy')
    const [other, trunk, campaign] = [uuid(2), uuid(18), uuid(38)]
    await ground.addWorkspace({ id: other })
    await ground.addTrunk({ id: trunk, workspaceId: other })
    const routeId = await ground.addRoute({ workspaceId: other, trunkIds: [trunk] })
    await ground.addCampaign({ id: campaign, workspaceId: other, settings: settings() })
    await addPlainContact(ground, routeId, 20, { campaignId: campaign, workspaceId: other, phones: [phoneOf(0)] })
    const leg = only(await claimAll(world, campaign))
    await ground.store.finish(world.lease, outcome(leg, ground, { disposition: 'answered', talkMs: 900 }))
    assert.deepEqual(await phonesOf(world), [phoneOf(0), phoneOf(11)])
  })

  promise('two talks fill a week, eight a month, and the last cap says until when', async (ground) => {
    const retry = {
      rules: [{ on: ['short-talk'], tries: 99, intervalsSeconds: [0], talkSecondsAtMost: 5 }],
      caps: {},
    } as const
    const world = await plainWorld(ground, { contacts: 1, settings: settings({ ...held, retry }) })
    const dues: string[] = []
    let next = ground.now().toString()
    for (let n = 0; n < 10; n++) {
      const waitMs = Temporal.Instant.from(next).since(ground.now()).total('milliseconds')
      if (waitMs > 0) await ground.advance(waitMs)
      const lease = await ground.store.join('node-a', leaseMs)
      const leg = only(await claimAll({ ground, lease }))
      const end = { disposition: 'answered' as const, talkMs: 900, answeredAt: ground.now() }
      await ground.store.finish(lease, outcome(leg, ground, end))
      assert.equal((await ground.contact(contactId(0))).dueAt.toString(), ground.now().toString(), 'as the rule says')
      next = String((await shut(ground, phoneOf(0), campaignId)).at(-1))
      dues.push(Temporal.Instant.from(next).toString({ timeZone: 'Europe/Moscow' }).slice(0, 16))
    }
    assert.equal(world.routeId > 0, true)
    // The second of March is a Monday, the ninth a day of rest for the Sunday before it.
    assert.deepEqual(dues, [
      ...['2026-03-03T08:00', '2026-03-09T09:00', '2026-03-10T08:00', '2026-03-16T08:00', '2026-03-17T08:00'],
      ...['2026-03-23T08:00', '2026-03-24T08:00', '2026-04-01T08:00', '2026-04-02T08:00', '2026-04-06T08:00'],
    ])
  })

  promise('out of legal hours nobody is planned for, and explain and planner name the opening', async (ground) => {
    const world = await plainWorld(ground, { contacts: 0 })
    await ground.addCampaign({ id: otherCampaignId, workspaceId, settings: settings(held) })
    await addPlainContact(ground, world.routeId, 1, { campaignId: otherCampaignId })
    await ground.advance(11 * hourMs)
    const view = (await ground.store.runningCampaigns()).find((one) => one.campaignId === otherCampaignId)
    assert.ok(view !== undefined)
    const plan = planAttempts(view, ground.now(), { horizonMs })
    assert.deepEqual([plan.start, plan.because, plan.wakeAt?.toString()], [[], 'outside-calling-window', eight])
    assert.deepEqual(await shut(ground, phoneOf(1)), ['waiting', `ru-230fz: outside-legal-hours ${eight}`, eight])
    assert.equal(view.campaignId === campaignId, false)
  })
}
