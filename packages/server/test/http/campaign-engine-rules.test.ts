/** Policies, waves and numbers of its own: what a campaign is told of them, how it is changed, and what is refused by name. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { freeLines } from '../../src/numbers/free-lines.ts'
import { useTestDatabase } from '../fixtures/database.ts'
import { campaign, contacts, type HttpGround, native, openHttp, tokenOf } from './surface.ts'

describe('rules of the engine over the native API', () => {
  const database = useTestDatabase()
  let http: HttpGround
  before(async () => {
    http = await openHttp(database.pool)
    await make('trunks', { name: 'second', host: '127.0.0.1', port: 5999 })
    await make('numbers', { name: 'north', phone: '79996662301', trunk: 'Carrier in the box', maxCalls: 3 })
    await make('numbers', { name: 'south', phone: '79996662302', trunk: 'second' })
    await make('numbers', { name: 'over', phone: '79996662303', trunk: 'second', validUntil: '2020-01-01T00:00:00Z' })
  })
  after(() => http.close())

  const ask = (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, payload?: object) =>
    http.app.inject({
      method,
      url: `${native}/${path}`,
      headers: { authorization: `Bearer ${tokenOf('own', 'owner')}` },
      ...(payload === undefined ? {} : { payload }),
    })
  const make = async (path: string, body: object): Promise<string> => {
    const answer = await ask('POST', path, body)
    assert.equal(answer.statusCode, 201, answer.body)
    return answer.json().id
  }
  const idOf = async (path: string, name: string): Promise<string> =>
    (await ask('GET', `${path}?name=${name}`)).json().items[0].id
  const shown = async (id: string) => (await ask('GET', `campaigns/${id}`)).json()
  const viaNumbers = (...numbers: unknown[]) => ({ ...campaign, route: { via: 'numbers', numbers } })

  test('the packs that there are say what they hold, as of when and from where', async () => {
    const { items } = (await ask('GET', 'policies')).json()
    const [pack] = items
    assert.equal(pack.name, 'ru-230fz')
    assert.match(pack.asOf, /^\d{4}-\d\d-\d\d$/)
    assert.ok(pack.source.includes('230-FZ') && pack.version !== '')
    assert.deepEqual(pack.calendar, { years: { from: 2025, to: 2026 } })
    assert.deepEqual(pack.caps, [
      { period: 'day', talks: 1 },
      { period: 'week', talks: 2 },
      { period: 'month', talks: 8 },
    ])
  })

  test('a campaign takes policies and waves, is changed in them, and refuses a pack that there is not by its name', async () => {
    const wave = { size: 20, gapSeconds: 30 }
    const id = await make('campaigns', { ...campaign, policies: ['ru-230fz'], pacing: { wave } })
    const { settings } = await shown(id)
    assert.deepEqual([settings.policies, settings.pacing.wave], [['ru-230fz'], wave])
    const refused = await ask('POST', 'campaigns', { ...campaign, policies: ['ru-230fz', 'ru-231fz'] })
    assert.equal(refused.statusCode, 422, refused.body)
    assert.match(refused.body, /policies\/1/)
    assert.match(refused.body, /there is no policy \\"ru-231fz\\": expected ru-230fz/)
    assert.equal((await ask('PATCH', `campaigns/${id}`, { policies: ['x'] })).statusCode, 422)
    const smaller = { size: 5, gapSeconds: 0.5 }
    await ask('PATCH', `campaigns/${id}`, { pacing: { wave: smaller } })
    assert.deepEqual((await shown(id)).settings.pacing, {
      callsPerSecond: 1,
      maxCalls: 10,
      pauseSeconds: 0,
      wave: smaller,
    })
    await ask('PATCH', `campaigns/${id}`, { pacing: { wave: null }, policies: [] })
    const changed = (await shown(id)).settings
    assert.deepEqual([changed.pacing.wave, changed.policies], [undefined, []])
  })

  test('explain names the policy among the gates', async () => {
    const id = await make('campaigns', { ...campaign, policies: ['ru-230fz'] })
    await ask('POST', `campaigns/${id}/contacts`, contacts)
    const { gates } = (await ask('GET', `explain?campaign=${id}&phone=74951234567&at=2026-03-02T23:30:00Z`)).json()
    const gate = gates.find((one: { gate: string }) => one.gate === 'policy-hours')
    assert.deepEqual(gate, {
      ...{ gate: 'policy-hours', open: false, reason: 'ru-230fz: outside-legal-hours', until: '2026-03-03T05:00:00Z' },
    })
  })

  test('a campaign via numbers shows them, takes people, is given others, and leaves nothing behind', async () => {
    const [north, south] = [await idOf('numbers', 'north'), await idOf('numbers', 'south')]
    const id = await make('campaigns', viaNumbers('north', south))
    assert.deepEqual((await shown(id)).route, { via: 'numbers', numbers: [north, south] })
    assert.equal((await ask('POST', `campaigns/${id}/contacts`, contacts)).json().accepted, 1)
    const groups = (await ask('GET', 'callerIdGroups')).json().items
    assert.ok(groups.every((group: { name: string }) => group.name !== id))
    const changed = await ask('PATCH', `campaigns/${id}`, { route: { via: 'numbers', numbers: ['south'] } })
    assert.equal(changed.statusCode, 200, changed.body)
    assert.deepEqual((await shown(id)).route, { via: 'numbers', numbers: [south] })
    const inUse = await ask('DELETE', `numbers/${south}`)
    assert.equal(inUse.statusCode, 409)
    assert.deepEqual(inUse.json().usedBy, [{ kind: 'campaign', id, name: campaign.name }])
    assert.equal((await ask('DELETE', `campaigns/${id}`)).statusCode, 204)
    const left = await database.pool.query('select from caller_id_group where campaign_id = $1', [id])
    assert.equal(left.rowCount, 0)
  })

  test('numbers that are not there, or twice, are refused by their places; a dialplan is no list of numbers', async () => {
    const refused = await ask('POST', 'campaigns', viaNumbers('north', 'nobody', 'north'))
    assert.equal(refused.statusCode, 422)
    assert.match(refused.body, /route\/numbers\/1/)
    assert.match(refused.body, /route\/numbers\/2/)
    assert.equal((await ask('POST', 'campaigns', viaNumbers())).statusCode, 422)
    const byDialplan = await make('campaigns', campaign)
    const changed = await ask('PATCH', `campaigns/${byDialplan}`, { route: { via: 'numbers', numbers: ['north'] } })
    assert.equal(changed.statusCode, 422, changed.body)
    assert.equal((await shown(byDialplan)).route.via, 'dialplan')
  })

  test('explain says when no number of a campaign is valid', async () => {
    const id = await make('campaigns', viaNumbers('over'))
    await ask('POST', `campaigns/${id}/contacts`, contacts)
    const { gates } = (await ask('GET', `explain?campaign=${id}&phone=74951234567`)).json()
    const shut = gates.filter(({ open }: { open: boolean }) => !open).map(({ reason }: { reason: string }) => reason)
    assert.ok(shut.includes('no-number-valid'), JSON.stringify(gates))
  })

  test('a group of numbers is regional with a cap of the day, which is changed and taken away', async () => {
    const id = await make('callerIdGroups', {
      name: 'near',
      numbers: ['north', 'south'],
      mode: 'regional',
      dailyCap: 40,
    })
    const group = async () => {
      const { mode, dailyCap } = (await ask('GET', `callerIdGroups/${id}`)).json()
      return [mode, dailyCap]
    }
    assert.deepEqual(await group(), ['regional', 40])
    await ask('PATCH', `callerIdGroups/${id}`, { dailyCap: 7 })
    assert.deepEqual(await group(), ['regional', 7])
    await ask('PATCH', `callerIdGroups/${id}`, { mode: 'random', dailyCap: null })
    assert.deepEqual(await group(), ['random', null])
    assert.equal(
      (await ask('POST', 'callerIdGroups', { name: 'far', numbers: ['north'], dailyCap: 0 })).statusCode,
      422,
    )
  })

  test('free lines of a number are its limit without what lives, none where it is not valid, null without a limit', async () => {
    const [north, south, over] = [
      await idOf('numbers', 'north'),
      await idOf('numbers', 'south'),
      await idOf('numbers', 'over'),
    ]
    const { rows } = await database.pool.query<{ workspaceId: string; trunkId: string }>(
      'select workspace_id as "workspaceId", trunk_id as "trunkId" from phone_number where id = $1',
      [north],
    )
    const [number] = rows
    assert.ok(number !== undefined)
    const { rows: nodes } = await database.pool.query<{ node: number }>(
      "insert into dialer_node (name, epoch, expires_at) values ('free-lines', 1, dw_clock()) returning node",
    )
    await database.pool.query(
      `insert into live_leg (leg_id, call_id, workspace_id, direction, phone, trunk_id, number_id, node, epoch, start_at)
       values (gen_random_uuid(), gen_random_uuid(), $1, 'in', '7', $2, $3, $4, 1, dw_clock())`,
      [number.workspaceId, number.trunkId, north, nodes[0]?.node],
    )
    const lines = await freeLines(database.pool, number.workspaceId, [north, south, over])
    assert.deepEqual(
      [north, south, over].map((id) => lines.get(id)),
      [
        { all: 3, free: 2 },
        { all: null, free: null },
        { all: null, free: 0 },
      ],
    )
    assert.ok((await freeLines(database.pool, number.workspaceId)).size >= 4)
    await database.pool.query("delete from live_leg where direction = 'in'")
  })

  test('whoever a policy made wait before the first call waits no more when it is taken away', async () => {
    const id = await make('campaigns', { ...campaign, policies: ['ru-230fz'] })
    await ask('POST', `campaigns/${id}/contacts`, contacts)
    const due = async (): Promise<boolean> => {
      const { rows } = await database.pool.query<{ isDue: boolean }>(
        'select due_at <= dw_clock() as "isDue" from contact where campaign_id = $1',
        [id],
      )
      return rows[0]?.isDue ?? false
    }
    await database.pool.query(
      `update contact set due_at = dw_clock() + interval '20 days', put_off_from = due_at where campaign_id = $1`,
      [id],
    )
    await ask('PATCH', `campaigns/${id}`, { pacing: { maxCalls: 5 } })
    assert.equal(await due(), false)
    await ask('PATCH', `campaigns/${id}`, { policies: [] })
    assert.equal(await due(), true)
  })

  test('isTest is changed while a campaign is paused or runs: the policies hold, or hold no more, from then on', async () => {
    const id = await make('campaigns', { ...campaign, policies: ['ru-230fz'] })
    await ask('POST', `campaigns/${id}/contacts`, contacts)
    await ask('POST', `campaigns/${id}/start`)
    const gate = async (): Promise<string> => {
      const { gates } = (await ask('GET', `explain?campaign=${id}&phone=74951234567&at=2026-03-02T23:30:00Z`)).json()
      return gates.find((one: { gate: string }) => one.gate === 'policy-hours').reason
    }
    const outside = 'ru-230fz: outside-legal-hours'
    assert.equal(await gate(), outside)
    const running = await ask('PATCH', `campaigns/${id}`, { isTest: true })
    assert.deepEqual([running.statusCode, running.json().isTest, running.json().state], [200, true, 'running'])
    assert.deepEqual([await gate(), (await shown(id)).settings.policies], ['no-policy', ['ru-230fz']])
    await ask('POST', `campaigns/${id}/pause`)
    const paused = await ask('PATCH', `campaigns/${id}`, { isTest: false })
    assert.deepEqual([paused.json().isTest, paused.json().state], [false, 'paused'])
    assert.equal(await gate(), outside)
    assert.equal((await ask('PATCH', `campaigns/${id}`, { isTest: 1 })).statusCode, 422)
  })

  test('a window over midnight is two windows, the second of the next day; one of no length is refused', async () => {
    const windows = [{ zone: 'callee', days: [5, 7], from: '22:00', to: '06:00' }]
    const id = await make('campaigns', { ...campaign, windows })
    assert.deepEqual((await shown(id)).settings.windows, [
      { zone: 'callee', days: [5, 7], fromSecond: 79_200, toSecond: 86_399 },
      { zone: 'callee', days: [6, 1], fromSecond: 0, toSecond: 21_599 },
    ])
    await ask('PATCH', `campaigns/${id}`, { windows: [{ from: '22:00', to: '00:00' }] })
    assert.deepEqual((await shown(id)).settings.windows, [{ zone: 'callee', fromSecond: 79_200, toSecond: 86_399 }])
    for (const [from, to] of [
      ['09:00', '09:00'],
      ['24:00', '06:00'],
    ]) {
      const refused = await ask('POST', 'campaigns', { ...campaign, windows: [{ from, to }] })
      assert.equal(refused.statusCode, 422)
      assert.match(refused.body, /over midnight/)
    }
  })

  test('where the hours never open, explain and the list of those who wait say so, and what to do', async () => {
    const windows = [{ from: '09:00', to: '18:00' }]
    const id = await make('campaigns', { ...campaign, windows })
    // A Russian mobile may be anywhere in Russia, from Kaliningrad to Kamchatka.
    const anywhere = { phones: ['+79161234567'], variables: {} }
    const placed = { phones: ['+79161234568'], variables: {}, zone: 'Europe/Moscow' }
    const { accepted } = (await ask('POST', `campaigns/${id}/contacts`, { contacts: [anywhere, placed] })).json()
    assert.equal(accepted, 2)
    await ask('POST', `campaigns/${id}/start`)
    const at = '2026-03-02T22:30:00Z'
    const why = async (phone: string) => (await ask('GET', `explain?campaign=${id}&phone=${phone}&at=${at}`)).json()
    const { verdict, nextAt, gates } = await why('79161234567')
    const shut = gates.find((gate: { gate: string }) => gate.gate === 'window')
    assert.deepEqual([verdict, nextAt, shut.open, shut.until], ['never', null, false, undefined])
    assert.match(shut.reason, /^outside-calling-window: never open: .* in all \d+ zones .*give the contact its zone/)
    const other = await why('79161234568')
    assert.deepEqual([other.verdict, typeof other.nextAt], ['waiting', 'string'])
    const { items } = (await ask('GET', `campaigns/${id}/waiting`)).json()
    const reasonOf = (phone: string) => items.find((one: { phones: string[] }) => one.phones[0] === phone)
    assert.deepEqual([reasonOf('+79161234567').reason, reasonOf('+79161234567').until], ['hours-never-open', null])
    assert.notEqual(reasonOf('+79161234568').reason, 'hours-never-open')
  })
})
