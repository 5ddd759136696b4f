/** The part of the suite about ends: of attempts, of campaigns, and of nodes that died. */
import assert from 'node:assert/strict'
import type { CampaignSettings } from '../campaigns/campaign-settings.ts'
import type { StoreGround } from './store-ground.conformance.ts'
import {
  addPlainContact,
  campaignId,
  claimAll,
  leaseMs,
  only,
  otherCampaignId,
  outcome,
  type Promised,
  phoneOf,
  plainWorld,
  settings,
  workspaceId,
} from './store-world.conformance.ts'

const busyTwice = { rules: [{ on: ['busy'], tries: 2, intervalsSeconds: [60, 300] }], caps: {} } as const

export function ends(promise: Promised): void {
  promise(
    'an end by the rule makes the contact due again after the interval, with the next attempt number',
    async (ground) => {
      const world = await plainWorld(ground, { contacts: 1, settings: settings({ retry: busyTwice }) })
      const leg = only(await claimAll(world))
      assert.equal(await ground.store.beginDialing(world.lease, leg.legId), true)
      assert.equal(await ground.store.finish(world.lease, outcome(leg, ground)), 'stored')
      const contact = await ground.contact(leg.contactId)
      assert.deepEqual([contact.state, contact.attempts], ['ready', 1])
      assert.equal(contact.dueAt.toString(), ground.now().add({ seconds: 60 }).toString())
      assert.deepEqual(await ground.outbox(), [{ topic: 'attempt.finished', key: leg.contactId }])
      assert.equal((await claimAll(world)).length, 0)
      await ground.advance(60_000)
      await ground.store.renew(world.lease, leaseMs)
      assert.equal(only(await claimAll(world)).attemptNumber, 2)
    },
  )

  promise(
    'an end without a rule ends the contact; its attempt, its reason and both events are there',
    async (ground) => {
      const world = await plainWorld(ground, { contacts: 1 })
      const leg = only(await claimAll(world))
      const done = outcome(leg, ground, { disposition: 'answered', answeredAt: ground.now(), talkMs: 8_000 })
      assert.equal(await ground.store.finish(world.lease, done), 'stored')
      const { state, reason } = await ground.contact(leg.contactId)
      assert.deepEqual([state, reason], ['done', 'answered'])
      assert.deepEqual(await ground.attempts(leg.contactId), [{ disposition: 'answered', attemptNumber: 1 }])
      assert.deepEqual(
        (await ground.outbox()).map((event) => event.topic),
        ['attempt.finished', 'contact.finished'],
      )
    },
  )

  promise('a result without a rule moves to the next phone, in the lane of that phone', async (ground) => {
    const world = await plainWorld(ground, { contacts: 0 })
    await addPlainContact(ground, world.routeId, 1, { phones: [phoneOf(1), phoneOf(2)] })
    const leg = only(await claimAll(world))
    await ground.store.finish(world.lease, outcome(leg, ground, { disposition: 'invalid-number' }))
    assert.equal((await ground.contact(leg.contactId)).phoneIndex, 1)
    const next = only(await claimAll(world))
    assert.deepEqual([next.phone, next.attemptNumber], [phoneOf(2), 2])
  })

  promise('a next phone that has had its attempts of the day is due on its next day', async (ground) => {
    const capped = settings({ retry: { rules: [], caps: { perPhonePerDay: 1 } } })
    const world = await plainWorld(ground, { contacts: 0, settings: capped })
    await ground.addCampaign({ id: otherCampaignId, workspaceId, settings: capped })
    await addPlainContact(ground, world.routeId, 9, { campaignId: otherCampaignId, phones: [phoneOf(2)] })
    await ground.store.finish(world.lease, outcome(only(await claimAll(world, otherCampaignId)), ground))
    await addPlainContact(ground, world.routeId, 1, { phones: [phoneOf(1), phoneOf(2)] })
    const leg = only(await claimAll(world))
    await ground.store.finish(world.lease, outcome(leg, ground, { disposition: 'invalid-number' }))
    assert.deepEqual(await claimAll(world), [])
    const { dueAt, phoneIndex } = await ground.contact(leg.contactId)
    const nextDay = ground.now().toZonedDateTimeISO('Europe/Moscow').toPlainDate().add({ days: 1 })
    assert.deepEqual(
      [phoneIndex, dueAt.toString()],
      [1, nextDay.toZonedDateTime('Europe/Moscow').toInstant().toString()],
    )
  })

  promise('an end that brings text no store can hold is stored all the same', async (ground) => {
    const world = await plainWorld(ground, { contacts: 1 })
    const leg = only(await claimAll(world))
    const odd = outcome(leg, ground, {
      sip: { code: 486, reason: 'Busy\0Here \ud800', q850: null },
      variables: { said: '\0' },
      tags: ['a,"b"', '{}'],
    })
    assert.equal(await ground.store.finish(world.lease, odd), 'stored')
    assert.equal((await ground.attempts(leg.contactId)).length, 1)
  })

  promise('a second end, and an end from an older life of the node, change nothing', async (ground) => {
    const world = await plainWorld(ground, { contacts: 2 })
    const [first, second] = await claimAll(world)
    assert.ok(first !== undefined && second !== undefined)
    assert.equal(await ground.store.finish(world.lease, outcome(first, ground)), 'stored')
    assert.equal(await ground.store.finish(world.lease, outcome(first, ground)), 'fenced')
    const zombie = { ...world.lease, epoch: world.lease.epoch - 1 }
    assert.equal(await ground.store.finish(zombie, outcome(second, ground)), 'fenced')
    assert.equal(await ground.store.beginDialing(zombie, second.legId), false)
    assert.equal((await ground.contact(second.contactId)).state, 'dialing')
    assert.equal((await ground.attempts(first.contactId)).length, 1)
  })

  promise('a channel rests for the pause after its call', async (ground) => {
    const world = await plainWorld(ground, { contacts: 2, settings: settings({}, { maxCalls: 1, pauseSeconds: 2 }) })
    const leg = only(await claimAll(world))
    await ground.store.finish(world.lease, outcome(leg, ground))
    assert.equal((await claimAll(world)).length, 0)
    await ground.advance(1_999)
    assert.equal((await claimAll(world)).length, 0)
    await ground.advance(1)
    assert.equal((await claimAll(world)).length, 1)
  })

  promise('campaigns begin at their instant and are done when nothing is undone, never while empty', async (ground) => {
    const world = await plainWorld(ground, { contacts: 0 })
    await ground.addCampaign({
      id: otherCampaignId,
      workspaceId,
      settings: settings(),
      state: 'scheduled',
      startAt: ground.now().add({ seconds: 3 }),
    })
    assert.deepEqual(await ground.store.settleCampaigns(), [])
    await ground.advance(3_000)
    assert.deepEqual(await ground.store.settleCampaigns(), [otherCampaignId])
    assert.equal(await ground.campaignState(otherCampaignId), 'running')
    await addPlainContact(ground, world.routeId, 1)
    const leg = only(await claimAll(world))
    assert.deepEqual(await ground.store.settleCampaigns(), [])
    await ground.store.finish(world.lease, outcome(leg, ground))
    assert.deepEqual(await ground.store.settleCampaigns(), [campaignId])
    assert.equal(await ground.campaignState(campaignId), 'done')
  })

  promise('an expired campaign with people left stops', async (ground) => {
    const world = await plainWorld(ground, { contacts: 0 })
    await ground.addCampaign({
      id: otherCampaignId,
      workspaceId,
      settings: settings(),
      expiresAt: ground.now().add({ seconds: 1 }),
    })
    await addPlainContact(ground, world.routeId, 1, { campaignId: otherCampaignId })
    await ground.advance(1_000)
    assert.deepEqual(await ground.store.settleCampaigns(), [otherCampaignId])
    assert.equal(await ground.campaignState(otherCampaignId), 'stopped')
  })
}

