/** The part of the suite about late results: a node that was taken for dead tells how its calls really ended. */
import assert from 'node:assert/strict'
import type { CampaignSettings } from '../campaigns/campaign-settings.ts'
import type { ClaimedLeg, NodeLease } from './campaign-store.ts'
import type { StoreGround } from './store-ground.conformance.ts'
import {
  addPlainContact,
  campaignId,
  claimAll,
  leaseMs,
  only,
  outcome,
  type Promised,
  plainWorld,
  settings,
  uuid,
  workspaceId,
} from './store-world.conformance.ts'

type Lost = { readonly lease: NodeLease; readonly leg: ClaimedLeg; readonly routeId: number }

const redialUnknown: CampaignSettings['retry'] = {
  rules: [{ on: ['unknown'], tries: 1, intervalsSeconds: [1] }],
  caps: {},
}
const redialBusy: CampaignSettings['retry'] = { rules: [{ on: ['busy'], tries: 1, intervalsSeconds: [60] }], caps: {} }

/** A call that another node took over while it rang, or while it talked. */
async function lostCall(
  ground: StoreGround,
  retry: CampaignSettings['retry'] = { rules: [], caps: {} },
  isAnswered = false,
): Promise<Lost> {
  const { lease, routeId } = await plainWorld(ground, { contacts: 1, settings: settings({ retry }) })
  const leg = only(await claimAll({ ground, lease }))
  await ground.store.beginDialing(lease, leg.legId)
  if (isAnswered) await ground.store.markAnswered(lease, leg.legId, ground.now())
  await ground.advance(leaseMs + 2_001)
  const { unknown, answered } = await ground.store.recover(2_000)
  assert.deepEqual([unknown, answered], isAnswered ? [0, 1] : [1, 0])
  return { lease, leg, routeId }
}

const answer = (ground: StoreGround) => ({
  disposition: 'answered' as const,
  answeredAt: ground.now().subtract({ seconds: 5 }),
  talkMs: 4_200,
  sip: { code: 200, reason: 'OK', q850: null },
})

