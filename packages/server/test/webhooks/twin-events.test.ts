/** TWIN's six events out of what the engine stores, over the dispatcher to a receiver. */
import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { type RunningDispatcher, startDispatcher } from '../../src/webhooks/dispatcher.ts'
import { useTestDatabase } from '../fixtures/database.ts'
import { Receiver, WebhookGround } from './ground.ts'

describe("TWIN's events", { timeout: 60_000 }, () => {
  const database = useTestDatabase()
  let ground: WebhookGround
  let receiver: Receiver
  let dispatcher: RunningDispatcher | null

  beforeEach(async () => {
    ground = await WebhookGround.open(database.pool)
    receiver = await Receiver.start()
    dispatcher = null
  })
  afterEach(async () => {
    await dispatcher?.stop()
    await receiver.stop()
  })
  const start = (): void => {
    dispatcher = startDispatcher(ground.deps())
  }
  const bodies = () => receiver.received.map(({ body }) => body)

  it('an attempt that reached its goal and is followed by another is three events, in this order, each with an id of its own', async () => {
    await ground.addEndpoint(receiver.url(), { dialect: 'twin' })
    const contact = await ground.addContact('79990000001')
    const callId = await ground.endAttempt(contact, 1, 'busy', 0, '2026-03-02T09:30:00Z')
    start()
    await receiver.count(3)
    assert.deepEqual(
      bodies().map(({ event }) => event),
      ['CALL_ENDED', 'EFFICIENCY_REACHED', 'RECALL_SCHEDULED'],
    )
    assert.equal(new Set(bodies().map(({ eventId }) => eventId)).size, 3)
    const [, reached, recall] = bodies()
    assert.deepEqual(
      [reached?.id, reached?.efficiency, reached?.results, reached?.autoCallCandidateId],
      [callId, 'agreed', { yes: true }, contact],
    )
    assert.deepEqual(
      [recall?.id, recall?.scheduledAt, recall?.lastCallStatus, recall?.attempt, recall?.clientExternalId],
      [callId, '2026-03-02T09:30:00Z', 'BUSY', 1, 'crm-1'],
    )
  })

  it('an attempt without a goal and without a redial is one event', async () => {
    await ground.addEndpoint(receiver.url(), { dialect: 'twin' })
    const contact = await ground.addContact('79990000001')
    const callId = await ground.endAttempt(contact, 1, 'busy', 0)
    await database.pool.query('update call set goal = null where id = $1', [callId])
    await ground.tell('contact.finished', contact, { reason: 'tries-used-up', lastCallId: callId })
    start()
    await receiver.count(2)
    assert.deepEqual(
      bodies().map(({ event }) => event),
      ['CALL_ENDED', 'CANDIDATE_CHANGED'],
    )
  })

  it('two receivers hear of one event under one id', async () => {
    await ground.addEndpoint(receiver.url('/a'), { dialect: 'twin', events: ['EFFICIENCY_REACHED'] })
    await ground.addEndpoint(receiver.url('/b'), { dialect: 'twin', events: ['EFFICIENCY_REACHED'] })
    await ground.endAttempt(await ground.addContact('79990000001'), 1)
    start()
    await receiver.count(2)
    assert.equal(new Set(bodies().map(({ eventId }) => eventId)).size, 1)
  })

  it('a campaign that changes its state is told as it was then, in the word of the vendor', async () => {
    await ground.addEndpoint(receiver.url(), { dialect: 'twin' })
    for (const state of ['running', 'paused', 'running', 'done']) await ground.tellCampaign(state)
    start()
    await receiver.count(4)
    assert.deepEqual(
      bodies().map(({ event, id, status }) => [event, id, status]),
      ['PROCESS', 'PAUSED', 'PROCESS', 'FINISHED'].map((status) => [
        'AUTOCALL_STATUS_CHANGED',
        ground.campaignId,
        status,
      ]),
    )
  })

  it('a call that is handed over is told while it lives, with the ids of the vendor', async () => {
    await ground.addEndpoint(receiver.url(), { dialect: 'twin', events: ['CALL_REDIRECTED'] })
    const contact = await ground.addContact('79990000001')
    const group = ground.id()
    await database.pool.query(
      `insert into external_id (workspace_id, dialect, kind, external_id, resource_id) values ($1, 'twin', 'operator-group', '10103', $2)`,
      [ground.workspaceId, group],
    )
    const callId = await ground.liveCall(contact, '79990000001')
    await ground.tell('call.redirected', contact, {
      callId,
      redirect: { target: { to: 'operator-group', groupId: group } },
    })
    await ground.tell('call.redirected', contact, {
      callId,
      redirect: { target: { to: 'number', phone: '74951234567', callerId: '74950000000' } },
    })
    start()
    await receiver.count(2)
    assert.deepEqual(
      bodies().map(
        ({ event, id, redirectDestination, redirectDestinationId, redirectAdditional, callbackData, phone }) => [
          ...[event, id, redirectDestination, redirectDestinationId, redirectAdditional, callbackData, phone],
        ],
      ),
      [
        ['CALL_REDIRECTED', callId, 'ch', '10103', null, { a: 1 }, '79990000001'],
        ['CALL_REDIRECTED', callId, 'custom', '74951234567', '74950000000', { a: 1 }, '79990000001'],
      ],
    )
  })

  it('a receiver that asks for a delay hears of it that much later, and not before', async () => {
    const endpoint = await ground.addEndpoint(receiver.url(), { dialect: 'twin', events: ['CALL_ENDED'] })
    await database.pool.query('update webhook_endpoint set delay_seconds = 4 where id = $1', [endpoint])
    await ground.endAttempt(await ground.addContact('79990000001'), 1)
    start()
    await ground.until((all) => all.length === 1)
    await ground.advance(3_000)
    await ground.advance(200)
    assert.equal(receiver.received.length, 0)
    await ground.advance(1_000)
    await receiver.count(1)
    assert.equal(bodies()[0]?.event, 'CALL_ENDED')
  })
})
