/**
 * The promise of `CampaignStore`, as tests that every adapter runs over a ground of its own. Time is virtual: it moves when
 * a test moves it, so that instants are compared exactly.
 */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Random } from './random.ts'
import { breakers } from './store-breaker.conformance.ts'
import { ends, recoveries } from './store-ends.conformance.ts'
import { explains, sayWhoIsCalled } from './store-explain.conformance.ts'
import { forcedNumbers } from './store-forced.conformance.ts'
import { givenBack } from './store-given-back.conformance.ts'
import type { StoreGround } from './store-ground.conformance.ts'
import { lanesAndPaces } from './store-lanes.conformance.ts'
import { lateResults } from './store-late.conformance.ts'
import { sharedLimits } from './store-limits.conformance.ts'
import { persons } from './store-persons.conformance.ts'
import { phoneCaps } from './store-phone-caps.conformance.ts'
import { policies } from './store-policies.conformance.ts'
import { sideLegs } from './store-side.conformance.ts'
import { ownNumbers, waves } from './store-waves.conformance.ts'
import {
  addPlainContact,
  campaignId,
  claimAll,
  contactId,
  leaseMs,
  numberId,
  offsets,
  only,
  otherCampaignId,
  otherTrunkId,
  outcome,
  type Promised,
  phoneOf,
  plainWorld,
  settings,
  trunkId,
  uuid,
  workspaceId,
  zones,
} from './store-world.conformance.ts'

/**
 * Registers the suite.
 * @param openGround  An empty ground for each test; `random` seeds the property test's choices.
 */
export function campaignStoreConformance(
  openGround: (context: TestContext) => Promise<StoreGround>,
  seeded: (seed: number) => Random,
): void {
  const promise = (name: string, run: (ground: StoreGround) => Promise<void>): void => {
    test(name, async (context) => run(await openGround(context)))
  }

  claims(promise)
  lanesAndPaces(promise)
  refusals(promise)
  phases(promise)
  ends(promise)
  recoveries(promise)
  lateResults(promise)
  breakers(promise)
  explains(promise)
  policies(promise)
  persons(promise)
  phoneCaps(promise)
  waves(promise)
  ownNumbers(promise)
  givenBack(promise)
  sideLegs(promise)
  forcedNumbers(promise)
  for (const seed of [1, 2, 3, 4, 5]) {
    promise(
      `concurrent claims of campaigns that share trunks, numbers and phones keep every limit (seed ${seed})`,
      (ground) => sharedLimits(ground, seeded(seed)),
    )
    promise(`explain and the claim agree about everyone in a world by chance (seed ${seed})`, (ground) =>
      sayWhoIsCalled(ground, seeded(seed)),
    )
  }
}