export function lateResults(promise: Promised): void {
  promise('a late result replaces unknown once, and both are told', async (ground) => {
    const { lease, leg } = await lostCall(ground)
    assert.equal((await ground.contact(leg.contactId)).state, 'unknown')
    assert.equal(await ground.store.finish(lease, outcome(leg, ground, answer(ground))), 'revised')
    const { state, reason, attempts } = await ground.contact(leg.contactId)
    assert.deepEqual([state, reason, attempts], ['done', 'answered', 1])
    assert.deepEqual(await ground.attempts(leg.contactId), [{ disposition: 'answered', attemptNumber: 1 }])
    const [told, ...more] = await ground.told('attempt.revised')
    assert.equal(more.length, 0)
    assert.deepEqual(told, {
      workspaceId,
      campaignId,
      contactId: leg.contactId,
      attemptId: leg.attemptId,
      callId: leg.callId,
      disposition: 'answered',
      startedAt: leg.startAt.toString(),
      talkMs: 4_200,
      was: { disposition: 'unknown', talkMs: 0 },
    })
    assert.deepEqual(
      (await ground.told('contact.finished')).map((one) => one.reason),
      ['unknown', 'answered'],
    )
    assert.equal(await ground.store.finish(lease, outcome(leg, ground)), 'fenced')
    assert.deepEqual(await ground.attempts(leg.contactId), [{ disposition: 'answered', attemptNumber: 1 }])
    assert.equal((await ground.told('attempt.revised')).length, 1)
  })

  promise('of two that bring a late result at once one is heard', async (ground) => {
    const { lease, leg } = await lostCall(ground)
    const both = [outcome(leg, ground), outcome(leg, ground, answer(ground))]
    const heard = await Promise.all(both.map((one) => ground.store.finish(lease, one)))
    assert.deepEqual(heard.toSorted(), ['fenced', 'revised'])
    assert.equal((await ground.told('attempt.revised')).length, 1)
  })

  promise('a late result is taken from the node alone that dialled, in its new life too', async (ground) => {
    const { lease, leg } = await lostCall(ground)
    const stranger = await ground.store.join('node-b', leaseMs)
    assert.equal(await ground.store.finish(stranger, outcome(leg, ground)), 'fenced')
    const before = { ...lease, epoch: lease.epoch - 1 }
    assert.equal(await ground.store.finish(before, outcome(leg, ground)), 'fenced')
    assert.deepEqual(await ground.attempts(leg.contactId), [{ disposition: 'unknown', attemptNumber: 1 }])
    const again = await ground.store.join('node-a', leaseMs)
    assert.ok(again.epoch > lease.epoch)
    assert.equal(await ground.store.finish(again, outcome(leg, ground)), 'revised')
    assert.deepEqual(await ground.attempts(leg.contactId), [{ disposition: 'busy', attemptNumber: 1 }])
  })

  promise('a node that joined again ends what it was dialling, before anybody recovers it', async (ground) => {
    const world = await plainWorld(ground, { contacts: 2 })
    const [dialling, unsent] = await claimAll(world)
    assert.ok(dialling !== undefined && unsent !== undefined)
    await ground.store.beginDialing(world.lease, dialling.legId)
    const again = await ground.store.join('node-a', leaseMs)
    assert.equal(await ground.store.finish(again, outcome(dialling, ground)), 'stored')
    // What never left is no attempt, whatever its run says.
    assert.equal(await ground.store.finish(again, outcome(unsent, ground, { disposition: 'failed' })), 'fenced')
    assert.deepEqual(await ground.store.recover(2_000), { returned: 1, unknown: 0, answered: 0 })
    assert.equal((await ground.contact(unsent.contactId)).state, 'ready')
  })

  promise('who answered the lost call is not rung again, although a rule redials unknown ends', async (ground) => {
    const { leg } = await lostCall(ground, redialUnknown)
    assert.equal((await ground.contact(leg.contactId)).state, 'ready')
    const again = await ground.store.join('node-a', leaseMs)
    assert.equal(await ground.store.finish(again, outcome(leg, ground, answer(ground))), 'revised')
    assert.equal((await ground.contact(leg.contactId)).state, 'done')
    assert.equal((await ground.told('contact.finished')).length, 1)
    await ground.advance(3_600_000)
    const later = await ground.store.join('node-a', leaseMs)
    assert.equal((await claimAll({ ground, lease: later })).length, 0)
  })

  promise('a late result that a rule redials opens the campaign again', async (ground) => {
    const { leg } = await lostCall(ground, redialBusy)
    assert.deepEqual(await ground.store.settleCampaigns(), [campaignId])
    assert.equal(await ground.campaignState(campaignId), 'done')
    const again = await ground.store.join('node-a', leaseMs)
    assert.equal(await ground.store.finish(again, outcome(leg, ground)), 'revised')
    const { state, reason, dueAt } = await ground.contact(leg.contactId)
    assert.deepEqual([state, reason, dueAt.toString()], ['ready', null, ground.now().add({ seconds: 60 }).toString()])
    assert.equal(await ground.campaignState(campaignId), 'running')
    assert.deepEqual(
      (await ground.told('campaign.changed')).map((one) => one.state),
      ['done', 'running'],
    )
    await ground.advance(60_000)
    const later = await ground.store.join('node-a', leaseMs)
    assert.equal(only(await claimAll({ ground, lease: later })).attemptNumber, 2)
  })

  promise('a campaign that was stopped stays stopped by a late result', async (ground) => {
    const { lease, leg } = await lostCall(ground, redialBusy)
    await ground.setCampaignState(campaignId, 'stopped')
    assert.equal(await ground.store.finish(lease, outcome(leg, ground)), 'revised')
    assert.equal(await ground.campaignState(campaignId), 'stopped')
  })

  promise('once the contact is dialled again, a late result changes history alone', async (ground) => {
    const { lease, leg } = await lostCall(ground, redialUnknown)
    await ground.advance(700_000)
    const other = await ground.store.join('node-b', leaseMs)
    const second = only(await claimAll({ ground, lease: other }))
    await ground.store.beginDialing(other, second.legId)
    assert.equal(await ground.store.finish(lease, outcome(leg, ground, answer(ground))), 'revised')
    assert.equal((await ground.contact(leg.contactId)).state, 'dialing')
    assert.equal(await ground.store.finish(other, outcome(second, ground)), 'stored')
    assert.deepEqual(await ground.attempts(leg.contactId), [
      { disposition: 'answered', attemptNumber: 1 },
      { disposition: 'busy', attemptNumber: 2 },
    ])
    const { state, reason, attempts } = await ground.contact(leg.contactId)
    assert.deepEqual([state, reason, attempts], ['done', 'tries-used-up', 2])
  })

  promise('whoever answered, as is told late, is not rung by a slot that was claimed meanwhile', async (ground) => {
    const { lease, leg } = await lostCall(ground, redialUnknown)
    await ground.advance(700_000)
    const other = await ground.store.join('node-b', leaseMs)
    const second = only(await claimAll({ ground, lease: other }))
    assert.equal(await ground.store.finish(lease, outcome(leg, ground, answer(ground))), 'revised')
    assert.equal(await ground.store.beginDialing(other, second.legId), false)
    const { state, reason, attempts } = await ground.contact(leg.contactId)
    assert.deepEqual([state, reason, attempts], ['done', 'answered', 1])
    assert.deepEqual(await ground.attempts(leg.contactId), [{ disposition: 'answered', attemptNumber: 1 }])
  })

  promise('after a newer attempt has ended, a late result does not decide on the contact', async (ground) => {
    const { lease, leg } = await lostCall(ground, {
      rules: [
        { on: ['unknown'], tries: 1, intervalsSeconds: [1] },
        { on: ['busy'], tries: 1, intervalsSeconds: [60] },
      ],
      caps: {},
    })
    await ground.advance(700_000)
    const other = await ground.store.join('node-b', leaseMs)
    const second = only(await claimAll({ ground, lease: other }))
    await ground.store.beginDialing(other, second.legId)
    await ground.store.finish(other, outcome(second, ground))
    const before = await ground.contact(leg.contactId)
    assert.equal(before.state, 'ready')
    assert.equal(await ground.store.finish(lease, outcome(leg, ground, answer(ground))), 'revised')
    assert.deepEqual(await ground.contact(leg.contactId), before)
  })

  promise('an answer that recovery kept gets its true talk; the contact is told of once', async (ground) => {
    const { lease, leg } = await lostCall(ground, { rules: [], caps: {} }, true)
    assert.equal((await ground.contact(leg.contactId)).state, 'done')
    assert.equal(await ground.store.finish(lease, outcome(leg, ground, answer(ground))), 'revised')
    const [told] = await ground.told('attempt.revised')
    assert.deepEqual([told?.talkMs, told?.was], [4_200, { disposition: 'answered', talkMs: leaseMs + 2_001 }])
    assert.equal((await ground.told('contact.finished')).length, 1)
    assert.equal(await ground.store.finish(lease, outcome(leg, ground, answer(ground))), 'fenced')
  })

  promise('a late result that is unknown itself replaces nothing', async (ground) => {
    const { lease, leg } = await lostCall(ground)
    const unsure = outcome(leg, ground, { disposition: 'unknown', detail: 'the telephony process ended' })
    assert.equal(await ground.store.finish(lease, unsure), 'fenced')
    assert.equal(await ground.store.finish(lease, outcome(leg, ground)), 'revised')
  })

  promise(
    'a fault of the trunk that is told late counts once for its breaker, and with the next ends',
    async (ground) => {
      const { lease } = await plainWorld(ground, { contacts: 0 })
      const soleId = uuid(13)
      await ground.addTrunk({ id: soleId, workspaceId, breaker: { share: 0.5, of: 3, seconds: 60, openSeconds: 10 } })
      const routeId = await ground.addRoute({ workspaceId, trunkIds: [soleId] })
      for (let n = 0; n < 4; n++) await addPlainContact(ground, routeId, n)
      const fault = { disposition: 'congestion' as const, sip: { code: 503, reason: null, q850: null } }
      const lost = only(await claimAll({ ground, lease }, campaignId, 1))
      await ground.store.beginDialing(lease, lost.legId)
      const again = await ground.store.join('node-a', leaseMs)
      await ground.store.recover(2_000)
      assert.equal(await ground.store.finish(again, outcome(lost, ground, fault)), 'revised')
      const closed: boolean[] = []
      for (let n = 0; n < 2; n++) {
        const leg = only(await claimAll({ ground, lease: again }, campaignId, 1))
        await ground.store.beginDialing(again, leg.legId)
        assert.equal(await ground.store.finish(again, outcome(leg, ground, fault)), 'stored')
        const [trunk] = only(await ground.store.runningCampaigns()).routes.flatMap((route) => route.trunks)
        closed.push(trunk?.closedUntil !== null)
      }
      assert.deepEqual(closed, [false, true])
    },
  )
}
