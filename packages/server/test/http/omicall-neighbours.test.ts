/** What OMICall's clients need beside a session: tokens, lists, hooks, the history of calls. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { useTestDatabase } from '../fixtures/database.ts'
import { executePath, OmicallGround, session } from './omicall-ground.ts'
import { tokenOf } from './surface.ts'

const search = '/api/v3/call-transaction/search'

describe("the neighbours of OMICall's sessions", () => {
  const database = useTestDatabase()
  let omicall: OmicallGround
  before(async () => {
    omicall = await OmicallGround.open(database.pool)
  })
  after(() => omicall.close())

  test('an apiKey gives a token for a day, which may do the same', async () => {
    const payload = await omicall.done('GET', `/api/auth?apiKey=${tokenOf('own', 'analyst')}`)
    assert.deepEqual([payload.access_type, payload.token_type], ['normal', 'Bearer'])
    const as = { authorization: `bearer ${payload.access_token}` }
    await omicall.done('GET', '/api/call_center/hotline/list', undefined, as)
    const forbidden = await omicall.ask('POST', executePath, session, as)
    assert.deepEqual([forbidden.status, forbidden.body.status_code], [403, -9999])
    const { rows } = await database.pool.query(
      'select round(extract(epoch from expires_at - created_at) / 3600)::int as hours from api_token where expires_at is not null',
    )
    assert.deepEqual(
      rows.map(({ hours }) => hours),
      [24],
    )
  })

  test('what a session can be made of is listed, in pages that know how many there are', async () => {
    const ids = async (url: string): Promise<string[]> =>
      (await omicall.done('GET', url)).items.map(({ id }: { id: string }) => id)
    assert.ok((await ids('/api/call_center/hotline/list')).includes('h1'))
    assert.ok((await ids('/api/call_center/greeting/list')).includes('60e79bf81b20043c4e7a68d0'))
    assert.ok((await ids('/api/call_bot/script/list')).includes('6491781136826a5f9ce62910'))
    const all = await omicall.done('GET', '/api/call_center/call_script/list')
    await omicall.done('POST', executePath, session)
    const { items, ...page } = await omicall.done('GET', '/api/call_center/call_script/list?page=2&size=2')
    assert.deepEqual(items, all.items.slice(2, 4), 'those that sessions made are no menus')
    const pages = Math.ceil(all.total_items / 2)
    const common = { page_size: 2, total_items: all.total_items, total_pages: pages, has_previous: true }
    assert.deepEqual(page, {
      ...{ ...common, page_number: 2, has_next: pages > 2 },
      ...{ next_page: Math.min(3, pages), previous_page: 1 },
    })
    const beyond = await omicall.done('GET', '/api/call_center/call_script/list?page=99&size=2')
    assert.deepEqual(beyond, {
      ...{ ...common, page_number: 99, has_next: false },
      ...{ next_page: pages, previous_page: pages, items: [] },
    })
  })

  test('hooks are registered, listed and taken away', async () => {
    const url = 'http://127.0.0.1:9/hook'
    const register = (webhook: object) => omicall.done('POST', '/api/webhooks/register', { webhook })
    const listed = () => omicall.done('GET', '/api/webhooks/list')
    const { id } = await register({ type: 'call', url, events: ['ringing', 'HANGUP'] })
    assert.deepEqual((await listed())[0].events, ['ringing', 'hangup'])
    assert.equal((await register({ type: 'call', url, events: null })).id, id)
    const [{ created_date, ...hook }, ...more] = await listed()
    assert.deepEqual([hook, more], [{ id, type: 'call', url, events: ['ringing', 'answered', 'hangup'] }, []])
    assert.ok(Number.isSafeInteger(created_date))
    assert.equal((await omicall.done('POST', '/api/webhooks/destroy?hook_type=contact')).destroyed, 0)
    assert.equal((await omicall.done('POST', '/api/webhooks/destroy?hook_type=call')).destroyed, 1)
    assert.deepEqual(await listed(), [])
    const empty = await omicall.done('POST', '/api/webhooks/destroy?hook_type=call', '')
    assert.equal(empty.destroyed, 0, 'a Content-Type without a body is no mistake')
    assert.equal((await register({ type: 'call', url })).id, id, 'the same hook again')
  })

  test('an address that is registered many times at once is one hook', async () => {
    // The first of them open their connections, which takes longer than the work.
    for (const round of [1, 2, 3]) {
      const webhook = { type: 'call', url: `http://127.0.0.1:9/at-once/${round}` }
      const answers = await Promise.all(
        Array.from({ length: 8 }, () => omicall.done('POST', '/api/webhooks/register', { webhook })),
      )
      assert.equal(new Set(answers.map(({ id }) => id)).size, 1)
    }
  })

  test('the history answers for each filter alone, for all together, and page by page', async () => {
    const { autocall_id } = await omicall.done('POST', executePath, session)
    const { rows } = await database.pool.query(`select id from workspace where name = 'Demo'`)
    const at = Date.parse('2026-11-02T03:04:05.678Z')
    type Made = { direction?: string; disposition?: string; talkMs?: number; campaign?: string }
    const insert = (nth: number, { direction = 'out', disposition = 'busy', talkMs = 0, campaign }: Made) =>
      database.pool.query(
        `insert into call (id, workspace_id, direction, phone, caller_id, disposition, created_at, started_at, answered_at, ended_at,
                           talk_ms, ended_by, campaign_id)
         select $1, $2, $3, $4, '842471000000', $5, t, t, case when $6 > 0 then t + interval '3 s' end, t + interval '20 s', $6, 'callee', $7
           from (select to_timestamp($8::float8 / 1000) as t) x`,
        [
          crypto.randomUUID(),
          rows[0].id,
          direction,
          `8490000000${nth}`,
          disposition,
          talkMs,
          campaign,
          at + nth * 1_000,
        ],
      )
    await insert(1, { disposition: 'answered', talkMs: 12_400, campaign: autocall_id })
    await insert(2, { campaign: autocall_id })
    await insert(3, { direction: 'in', disposition: 'answered', talkMs: 5_000 })
    await insert(4, { disposition: 'no-answer' })
    const find = (query: object) => omicall.done('POST', search, query)
    /** The last digits of the numbers, the newest call first. */
    const found = async (query: object): Promise<string> =>
      (await find(query)).items.map(({ phone_number }: { phone_number: string }) => phone_number.at(-1)).join('')
    const filters: readonly (readonly [query: object, found: string])[] = [
      [{}, '4321'],
      [{ disposition: 'ANSWERED' }, '31'],
      [{ disposition: 'cancelled' }, '42'],
      [{ direction: 'inbound' }, '3'],
      [{ direction: 'OUTBOUND' }, '421'],
      [{ keyword: '0000002' }, '2'],
      [{ keyword: 84900000001 }, '1'],
      [{ keyword: '8424710' }, '4321'],
      [{ keyword: '%' }, ''],
      [{ from_date: at + 3_000 }, '43'],
      [{ to_date: at + 3_000 }, '21'],
      [{ from_date: at + 2_000, to_date: at + 4_000 }, '32'],
      [{ from_date: at + 4_000, to_date: at + 2_000 }, ''],
      [{ autocall_id }, '21'],
      [{ autocall_id: autocall_id.toUpperCase() }, '21'],
      [{ autocall_id: 'nobody' }, ''],
      [{ autocall_id, disposition: 'answered', direction: 'outbound', keyword: '84900', from_date: at }, '1'],
      [{ autocall_id, direction: 'inbound' }, ''],
      [{ page: 1, size: 3 }, '432'],
      [{ page: 2, size: 3 }, '1'],
      [{ page: 3, size: 3 }, ''],
    ]
    for (const [query, phones] of filters) assert.equal(await found(query), phones, JSON.stringify(query))
    const { items, ...beyond } = await find({ page: 9, size: 3 })
    assert.deepEqual(
      [items, beyond],
      [
        [],
        {
          ...{ page_number: 9, page_size: 3, total_items: 4, total_pages: 2 },
          ...{ has_next: false, has_previous: true, next_page: 2, previous_page: 2 },
        },
      ],
    )
    const [{ transaction_id, ...first }] = (await find({ keyword: '84900000001' })).items
    const second = Math.floor((at + 1_000) / 1_000)
    assert.match(transaction_id, /^[0-9a-f-]{36}$/)
    assert.deepEqual(first, {
      ...{ direction: 'outbound', source_number: '842471000000', destination_number: '84900000001' },
      ...{ phone_number: '84900000001', hotline: '842471000000', sip_number: null, provider: null },
      ...{ disposition: 'answered', bill_sec: 12, record_seconds: 0, answer_sec: 3, duration: 20 },
      ...{ time_start_call: second, time_answered: second + 3, time_end_call: second + 20 },
      ...{ recording_file_url: null, call_out_price: null, is_auto_call: true, autocall_uuid: null, autocall_id },
      ...{ tag: [], note: null, created_date: at + 1_000 },
    })
  })

  test('a number is found by every spelling of it', async () => {
    await database.pool.query(
      `insert into call (id, workspace_id, direction, phone, phone_key, caller_id, disposition, created_at, started_at, ended_at, talk_ms,
                         ended_by)
       select gen_random_uuid(), id, 'out', '+84395187319', '84395187319', '842471000055', 'busy', dw_clock(), dw_clock(), dw_clock(), 0,
              'callee' from workspace where name = 'Demo'`,
    )
    const spellings = ['0395187319', '+84 395 187 319', '(039) 518-7319', '395187319', '0247 100 0055', '+842471000055']
    for (const keyword of spellings) {
      const { total_items } = await omicall.done('POST', search, { keyword })
      assert.equal(total_items, 1, keyword)
    }
    for (const keyword of ['0395187318', 'x0395187319'])
      assert.equal((await omicall.done('POST', search, { keyword })).total_items, 0, keyword)
    for (const number of ['0247 100 0000', '02471000000', '+84 247 100 0000', 842471000000])
      await omicall.done('POST', executePath, { ...session, numberCallOuts: [number] })
    const unknown = { ...session, numberCallOuts: ['02471000001'] }
    assert.equal(
      await omicall.refused('POST', executePath, unknown),
      'numberCallOuts.0: the company has no number 02471000001',
    )
  })

  test('a session that has an id of the vendor is found and shown by it', async () => {
    const { autocall_id } = await omicall.done('POST', executePath, session)
    await database.pool.query(
      `insert into external_id (workspace_id, dialect, kind, external_id, resource_id)
       select workspace_id, 'omicall', 'campaign', '65af', id from campaign where id = $1`,
      [autocall_id],
    )
    await database.pool.query(
      `insert into call (id, workspace_id, direction, phone, disposition, created_at, started_at, ended_at, talk_ms, ended_by, campaign_id)
       select gen_random_uuid(), workspace_id, 'out', '84900000009', 'busy', dw_clock(), dw_clock(), dw_clock(), 0, 'callee', id
         from campaign where id = $1`,
      [autocall_id],
    )
    for (const asked of ['65af', autocall_id]) {
      const { items } = await omicall.done('POST', search, { autocall_id: asked })
      assert.deepEqual(
        items.map((item: { autocall_id: string }) => item.autocall_id),
        ['65af'],
      )
    }
  })
})