function claims(promise: Promised): void {
  promise('the earliest due go first, at exact instants of the slowest gate', async (ground) => {
    const world = await plainWorld(ground, {
      workspace: { callsPerSecond: 3 },
      settings: settings({}, { callsPerSecond: 10 }),
    })
    const legs = await claimAll(world)
    assert.deepEqual(offsets(legs, ground.now()), [0, 333_334, 666_668])
    assert.deepEqual(
      legs.map((leg) => leg.contactId),
      [contactId(0), contactId(1), contactId(2)],
    )
    assert.deepEqual(
      legs.map((leg) => [leg.phone, leg.attemptNumber, leg.trunkId, leg.callerId, leg.zones]),
      [0, 1, 2].map((n) => [phoneOf(n), 1, trunkId, null, zones]),
    )
  })

  promise('a later claim goes on where the reserved instants end', async (ground) => {
    const world = await plainWorld(ground, { settings: settings({}, { callsPerSecond: 4 }) })
    const from = ground.now()
    assert.deepEqual(offsets(await claimAll(world, campaignId, 3), from), [0, 250_000, 500_000])
    await ground.advance(100)
    assert.deepEqual(offsets(await claimAll(world), from), [750_000, 1_000_000])
  })

  for (const level of ['workspace', 'campaign', 'trunk', 'number'] as const) {
    promise(`calls at once of the ${level} are never exceeded, and an end makes room`, async (ground) => {
      const callerId =
        level === 'number' ? ({ mode: 'number', number: phoneOf(900) } as const) : ({ mode: 'trunk' } as const)
      const world = await plainWorld(ground, {
        contacts: 0,
        workspace: level === 'workspace' ? { maxCalls: 2 } : {},
        settings: settings({ callerId }, level === 'campaign' ? { maxCalls: 2 } : {}),
      })
      const narrowId = uuid(13)
      await ground.addTrunk({ id: narrowId, workspaceId, ...(level === 'trunk' ? { maxCalls: 2 } : {}) })
      await ground.addNumber({
        id: numberId(1),
        workspaceId,
        trunkId: narrowId,
        phone: phoneOf(900),
        ...(level === 'number' ? { maxCalls: 2 } : {}),
      })
      const routeId = await ground.addRoute({ workspaceId, trunkIds: [narrowId] })
      for (let n = 0; n < 5; n++) await addPlainContact(ground, routeId, n)
      const legs = await claimAll(world)
      assert.equal(legs.length, 2)
      assert.equal((await claimAll(world)).length, 0)
      const [first] = legs
      assert.ok(first !== undefined)
      assert.equal(await ground.store.finish(world.lease, outcome(first, ground)), 'stored')
      assert.equal((await claimAll(world)).length, 1)
    })
  }

  promise('a full trunk hands over to the next of the route, a closed one is passed by', async (ground) => {
    const full = await plainWorld(ground, { trunk: { maxCalls: 1 } })
    assert.deepEqual(
      (await claimAll(full, campaignId, 2)).map((leg) => leg.trunkId),
      [trunkId, otherTrunkId],
    )
    const closedId = uuid(14)
    await ground.addTrunk({ id: closedId, workspaceId, closedUntil: ground.now().add({ seconds: 9 }) })
    const routeId = await ground.addRoute({ workspaceId, trunkIds: [closedId, otherTrunkId] })
    await ground.addCampaign({ id: otherCampaignId, workspaceId, settings: settings() })
    await addPlainContact(ground, routeId, 50, { campaignId: otherCampaignId })
    assert.equal(only(await claimAll(full, otherCampaignId)).trunkId, otherTrunkId)
  })

  promise(
    "a phone's cap for a day counts over all campaigns of the workspace, and the next day begins anew",
    async (ground) => {
      const capped = settings({ retry: { rules: [], caps: { perPhonePerDay: 1 } } })
      const world = await plainWorld(ground, { contacts: 1, settings: capped })
      const leg = only(await claimAll(world))
      assert.equal(await ground.store.finish(world.lease, outcome(leg, ground)), 'stored')
      await ground.addCampaign({ id: otherCampaignId, workspaceId, settings: capped })
      await addPlainContact(ground, world.routeId, 10, { campaignId: otherCampaignId, phones: [phoneOf(0)] })
      await addPlainContact(ground, world.routeId, 11, { campaignId: otherCampaignId })
      assert.equal(only(await claimAll(world, otherCampaignId)).contactId, contactId(11))
      const { dueAt, state } = await ground.contact(contactId(10))
      assert.equal(state, 'ready')
      const nextDay = ground.now().toZonedDateTimeISO('Europe/Moscow').toPlainDate().add({ days: 1 })
      assert.equal(dueAt.toString(), nextDay.toZonedDateTime('Europe/Moscow').toInstant().toString())
      await ground.advance(Number(dueAt.epochMilliseconds - ground.now().epochMilliseconds))
      const lease = await ground.store.join('node-b', leaseMs)
      assert.equal(only(await claimAll({ ground, lease }, otherCampaignId)).contactId, contactId(10))
    },
  )

  promise('a group of numbers is shown in rotation, across claims', async (ground) => {
    const world = await plainWorld(ground, {
      contacts: 4,
      settings: settings({ callerId: { mode: 'group', groupId: uuid(41) } }),
    })
    for (const n of [1, 2, 3])
      await ground.addNumber({ id: numberId(n), workspaceId, trunkId, phone: phoneOf(900 + n) })
    await ground.addGroup({ id: uuid(41), workspaceId, numberIds: [numberId(1), numberId(2), numberId(3)] })
    const legs = [...(await claimAll(world, campaignId, 2)), ...(await claimAll(world, campaignId, 2))]
    assert.deepEqual(
      legs.map((leg) => leg.callerId),
      [1, 2, 3, 1].map((n) => phoneOf(900 + n)),
    )
  })

  promise('a group at random shows all of its numbers, in no rotation', async (ground) => {
    const world = await plainWorld(ground, {
      contacts: 60,
      settings: settings({ callerId: { mode: 'group', groupId: uuid(41) } }),
    })
    for (const n of [1, 2, 3])
      await ground.addNumber({ id: numberId(n), workspaceId, trunkId, phone: phoneOf(900 + n) })
    await ground.addGroup({
      id: uuid(41),
      workspaceId,
      numberIds: [numberId(1), numberId(2), numberId(3)],
      mode: 'random',
    })
    const shown = (await claimAll(world)).map((leg) => leg.callerId)
    assert.equal(shown.length, 60)
    assert.equal(new Set(shown).size, 3)
    assert.ok(
      shown.some((callerId, n) => callerId === shown[n + 1]),
      'a rotation never shows one twice in a row',
    )
  })

  promise('a shown number that is not one of ours is shown as it stands', async (ground) => {
    const world = await plainWorld(ground, {
      contacts: 1,
      settings: settings({ callerId: { mode: 'number', number: '74951112233' } }),
    })
    const leg = only(await claimAll(world))
    assert.deepEqual([leg.callerId, leg.numberId], ['74951112233', null])
  })

  promise('what is not due yet waits, and the view says until when', async (ground) => {
    const world = await plainWorld(ground, { contacts: 0 })
    const dueAt = ground.now().add({ seconds: 4 })
    await addPlainContact(ground, world.routeId, 1, { dueAt })
    assert.equal((await claimAll(world)).length, 0)
    const view = only(await ground.store.runningCampaigns())
    assert.equal(only(view.lanes).nextDueAt?.toString(), dueAt.toString())
    await ground.advance(4_000)
    assert.equal((await claimAll(world)).length, 1)
    assert.equal(only(only(await ground.store.runningCampaigns()).lanes).nextDueAt, null)
  })

  promise('the view shows what is live, and the limits and next instants of every level', async (ground) => {
    const world = await plainWorld(ground, {
      workspace: { maxCalls: 50, callsPerSecond: 20 },
      settings: settings({}, { callsPerSecond: 5, maxCalls: 7 }),
    })
    await claimAll(world, campaignId, 2)
    const view = only(await ground.store.runningCampaigns())
    assert.deepEqual([view.workspace.live, view.workspace.maxCalls, view.workspace.callsPerSecond], [2, 50, 20])
    assert.deepEqual([view.campaign.live, view.campaign.maxCalls, view.campaign.callsPerSecond], [2, 7, 5])
    assert.equal(view.campaign.nextSlotAt.toString(), ground.now().add({ milliseconds: 400 }).toString())
    assert.deepEqual(
      only(view.routes).trunks.map((trunk) => [trunk.trunkId, trunk.live]),
      [
        [trunkId, 2],
        [otherTrunkId, 0],
      ],
    )
  })
}

