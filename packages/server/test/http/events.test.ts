/** The live events over HTTP: whose they are, in what order, and what a listener finds when it comes back. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { SeededRandom, VirtualClock } from '@dialwright/testkit'
import { tokenHash } from '../../src/access/token-value.ts'
import { systemClock } from '../../src/adapters/system/system-clock.ts'
import { takeOutbox } from '../../src/webhooks/outbox.ts'
import { useTestDatabase } from '../fixtures/database.ts'
import { campaign, type HttpGround, native, openHttp, tokenOf } from './surface.ts'

type Told = { readonly id: string; readonly event: string; readonly data: Body }
type Body = { readonly id: string; readonly workspace: string; readonly data: Record<string, unknown> }

/** A listener that reads as an EventSource does. */
class Listener {
  readonly response: Response
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>
  readonly #abort: AbortController
  #text = ''

  private constructor(response: Response, abort: AbortController) {
    this.response = response
    this.#abort = abort
    this.#reader = (response.body as ReadableStream<Uint8Array>).getReader()
  }

  static async open(url: string, headers: Record<string, string>): Promise<Listener> {
    const abort = new AbortController()
    const listener = new Listener(await fetch(url, { headers, signal: abort.signal }), abort)
    return listener
  }

  /** The next `count` events; fewer when the stream ends. */
  async next(count: number): Promise<Told[]> {
    for (;;) {
      const blocks = this.#text.split('\n\n').slice(0, -1)
      const told = blocks.flatMap((block) => {
        const fields = new Map(block.split('\n').map((line) => line.split(/: (.*)/) as [string, string]))
        const data = fields.get('data')
        return data === undefined
          ? []
          : [{ id: fields.get('id') ?? '', event: fields.get('event') ?? '', data: JSON.parse(data) }]
      })
      if (told.length >= count) {
        this.#text = ''
        return told
      }
      const { value, done } = await this.#reader.read()
      if (done) return told
      this.#text += new TextDecoder().decode(value)
    }
  }

  leave(): void {
    this.#abort.abort()
  }
}

