import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { type RunningDispatcher, startDispatcher } from '../../src/webhooks/dispatcher.ts'
import { useTestDatabase } from '../fixtures/database.ts'
import { Receiver, WebhookGround } from './ground.ts'

/** Of this database alone: others of the cluster have locks of their own. */
const advisoryLocks = `from pg_locks where locktype = 'advisory' and granted
  and database = (select oid from pg_database where datname = current_database())`

describe('the webhook dispatcher', { timeout: 60_000 }, () => {
  const database = useTestDatabase()
  let ground: WebhookGround
  let receiver: Receiver
  let running: RunningDispatcher[]

  beforeEach(async () => {
    ground = await WebhookGround.open(database.pool)
    receiver = await Receiver.start()
    running = []
  })
  afterEach(async () => {
    await Promise.all(running.map((dispatcher) => dispatcher.stop()))
    await receiver.stop()
  })
  const start = (): void => {
    running.push(startDispatcher(ground.deps()))
  }

  it('delivers every event once, in order per contact', async () => {
    await ground.addEndpoint(receiver.url())
    const contacts = await Promise.all(Array.from({ length: 20 }, (_, index) => ground.addContact(`7999000${index}`)))
    for (const number of [1, 2, 3]) for (const contact of contacts) await ground.endAttempt(contact, number)
    for (const contact of contacts)
      await ground.tell('contact.finished', contact, { reason: 'answered', lastCallId: null })
    start()
    await ground.until((all) => all.length === 80 && all.every(({ state }) => state === 'delivered'))

    assert.equal(receiver.received.length, 80)
    for (const contact of contacts) {
      const told = receiver.received.map(({ body }) => body as Native).filter(({ data }) => data.contactId === contact)
      assert.deepEqual(
        told.map(({ type, data }) => [type, data.call?.attemptNumber]),
        [...[1, 2, 3].map((number) => ['attempt.finished', number]), ['contact.finished', undefined]],
      )
    }
    assert.equal((await database.pool.query('select from outbox')).rowCount, 0)
  })

  it('loses nothing while the target is down, and keeps the order of a contact', async () => {
    receiver.answer = () => 503
    await ground.addEndpoint(receiver.url(), { dialect: 'twin', events: ['CALL_ENDED', 'CANDIDATE_CHANGED'] })
    const contact = await ground.addContact('79990000001')
    await ground.endAttempt(contact, 1, 'busy', 0)
    await ground.endAttempt(contact, 2)
    await ground.tell('contact.finished', contact, { reason: 'answered', lastCallId: null })
    start()
    await ground.until(([first]) => first?.tries === 1)
    for (const [tries, afterMs] of [
      [2, 11_000],
      [3, 66_000],
    ] as const) {
      await ground.advance(afterMs)
      await ground.until(([first]) => first?.tries === tries)
    }
    const waiting = await ground.deliveries()
    assert.deepEqual(
      waiting.map(({ tries }) => tries),
      [3, 0, 0],
    )
    assert.equal(waiting[0]?.lastError, 'Expected status 200, found 503.')

    receiver.answer = () => 200
    await ground.advance(330_000)
    await ground.until((all) => all.every(({ state }) => state === 'delivered'))
    assert.deepEqual(
      receiver.received.slice(3).map(({ body }) => [body.event, body.attempt ?? null]),
      [
        ['CALL_ENDED', 1],
        ['CALL_ENDED', 2],
        ['CANDIDATE_CHANGED', null],
      ],
    )
    const { rows } = await database.pool.query(
      `select number, status from webhook_try
        where delivery_id = (select id from webhook_delivery order by outbox_id limit 1) order by number`,
    )
    assert.deepEqual(
      rows.map(({ number, status }) => [number, status]),
      [
        [1, 503],
        [2, 503],
        [3, 503],
        [4, 200],
      ],
    )
  })

  it('gives a delivery up after 24 hours, and goes on with the next', async () => {
    receiver.answer = ({ body }) => ((body as Native).data.call?.attemptNumber === 1 ? 500 : 204)
    await ground.addEndpoint(receiver.url())
    const contact = await ground.addContact('79990000001')
    await ground.endAttempt(contact, 1)
    await ground.endAttempt(contact, 2)
    start()
    const createdAt = ground.clock.now()
    let tries = 1
    let [first] = await ground.until(([one]) => one?.tries === 1)
    while (first?.state === 'pending') {
      await ground.advance(first.nextAt.since(ground.clock.now()).total('milliseconds') + 200)
      tries += 1
      const want = tries
      ;[first] = await ground.until(([one]) => one?.tries === want)
    }
    assert.equal(first?.state, 'dead')
    const hours = ground.clock.now().since(createdAt).total('hours')
    assert.ok(hours >= 24 && hours < 24.01, `dead after ${hours} h`)
    assert.ok(tries >= 8 && tries <= 11, `${tries} tries`)
    await ground.until((all) => all[1]?.state === 'delivered')
  })

  it('takes 200 alone for a TWIN endpoint and does not follow a redirect', async () => {
    receiver.headers = { location: receiver.url('/elsewhere') }
    receiver.answer = ({ path }) => (path === '/twin' ? 204 : path === '/native' ? 302 : 200)
    await ground.addEndpoint(receiver.url('/twin'), { dialect: 'twin', events: ['CALL_ENDED'] })
    await ground.addEndpoint(receiver.url('/native'))
    await ground.endAttempt(await ground.addContact('79990000001'), 1)
    start()
    const all = await ground.until((rows) => rows.length === 2 && rows.every(({ tries }) => tries === 1))
    assert.deepEqual(all.map(({ state, lastStatus }) => [state, lastStatus]).sort(), [
      ['pending', 204],
      ['pending', 302],
    ])
    assert.ok(receiver.received.every(({ path }) => path !== '/elsewhere'))
  })

  it('keeps a delivery that egress refuses, with the reason, and goes on trying', async () => {
    await ground.addEndpoint('http://[::ffff:10.0.0.1]:1/hook')
    await ground.addEndpoint(receiver.url())
    await ground.endAttempt(await ground.addContact('79990000001'), 1)
    start()
    const all = await ground.until((rows) => rows.length === 2 && rows.every(({ tries }) => tries === 1))
    const refused = all.filter(({ state }) => state === 'pending')
    assert.equal(refused.length, 1)
    assert.match(refused[0]?.lastError ?? '', /^10\.0\.0\.1 is not loopback/)
    await ground.advance(11_000)
    await ground.until((rows) => rows.some(({ tries }) => tries === 2))
  })

  it('tells of a finished attempt in the words of TWIN', async () => {
    await ground.addEndpoint(receiver.url(), { dialect: 'twin', events: ['CALL_ENDED', 'CANDIDATE_CHANGED'] })
    const contact = await ground.addContact('79990000001')
    const call = await ground.endAttempt(contact, 2)
    await ground.tell('contact.finished', contact, { reason: 'answered', lastCallId: call })
    start()
    await receiver.count(2)
    const [ended, changed] = receiver.received.map(({ body }) => body)
    assert.equal(ended?.event, 'CALL_ENDED')
    assert.deepEqual(
      [ended?.id, ended?.taskId, ended?.autoCallCandidateId, ended?.status, ended?.duration, ended?.mainCallDuration],
      [call, ground.campaignId, contact, 'ANSWERED', 20, 12],
    )
    assert.deepEqual(
      [ended?.timezone, ended?.results, ended?.resultsString, ended?.callbackData],
      ['Europe/Moscow', { yes: true }, '{"yes":true}', { a: 1 }],
    )
    assert.equal(changed?.event, 'CANDIDATE_CHANGED')
    assert.deepEqual(
      [changed?.id, changed?.phone, changed?.lastCallStatus, changed?.attempts, changed?.clientExternalId],
      [contact, ['79990000001'], 'ANSWERED', 2, 'crm-1'],
    )
  })

  it('ends a try that has no answer after ten seconds', async () => {
    receiver.answer = () => null
    await ground.addEndpoint(receiver.url())
    await ground.endAttempt(await ground.addContact('79990000001'), 1)
    start()
    await receiver.count(1)
    await ground.advance(10_000)
    const [one] = await ground.until(([first]) => first?.tries === 1)
    assert.match(one?.lastError ?? '', /within 10 s/)
    assert.equal(one?.state, 'pending')
  })

  it('signs by Standard Webhooks when the endpoint has a secret', async () => {
    const key = Buffer.from('a key of this receiver')
    await ground.addEndpoint(receiver.url(), { secret: `whsec_${key.toString('base64')}` })
    await ground.endAttempt(await ground.addContact('79990000001'), 1)
    start()
    await receiver.count(1)
    const [{ headers, text, body }] = receiver.received as [(typeof receiver.received)[number]]
    assert.equal(headers['webhook-id'], body.id)
    assert.equal(headers['webhook-timestamp'], String(ground.clock.now().epochMilliseconds / 1_000))
    const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${text}`
    assert.equal(headers['webhook-signature'], `v1,${createHmac('sha256', key).update(signed).digest('base64')}`)
    assert.deepEqual(Object.keys(body).sort(), ['at', 'data', 'id', 'type', 'version', 'workspace'])
  })

  it('tells an endpoint only the events it wants', async () => {
    await ground.addEndpoint(receiver.url(), { dialect: 'twin', events: ['CANDIDATE_CHANGED'] })
    const contact = await ground.addContact('79990000001')
    await ground.endAttempt(contact, 1)
    await ground.tell('contact.finished', contact, { reason: 'answered', lastCallId: null })
    start()
    const all = await ground.until((rows) => rows.some(({ state }) => state === 'delivered'))
    assert.deepEqual(
      all.map(({ event }) => event),
      ['CANDIDATE_CHANGED'],
    )
  })

  it('adds up attempts and talk by hour and disposition', async () => {
    const contact = await ground.addContact('79990000001')
    for (const number of [1, 2]) await ground.endAttempt(contact, number, 'answered', 1_500)
    await ground.endAttempt(contact, 3, 'busy', 0)
    running.push(startDispatcher(ground.deps()))
    await running[0]?.stop()
    running.push(startDispatcher(ground.deps()))
    await ground.endAttempt(contact, 4, 'answered', 500)
    await running[1]?.stop()
    running.length = 0
    const { rows } = await database.pool.query(
      'select hour::text, disposition, attempts, talk_ms from campaign_hour order by disposition',
    )
    assert.deepEqual(
      rows.map(({ disposition, attempts, talk_ms }) => [disposition, attempts, talk_ms]),
      [
        ['answered', 3, 3_500],
        ['busy', 1, 0],
      ],
    )
  })

  it('gives up after a day what waits for an endpoint that was switched off', async () => {
    receiver.answer = () => 500
    await ground.addEndpoint(receiver.url())
    await ground.endAttempt(await ground.addContact('79990000001'), 1)
    start()
    await ground.until(([one]) => one?.tries === 1)
    await database.pool.query('update webhook_endpoint set enabled = false')
    await ground.advance(3_600_000)
    assert.equal((await ground.deliveries())[0]?.state, 'pending')
    await ground.advance(24 * 3_600_000)
    const [dead] = await ground.until(([one]) => one?.state === 'dead')
    assert.equal(dead?.tries, 1)
  })

  it('takes the lock again after its session is lost', async () => {
    await ground.addEndpoint(receiver.url())
    const contact = await ground.addContact('79990000001')
    start()
    await ground.endAttempt(contact, 1)
    await ground.advance(200)
    await ground.until((rows) => rows[0]?.state === 'delivered')
    const { rowCount } = await database.pool.query(`select pg_terminate_backend(pid) ${advisoryLocks}`)
    assert.equal(rowCount, 1)
    await ground.endAttempt(contact, 2)
    // The first round may be the one that finds the session lost.
    await ground.advance(1_000)
    await ground.advance(1_000)
    await ground.until((rows) => rows.length === 2 && rows.every(({ state }) => state === 'delivered'))
    assert.equal(receiver.received.length, 2)
  })

  it('corrects the sums of an attempt that is revised, and tells the call again as it really ended', async () => {
    await ground.addEndpoint(receiver.url(), { dialect: 'twin', events: ['CALL_ENDED'] })
    await ground.addEndpoint(receiver.url(), { events: ['attempt.revised'] })
    const contact = await ground.addContact('79990000001')
    const startedAt = ground.clock.now().subtract({ seconds: 20 }).toString()
    const lost = await ground.endAttempt(contact, 1, 'unknown', 0)
    await ground.endAttempt(contact, 2, 'unknown', 0)
    const talked = await ground.endAttempt(contact, 3, 'answered', 9_000)
    start()
    await ground.until((all) => all.length === 3 && all.every(({ state }) => state === 'delivered'))
    await database.pool.query("update call set disposition = 'busy' where id = $1", [lost])
    await database.pool.query('update call set talk_ms = 4000 where id = $1', [talked])
    const busy = { callId: lost, disposition: 'busy', startedAt, talkMs: 0, was: { disposition: 'unknown', talkMs: 0 } }
    await ground.tell('attempt.revised', contact, busy)
    await ground.tell('attempt.revised', contact, {
      callId: talked,
      disposition: 'answered',
      startedAt,
      talkMs: 4_000,
      was: { disposition: 'answered', talkMs: 9_000 },
    })
    await ground.advance(200)
    await ground.until((all) => all.length === 7 && all.every(({ state }) => state === 'delivered'))
    const sums = 'select disposition, attempts, talk_ms from campaign_hour order by disposition'
    const { rows } = await database.pool.query(sums)
    assert.deepEqual(
      rows.map(({ disposition, attempts, talk_ms }) => [disposition, attempts, talk_ms]),
      [
        ['answered', 1, 4_000],
        ['busy', 1, 0],
        ['unknown', 1, 0],
      ],
    )
    const ended = receiver.received.filter(({ body }) => body.event === 'CALL_ENDED' && body.id === lost)
    assert.deepEqual(
      ended.map(({ body }) => body.status),
      ['FAILED', 'BUSY'],
    )
    assert.equal(new Set(ended.map(({ body }) => body.eventId)).size, 2)
    const revised = receiver.received.filter(({ body }) => body.type === 'attempt.revised')
    assert.deepEqual(
      revised
        .map(({ body }) => body.data as typeof busy & { call: typeof busy })
        .map((one) => [one.was, one.call.disposition]),
      [
        [busy.was, 'busy'],
        [{ disposition: 'answered', talkMs: 9_000 }, 'answered'],
      ],
    )

    // The last one of its disposition: nothing is left that never happened.
    await ground.tell('attempt.revised', contact, { ...busy, disposition: 'busy' })
    await ground.advance(200)
    await ground.until((all) => all.length === 9 && all.every(({ state }) => state === 'delivered'))
    assert.deepEqual(
      (await database.pool.query(sums)).rows.map(({ disposition }) => disposition),
      ['answered', 'busy'],
    )
  })

  it('leaves the work to one of two dispatchers until that one goes', async () => {
    await ground.addEndpoint(receiver.url())
    const contact = await ground.addContact('79990000001')
    start()
    await ground.endAttempt(contact, 1)
    await ground.advance(200)
    await receiver.count(1)
    start()
    const locks = `select count(distinct pid) as holders ${advisoryLocks}`
    assert.equal((await database.pool.query(locks)).rows[0].holders, 1)
    await running.shift()?.stop()
    await ground.endAttempt(contact, 2)
    await ground.advance(1_000)
    const all = await ground.until((rows) => rows.length === 2 && rows.every(({ state }) => state === 'delivered'))
    assert.deepEqual(
      all.map(({ tries }) => tries),
      [1, 1],
    )
    assert.equal(receiver.received.length, 2)
  })
})

type Native = {
  readonly type: string
  readonly data: { readonly contactId: string; readonly call?: { readonly attemptNumber: number } }
}