function refusals(promise: Promised): void {
  promise('a phone that lives in another campaign is passed by and takes no instant', async (ground) => {
    const world = await plainWorld(ground, { contacts: 2, settings: settings({}, { callsPerSecond: 10 }) })
    await ground.addCampaign({ id: otherCampaignId, workspaceId, settings: settings({}, { callsPerSecond: 10 }) })
    await addPlainContact(ground, world.routeId, 10, { campaignId: otherCampaignId, phones: [phoneOf(0)] })
    await addPlainContact(ground, world.routeId, 11, { campaignId: otherCampaignId })
    await claimAll(world)
    const leg = only(await claimAll(world, otherCampaignId))
    assert.equal(leg.contactId, contactId(11))
    assert.equal(leg.startAt.toString(), ground.now().toString())
    assert.equal((await ground.contact(contactId(10))).state, 'ready')
  })

  promise('two contacts with one phone are dialled one after the other', async (ground) => {
    const world = await plainWorld(ground, { contacts: 0 })
    for (const n of [1, 2]) await addPlainContact(ground, world.routeId, n, { phones: [phoneOf(7)] })
    const first = only(await claimAll(world))
    assert.equal((await claimAll(world)).length, 0)
    await ground.store.finish(world.lease, outcome(first, ground))
    assert.equal(only(await claimAll(world)).contactId, contactId(2))
  })

  promise('a phone nobody may dial is excluded with the reason; an expired entry excludes nobody', async (ground) => {
    const world = await plainWorld(ground, { contacts: 3 })
    await ground.forbid(workspaceId, phoneOf(0))
    await ground.forbid(workspaceId, phoneOf(1), ground.now().subtract({ seconds: 1 }))
    const legs = await claimAll(world)
    assert.deepEqual(
      legs.map((leg) => leg.contactId),
      [contactId(1), contactId(2)],
    )
    const { state, reason } = await ground.contact(contactId(0))
    assert.deepEqual([state, reason], ['excluded', 'do-not-call'])
    assert.deepEqual(await ground.outbox(), [{ topic: 'contact.finished', key: contactId(0) }])
  })

  promise('a contact whose first phone nobody may dial goes on with the next', async (ground) => {
    const world = await plainWorld(ground, { contacts: 0 })
    await addPlainContact(ground, world.routeId, 1, { phones: [phoneOf(1), phoneOf(2)] })
    await ground.forbid(workspaceId, phoneOf(1))
    const legs = [...(await claimAll(world)), ...(await claimAll(world))]
    assert.equal(only(legs).phone, phoneOf(2))
  })

  promise('a claim under an old epoch or an expired lease is refused as fenced', async (ground) => {
    const world = await plainWorld(ground)
    const fenced = { code: 'STORE_FENCED' }
    const newer = await ground.store.join('node-a', leaseMs)
    assert.deepEqual([newer.node, newer.epoch], [world.lease.node, world.lease.epoch + 1])
    await assert.rejects(claimAll(world), fenced)
    await ground.advance(leaseMs + 1)
    await assert.rejects(claimAll({ ground, lease: newer }), fenced)
    assert.equal((await ground.store.renew(world.lease, leaseMs)).isCurrent, false)
    assert.equal((await ground.store.renew(newer, leaseMs)).isCurrent, true)
    assert.equal((await claimAll({ ground, lease: newer })).length, 5)
  })

  promise('a campaign that does not run, or has expired, gives nothing', async (ground) => {
    const world = await plainWorld(ground)
    await ground.setCampaignState(campaignId, 'paused')
    const view = only((await ground.store.runningCampaigns()).map((one) => one.campaignId).concat(['none']))
    assert.equal(view, 'none')
    assert.equal(
      (
        await ground.store.claim(
          world.lease,
          campaignId,
          [{ routeId: world.routeId, zoneId: 1, priority: 0, count: 9 }],
          200,
        )
      ).length,
      0,
    )
    await ground.addCampaign({ id: otherCampaignId, workspaceId, settings: settings(), expiresAt: ground.now() })
    await addPlainContact(ground, world.routeId, 20, { campaignId: otherCampaignId })
    assert.equal((await claimAll(world, otherCampaignId)).length, 0)
  })
}

