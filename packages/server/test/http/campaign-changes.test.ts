import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { useTestDatabase } from '../fixtures/database.ts'
import { campaign, contacts, type HttpGround, native, openHttp, tokenOf } from './surface.ts'

describe('campaigns that change and go', () => {
  const database = useTestDatabase()
  let http: HttpGround
  before(async () => {
    http = await openHttp(database.pool)
  })
  after(() => http.close())

  const ask = (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, payload?: object, headers = {}) =>
    http.app.inject({
      method,
      url: `${native}${path}`,
      headers: { authorization: `Bearer ${tokenOf('own', 'owner')}`, ...headers },
      ...(payload === undefined ? {} : { payload }),
    })
  const create = async (more: object = {}): Promise<string> =>
    (await ask('POST', '/campaigns', { ...campaign, ...more })).json().id

  test('a campaign with an instant of its own is scheduled by its creation, and cannot end before it begins', async () => {
    const stateOf = async (id: string) => (await ask('GET', `/campaigns/${id}`)).json().state
    assert.equal(await stateOf(await create({ startAt: '2099-01-01T00:00:00Z' })), 'scheduled')
    assert.equal(await stateOf(await create({ startAt: '2020-01-01T00:00:00Z' })), 'running')
    const id = await create()
    assert.equal(await stateOf(id), 'draft')
    const [startAt, expiresAt] = ['2099-01-02T00:00:00Z', '2099-01-01T00:00:00Z']
    for (const answer of [
      await ask('POST', '/campaigns', { ...campaign, startAt, expiresAt }),
      await ask('PATCH', `/campaigns/${id}`, { startAt, expiresAt }),
    ])
      assert.deepEqual([answer.statusCode, answer.json().errors[0].pointer], [422, '/expiresAt'])
  })

  test('a 401 says how to come in; an address that cannot be decoded is answered like everything else', async () => {
    const stranger = await http.app.inject({ method: 'GET', url: `${native}/campaigns` })
    assert.deepEqual([stranger.statusCode, stranger.headers['www-authenticate']], [401, 'Bearer'])
    const broken = await ask('GET', '/campaigns/%zz')
    assert.equal(broken.statusCode, 400)
    assert.match(String(broken.headers['content-type']), /^application\/problem\+json/)
  })

  test('what is given is changed, what is absent stays, null takes an instant away', async () => {
    const id = await create({ expiresAt: '2030-01-01T00:00:00Z', pacing: { callsPerSecond: 3, maxCalls: 7 } })
    const earlier = (await ask('GET', `/campaigns/${id}`)).json()
    const answer = await ask('PATCH', `/campaigns/${id}`, {
      name: 'evening',
      pacing: { maxCalls: 9 },
      windows: [{ from: '18:00', to: '20:30' }],
      expiresAt: null,
    })
    assert.equal(answer.statusCode, 200, answer.body)
    const { name, settings, expiresAt } = answer.json()
    assert.deepEqual([name, expiresAt], ['evening', null])
    assert.deepEqual(settings, {
      ...earlier.settings,
      pacing: { callsPerSecond: 3, maxCalls: 9, pauseSeconds: 0 },
      windows: [{ zone: 'callee', fromSecond: 64_800, toSecond: 73_799 }],
    })
    assert.deepEqual((await ask('GET', `/campaigns/${id}`)).json(), answer.json())
  })

  test('a change is made to what was seen: of two that saw the same, one is refused', async () => {
    const id = await create()
    const etag = (await ask('GET', `/campaigns/${id}`)).headers.etag
    const answers = await Promise.all(
      ['first', 'second'].map((name) => ask('PATCH', `/campaigns/${id}`, { name }, { 'if-match': etag })),
    )
    assert.deepEqual(answers.map(({ statusCode }) => statusCode).sort(), [200, 412])
    const [won] = answers.filter(({ statusCode }) => statusCode === 200)
    assert.equal((await ask('GET', `/campaigns/${id}`)).headers.etag, won?.headers.etag)
    assert.equal(
      (await ask('PATCH', `/campaigns/${id}`, { name: 'third' }, { 'if-match': won?.headers.etag })).statusCode,
      200,
    )
  })

  test('one that is done can be paused: who is added then waits, and its end is still to come', async () => {
    const id = await create()
    await ask('POST', `/campaigns/${id}/contacts`, contacts)
    await ask('POST', `/campaigns/${id}/start`)
    await database.pool.query("update contact set state = 'done' where campaign_id = $1", [id])
    await database.pool.query("update campaign set state = 'done', finished_at = dw_clock() where id = $1", [id])
    assert.equal((await ask('POST', `/campaigns/${id}/pause`)).statusCode, 200)
    const more = { contacts: [{ phones: ['+74951234599'] }] }
    assert.equal((await ask('POST', `/campaigns/${id}/contacts`, more)).statusCode, 200)
    const { state, finishedAt } = (await ask('GET', `/campaigns/${id}`)).json()
    assert.deepEqual([state, finishedAt], ['paused', null])
    await ask('POST', `/campaigns/${id}/resume`)
    assert.equal((await ask('GET', `/campaigns/${id}`)).json().state, 'running')
  })

  test('that a campaign was made or is gone is written for endpoints that ask for it by name, with what it was', async () => {
    const written = async () =>
      (
        await database.pool.query(
          "select topic, payload from outbox where topic in ('campaign.created', 'campaign.deleted') order by id",
        )
      ).rows
    const endpoint = async (events: readonly string[], more = {}) =>
      (await ask('POST', '/webhookEndpoints', { url: 'http://127.0.0.1:9/', events, ...more })).json().id
    const one = await create()
    await endpoint([])
    await endpoint(['campaign.created', 'campaign.deleted'], { campaign: one })
    await ask('DELETE', `/campaigns/${await create()}`)
    assert.deepEqual(await written(), [], 'nobody asks')
    const asking = await endpoint(['campaign.deleted'])
    const id = await create({ name: 'short-lived', startAt: '2099-01-01T00:00:00Z' })
    await ask('POST', `/campaigns/${id}/stop`)
    await ask('DELETE', `/campaigns/${id}`)
    const [{ topic, payload }, ...others] = await written()
    assert.deepEqual([topic, payload.campaignId, others.length], ['campaign.deleted', id, 0])
    const { name, state, dialect, scenario, settings } = payload.campaign
    assert.deepEqual([name, state, dialect, typeof scenario.name], ['short-lived', 'stopped', 'native', 'string'])
    assert.ok(settings.pacing)
    await ask('PATCH', `/webhookEndpoints/${asking}`, { enabled: false })
    await ask('DELETE', `/campaigns/${await create()}`)
    assert.equal((await written()).length, 1)
  })

  test('campaigns are found by a part of their name and by their state', async () => {
    const id = await create({ name: 'Winter offers' })
    await ask('POST', `/campaigns/${id}/stop`)
    const found = async (query: string): Promise<string[]> =>
      (await ask('GET', `/campaigns?${query}`)).json().items.map((one: { id: string }) => one.id)
    assert.deepEqual(await found('name=WINTER'), [id])
    assert.ok((await found('state=stopped')).includes(id))
    assert.deepEqual(await found('name=winter&state=running'), [])
    assert.equal((await ask('GET', '/campaigns?state=sleeping')).statusCode, 422)
  })

  test('a wrong change names its field and changes nothing', async () => {
    const id = await create()
    const earlier = (await ask('GET', `/campaigns/${id}`)).json()
    for (const [change, pointer] of [
      [{ pacing: { maxCalls: 0 } }, '/pacing/maxCalls'],
      [{ windows: [{ from: '09:00', to: '09:00' }] }, '/windows'],
      [{ scenario: 'another' }, '/scenario'],
      [{}, ''],
      [{ expiresAt: 'tomorrow' }, '/expiresAt'],
    ] as const) {
      const answer = await ask('PATCH', `/campaigns/${id}`, change)
      assert.equal(answer.statusCode, 422, JSON.stringify(change))
      assert.ok(
        answer.json().errors.some((error: { pointer: string }) => error.pointer === pointer),
        answer.body,
      )
    }
    assert.deepEqual((await ask('GET', `/campaigns/${id}`)).json(), earlier)
  })

  test('a campaign goes with its contacts once nothing of it lives; before, it says why not', async () => {
    const id = await create()
    await ask('POST', `/campaigns/${id}/contacts`, contacts)
    await ask('POST', `/campaigns/${id}/start`)
    const running = await ask('DELETE', `/campaigns/${id}`)
    assert.deepEqual([running.statusCode, running.json().code], [409, 'in-use'])
    assert.match(running.json().title, /running: stop it first/)
    await ask('POST', `/campaigns/${id}/stop`)
    assert.equal((await ask('DELETE', `/campaigns/${id}`)).statusCode, 204)
    assert.equal((await ask('GET', `/campaigns/${id}`)).statusCode, 404)
    assert.equal((await ask('DELETE', `/campaigns/${id}`)).statusCode, 404)
    const { rows } = await database.pool.query(
      `select (select count(*) from contact where campaign_id = $1)::int as contacts, (select count(*) from pace where owner_id = $1)::int as paces`,
      [id],
    )
    assert.deepEqual({ ...rows[0] }, { contacts: 0, paces: 0 })
  })
})