export function recoveries(promise: Promised): void {
  /** Three legs of one node: claimed, dialling, answered. */
  const threeLegs = async (ground: StoreGround, retry: CampaignSettings['retry'] = { rules: [], caps: {} }) => {
    const world = await plainWorld(ground, { contacts: 3, settings: settings({ retry }) })
    const [claimed, dialling, answered] = await claimAll(world)
    assert.ok(claimed !== undefined && dialling !== undefined && answered !== undefined)
    for (const leg of [dialling, answered]) assert.equal(await ground.store.beginDialing(world.lease, leg.legId), true)
    await ground.store.markAnswered(world.lease, answered.legId, ground.now())
    return { ...world, claimed, dialling, answered }
  }

  promise("a dead node's legs: claimed goes back, dialling is unknown, answered stays answered", async (ground) => {
    const { lease, claimed, dialling, answered } = await threeLegs(ground)
    await ground.advance(leaseMs + 1_999)
    assert.deepEqual(await ground.store.recover(2_000), { returned: 0, unknown: 0, answered: 0 })
    await ground.advance(2)
    assert.deepEqual(await ground.store.recover(2_000), { returned: 1, unknown: 1, answered: 1 })
    const sights = await Promise.all([claimed, dialling, answered].map((leg) => ground.contact(leg.contactId)))
    assert.deepEqual(
      sights.map((sight) => [sight.state, sight.attempts]),
      [
        ['ready', 0],
        ['unknown', 1],
        ['done', 1],
      ],
    )
    assert.deepEqual(await ground.attempts(answered.contactId), [{ disposition: 'answered', attemptNumber: 1 }])
    assert.equal(await ground.store.finish(lease, outcome(claimed, ground)), 'fenced')
    assert.equal((await ground.store.renew(lease, leaseMs)).isCurrent, false)
    assert.deepEqual(await ground.store.recover(2_000), { returned: 0, unknown: 0, answered: 0 })
  })

  promise('a node that comes back has its older legs recovered at once', async (ground) => {
    await threeLegs(ground)
    const newer = await ground.store.join('node-a', leaseMs)
    assert.deepEqual(await ground.store.recover(2_000), { returned: 1, unknown: 1, answered: 1 })
    assert.equal((await claimAll({ ground, lease: newer })).length, 1)
  })

  promise('an unknown end is dialled again by a rule for it alone, when the lost call must be over', async (ground) => {
    const { dialling } = await threeLegs(ground, {
      rules: [{ on: ['unknown'], tries: 1, intervalsSeconds: [1] }],
      caps: {},
    })
    await ground.store.join('node-a', leaseMs)
    await ground.store.recover(2_000)
    const { state, dueAt } = await ground.contact(dialling.contactId)
    assert.equal(state, 'ready')
    assert.ok(Temporal.Instant.compare(dueAt, ground.now().add({ minutes: 10 })) >= 0)
  })

  promise('a node that leaves is recovered after the grace', async (ground) => {
    const world = await plainWorld(ground, { contacts: 1 })
    const leg = only(await claimAll(world))
    await ground.store.leave(world.lease)
    await ground.advance(2_001)
    assert.deepEqual(await ground.store.recover(2_000), { returned: 1, unknown: 0, answered: 0 })
    assert.equal((await ground.contact(leg.contactId)).state, 'ready')
  })
}