function phases(promise: Promised): void {
  promise('a leg is begun once, answered after that, and given back before that alone', async (ground) => {
    const world = await plainWorld(ground, { contacts: 1 })
    const { store } = ground
    const { legId } = only(await claimAll(world))
    assert.equal(await store.markAnswered(world.lease, legId, ground.now()), false)
    assert.equal(await store.beginDialing(world.lease, legId), true)
    assert.equal(await store.beginDialing(world.lease, legId), false)
    assert.equal(await store.release(world.lease, legId, 'late'), false)
    assert.equal(await store.markAnswered(world.lease, legId, ground.now()), true)
  })

  promise('a released slot leaves its contact ready and counts no attempt', async (ground) => {
    const world = await plainWorld(ground, { contacts: 1 })
    const leg = only(await claimAll(world))
    assert.equal((await ground.contact(leg.contactId)).state, 'dialing')
    assert.equal(await ground.store.release(world.lease, leg.legId, 'the window has closed'), true)
    const { state, attempts } = await ground.contact(leg.contactId)
    assert.deepEqual([state, attempts], ['ready', 0])
    assert.equal(await ground.store.beginDialing(world.lease, leg.legId), false)
    assert.equal(only(await claimAll(world)).attemptNumber, 1)
  })

  promise('a pause is obeyed up to the last moment: the slot goes back unsent', async (ground) => {
    const world = await plainWorld(ground, { contacts: 1 })
    const leg = only(await claimAll(world))
    await ground.setCampaignState(campaignId, 'paused')
    assert.equal(await ground.store.beginDialing(world.lease, leg.legId), false)
    assert.equal((await ground.contact(leg.contactId)).state, 'ready')
  })

  promise('a node whose lease has run out may not begin', async (ground) => {
    const world = await plainWorld(ground, { contacts: 1 })
    const leg = only(await claimAll(world))
    await ground.advance(leaseMs + 1)
    assert.equal(await ground.store.beginDialing(world.lease, leg.legId), false)
  })
}