describe('GET /events', { timeout: 60_000 }, () => {
  const database = useTestDatabase()
  let http: HttpGround
  let address: string
  let ownId: string
  let otherId: string
  const random = new SeededRandom(11)
  before(async () => {
    http = await openHttp(database.pool)
    address = await http.app.listen({ host: '127.0.0.1', port: 0 })
    const { rows } = await database.pool.query<{ id: string; name: string }>('select id, name from workspace')
    ownId = rows.find(({ name }) => name === 'Demo')?.id ?? ''
    otherId = rows.find(({ name }) => name === 'Other')?.id ?? ''
  })
  after(() => http.close())

  /** Something happens, and the dispatcher takes it. */
  const happen = async (
    events: readonly (readonly [topic: string, payload: object])[],
    { workspaceId = ownId, clock = systemClock }: { workspaceId?: string; clock?: typeof systemClock } = {},
  ): Promise<void> => {
    for (const [topic, payload] of events)
      await database.pool.query('insert into outbox (workspace_id, topic, key, payload) values ($1, $2, $3, $4)', [
        workspaceId,
        topic,
        crypto.randomUUID(),
        JSON.stringify({ workspaceId, campaignId: crypto.randomUUID(), ...payload }),
      ])
    const connection = await database.pool.connect()
    try {
      await takeOutbox(connection, { clock, random, tellers: {} })
    } finally {
      connection.release()
    }
  }
  const finished = (n: number) =>
    ['attempt.finished', { n, startedAt: '2026-03-02T09:00:00Z', disposition: 'busy', talkMs: 0 }] as const
  const listen = (query = '', headers: Record<string, string> = {}) =>
    Listener.open(`${address}${native}/events${query}`, {
      authorization: `Bearer ${tokenOf('own', 'analyst')}`,
      ...headers,
    })
  const numbers = (told: readonly Told[]): unknown[] => told.map(({ data }) => data.data.n)

  test('a listener hears what happens in its workspace, in order, and nothing of another', async () => {
    const listener = await listen()
    assert.equal(listener.response.headers.get('content-type'), 'text/event-stream; charset=utf-8')
    await happen([finished(1)], { workspaceId: otherId })
    await happen([finished(2), finished(3)])
    await happen([finished(4)])
    const told = await listener.next(3)
    assert.deepEqual(numbers(told), [2, 3, 4])
    assert.ok(told.every(({ id, data }) => id === data.id))
    assert.equal(told[0]?.data.workspace, ownId)
    listener.leave()
  })

  test('an attempt that is revised is heard of, with what it was', async () => {
    const listener = await listen()
    const was = { disposition: 'unknown', talkMs: 0 }
    await happen([finished(5), ['attempt.revised', { ...finished(5)[1], was }]])
    const [, revised] = await listener.next(2)
    assert.equal(revised?.event, 'attempt.revised')
    const { disposition, was: told } = revised.data.data as { disposition?: string; was?: object }
    assert.deepEqual([disposition, told], ['busy', was])
    listener.leave()
  })

  test('who comes back with Last-Event-ID gets what came after it, once, and nothing before', async () => {
    const first = await listen()
    await happen([finished(10), finished(11)])
    const told = await first.next(2)
    first.leave()
    await happen([finished(12)])
    await happen([finished(13)])
    const again = await listen('', { 'last-event-id': told[0]?.id ?? '' })
    assert.deepEqual(numbers(await again.next(3)), [11, 12, 13])
    await happen([finished(14)])
    assert.deepEqual(numbers(await again.next(1)), [14])
    again.leave()
  })

  test('who loses the line before the first event knows after what to go on', async () => {
    await happen([finished(15)])
    const { body } = await fetch(`${address}${native}/events?follow=false`, {
      headers: { authorization: `Bearer ${tokenOf('own', 'analyst')}` },
    })
    const [, id = ''] = /^id: (\S+)$/m.exec(await new Response(body).text()) ?? []
    await happen([finished(16)])
    const back = await listen('?follow=false', { 'last-event-id': id })
    assert.deepEqual(numbers(await back.next(Number.POSITIVE_INFINITY)), [16])
  })

  test('an event that is no longer kept, or is of another workspace, is told as lost, and all that is kept follows', async () => {
    await happen([finished(20)], { workspaceId: otherId })
    const { rows } = await database.pool.query<{ id: string }>(
      'select event_id as id from event_feed where workspace_id = $1 order by id desc limit 1',
      [otherId],
    )
    for (const id of [crypto.randomUUID(), rows[0]?.id ?? '']) {
      const told = await (await listen('?follow=false', { 'last-event-id': id })).next(Number.POSITIVE_INFINITY)
      assert.equal(told[0]?.event, 'events.lost')
      assert.deepEqual(told[0]?.data, { after: id })
      assert.equal(told[1]?.data.data.n, 2)
      assert.equal(told.at(-1)?.data.data.n, 16)
    }
  })

  test('a Last-Event-ID that is no id of an event is refused', async () => {
    const { response } = await listen('', { 'last-event-id': '17' })
    assert.equal(response.status, 422)
  })

  test('without following, the stream ends with what there is', async () => {
    const only = crypto.randomUUID()
    await happen([['campaign.changed', { campaignId: only, state: 'running' }]])
    const listener = await listen(`?follow=false&from=kept&campaign=${only}`)
    assert.deepEqual(
      (await listener.next(Number.POSITIVE_INFINITY)).map(({ event, data }) => [event, data.data.state]),
      [['campaign.changed', 'running']],
    )
    assert.deepEqual(await (await listen('?follow=false')).next(1), [])
  })

  test('a token that may read calls alone hears of calls alone', async () => {
    const token = 'dw_calls_alone_0123456789'
    await database.pool.query(
      `insert into api_token (id, workspace_id, hash, name, role, scopes) values ($1, $2, $3, 'calls', 'owner', '{calls:read}')`,
      [crypto.randomUUID(), ownId, tokenHash(token)],
    )
    const listener = await listen('', { authorization: `Bearer ${token}` })
    await happen([['campaign.changed', { n: 30 }], ['contact.finished', { n: 31 }], finished(32)])
    assert.deepEqual(numbers(await listener.next(1)), [32])
    listener.leave()
  })

  test('a person who starts and pauses a campaign is heard of', async () => {
    const headers = { authorization: `Bearer ${tokenOf('own', 'owner')}` }
    const post = (url: string, payload?: object) =>
      http.app.inject({ method: 'POST', url: `${native}${url}`, headers, ...(payload ? { payload } : {}) })
    const id = (await post('/campaigns', campaign)).json().id
    const listener = await listen(`?campaign=${id}`)
    await post(`/campaigns/${id}/start`)
    await post(`/campaigns/${id}/start`)
    await post(`/campaigns/${id}/pause`)
    await happen([])
    assert.deepEqual(
      (await listener.next(2)).map(({ data }) => data.data.state),
      ['running', 'paused'],
    )
    listener.leave()
  })

  test('what is older than an hour leaves the feed, and only that', async () => {
    const old = new VirtualClock('2026-01-01T00:00:00Z')
    await happen([finished(40)], { clock: old })
    const count = async (n: number) =>
      (await database.pool.query(`select from event_feed where (payload->>'n')::int = $1`, [n])).rowCount
    assert.equal(await count(40), 1)
    await happen([finished(41)])
    assert.deepEqual([await count(40), await count(41), await count(2)], [0, 1, 1])
  })

  test('a listener hears on when the connections to the database were lost', async () => {
    const listener = await listen()
    await happen([finished(50)])
    assert.deepEqual(numbers(await listener.next(1)), [50])
    await database.pool.query(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    )
    await happen([finished(51)])
    assert.deepEqual(numbers(await listener.next(1)), [51])
    listener.leave()
  })

  test('a workspace has twenty streams at once; one that ends makes room', async () => {
    const open = await Promise.all(Array.from({ length: 20 }, () => listen()))
    const refused = await listen()
    assert.equal(refused.response.status, 429)
    const { status } = await fetch(`${address}${native}/events?follow=false`, {
      headers: { authorization: `Bearer ${tokenOf('other', 'analyst')}` },
    })
    assert.equal(status, 200)
    for (const listener of open) listener.leave()
    // The server hears of the ends a moment later.
    while ((await listen('?follow=false')).response.status === 429);
  })

  test('a listener does not hold the end of the server', async () => {
    const ground = await openHttpAgain()
    const listener = await Listener.open(`${await ground.app.listen({ host: '127.0.0.1', port: 0 })}${native}/events`, {
      authorization: `Bearer ${tokenOf('own', 'analyst')}`,
    })
    const [told] = await Promise.all([listener.next(1), ground.app.close()])
    assert.deepEqual(told, [])
  })

  /** A second server over the same database. */
  const openHttpAgain = async (): Promise<HttpGround> => {
    await database.pool.query('delete from api_token where name = any ($1)', [
      ['owner', 'admin', 'author', 'operator', 'analyst'],
    ])
    await database.pool.query("delete from workspace where name = 'Other'")
    return openHttp(database.pool)
  }
})
