import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import fc from 'fast-check'
import { speedOf } from '../../src/compat/omicall/script.ts'
import { useTestDatabase } from '../fixtures/database.ts'
import { silentWav } from '../fixtures/silent-wav.ts'
import { type HttpGround, native, openHttp, tokenOf } from './surface.ts'

/** The steps of the vendor's own page, in their order. */
const scripts = [
  {
    targetId: '60e79bf81b20043c4e7a68d0',
    targetType: 'recording',
    targetValue: '1e942ee5-83f1-4893-9416-b4cbcb832e3c.mp3',
  },
  {
    speed: 1,
    targetType: 'callBotTextVariable',
    targetValue: 'Chào bạn, đây là cuộc gọi tự động từ tổng đài OMICALL. Cảm ơn bạn đã sử dụng dịch vụ của chúng tôi.',
    voice: 'northern_female_ngocanh',
  },
  { targetId: '6491781136826a5f9ce62910', targetType: 'ivrMenu', targetValue: '728341' },
  { targetType: 'ringGroup', targetId: '65af2e9cc567a1128d92ffcc', targetValue: '79149' },
]
const provisioning = {
  workspace: { name: 'Demo', timeZone: 'Asia/Ho_Chi_Minh', country: 'VN', maxCalls: 20, callsPerSecond: 20 },
  audio: [
    {
      path: '/greetings/1e942ee5-83f1-4893-9416-b4cbcb832e3c.mp3',
      name: 'Lời chào',
      file: silentWav(),
      externalIds: { omicall: '60e79bf81b20043c4e7a68d0' },
    },
  ],
  numbers: [{ name: 'Hotline', phone: '842471000000', trunk: 'Carrier in the box', externalIds: { omicall: 'h1' } }],
  voices: [{ name: 'northern_female_ngocanh', provider: 'espeak', voice: 'vi', language: 'vi' }],
  operatorGroups: [
    {
      name: 'Nhóm nội bộ',
      code: '79149',
      mode: 'all',
      operators: [{ name: 'Lan', phone: '84901111111' }],
      externalIds: { omicall: '65af2e9cc567a1128d92ffcc' },
    },
  ],
  scenarios: [
    {
      name: 'Tương tác phím',
      code: '728341',
      language: 'vi',
      startBlocks: [{ id: 'start', name: 'start', next: 'ask', parameters: [] }],
      blocks: [
        {
          ...{ id: 'ask', type: 'menu', audio: '/greetings/1e942ee5-83f1-4893-9416-b4cbcb832e3c.mp3' },
          ...{ keys: { '1': 'yes' }, timeoutSeconds: 3, repeats: 1, noInput: 'bye', noMatch: 'bye' },
        },
        { id: 'yes', type: 'mark', goal: true, next: 'bye' },
        { id: 'bye', type: 'hangup' },
      ],
      externalIds: { omicall: '6491781136826a5f9ce62910' },
    },
  ],
}
const session = {
  name: 'Phiên 1',
  scripts,
  numberCallOuts: ['842471000000'],
  numberCallPerTime: 2,
  durationOfEachCall: 5,
  maxRetryOfDetail: 2,
  retryAfterSeconds: 60,
  phoneNumberList: ['0395187319', '0901234567'],
}
const path = '/api/v2/autoCall/executeByPhone'

describe('the OMICall AutoCall API', () => {
  const database = useTestDatabase()
  let http: HttpGround
  before(async () => {
    http = await openHttp(database.pool)
    const applied = await ask('POST', `${native}/provisioning/apply`, provisioning)
    assert.equal(applied.status, 200, JSON.stringify(applied.body))
  })
  after(() => http.close())

  const ask = async (
    method: 'GET' | 'POST',
    url: string,
    payload?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ) => {
    const answer = await http.app.inject({
      method,
      url,
      headers: {
        authorization: `Bearer ${tokenOf('own', 'owner')}`,
        ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(payload === undefined ? {} : { payload: typeof payload === 'string' ? payload : JSON.stringify(payload) }),
    })
    return { status: answer.statusCode, body: answer.json() }
  }
  const campaigns = async (): Promise<number> =>
    (await database.pool.query(`select count(*) from campaign where dialect = 'omicall'`)).rows[0].count
  const refusedWith = async (body: unknown, pattern: RegExp): Promise<void> => {
    const before = await campaigns()
    const answer = await ask('POST', path, body)
    assert.deepEqual(
      [answer.status, answer.body.status_code, answer.body.payload.status, answer.body.payload.error],
      [200, -9999, 'fail', 'data_is_required'],
      JSON.stringify(answer.body),
    )
    assert.match(answer.body.payload.message, pattern)
    assert.equal(await campaigns(), before)
  }

  test("the vendor's own steps make a session of one scenario, with its phones, pace and redials", async () => {
    const { status, body } = await ask('POST', path, session)
    assert.equal(status, 200)
    const { payload, ...envelope } = body
    assert.deepEqual(envelope, {
      status_code: 9999,
      instance_id: 'stg',
      instance_name: 'dialwright',
      key_enabled: false,
    })
    const { autocall_id, items, ...rest } = payload
    assert.deepEqual(rest, {
      name: 'Phiên 1',
      page_number: 1,
      page_size: 50,
      total_items: 2,
      total_pages: 1,
      has_next: false,
      has_previous: false,
      next_page: 1,
      previous_page: 1,
    })
    assert.deepEqual(items[0].attribute_structure[0], {
      identify: false,
      field_code: 'phone_number',
      field_type: 'phone',
      value: [{ display_value: '0395187319', data_type: 'personal', value_type: 'Cá nhân' }],
    })
    const { rows } = await database.pool.query(
      `select c.state, c.settings, v.definition from campaign c join scenario_version v on v.id = c.scenario_version_id where c.id = $1`,
      [autocall_id],
    )
    const { state, settings, definition } = rows[0]
    assert.equal(state, 'running')
    assert.deepEqual(settings.pacing.wave, { size: 2, gapSeconds: 5 })
    assert.equal(settings.pacing.maxCalls, 2)
    assert.deepEqual([settings.retry.rules[0].tries, settings.retry.rules[0].intervalsSeconds], [2, [60]])
    assert.deepEqual(
      definition.blocks.map(({ type }: { type: string }) => type),
      ['say', 'say', 'menu', 'mark', 'transfer', 'hangup'],
    )
    const [greeting, text, menu, mark, transfer] = definition.blocks
    assert.equal(greeting.audio, '/greetings/1e942ee5-83f1-4893-9416-b4cbcb832e3c.mp3')
    assert.deepEqual([text.text, text.voice, text.speed], [scripts[1]?.targetValue, 'northern_female_ngocanh', 1.26])
    assert.deepEqual([menu.keys['1'], menu.noInput, mark.next], [mark.id, transfer.id, transfer.id])
    const phones = await database.pool.query('select phone from contact_phone where campaign_id = $1 order by phone', [
      autocall_id,
    ])
    assert.deepEqual(
      phones.rows.map(({ phone }) => phone),
      ['+84395187319', '+84901234567'],
    )
  })

  test('the same steps are the same scenario', async () => {
    const count = async () =>
      (await database.pool.query(`select count(*) from scenario where name like 'autoCall %'`)).rows[0].count
    await ask('POST', path, session)
    const before = await count()
    const answers = await Promise.all(
      [1, 2, 3].map(() => ask('POST', path, { ...session, scripts: scripts.slice(1, 2) })),
    )
    for (const { body } of answers) assert.equal(body.status_code, 9999, JSON.stringify(body))
    await ask('POST', path, session)
    assert.equal(await count(), before + 1)
  })

  test('without phones, under whatever name, it is an empty session', async () => {
    const { phoneNumberList: _, ...without } = session
    const { body } = await ask('POST', path, without)
    assert.deepEqual([body.status_code, body.payload.total_items, body.payload.items], [9999, 0, []])
    for (const name of ['phone_number_list', 'phoneNumbers', 'phones', 'phone_number']) {
      const named = await ask('POST', path, { ...without, [name]: ['0395187319'] })
      assert.equal(named.body.payload.total_items, 1, name)
    }
    await refusedWith({ ...session, phones: ['0395187319'] }, /^phones: the numbers stand in phoneNumberList already$/)
  })

  test('an instant to come is waited for', async () => {
    const sendTime = Date.now() + 3_600_000
    const { body } = await ask('POST', path, { ...session, sendTime })
    const { rows } = await database.pool.query('select state, start_at from campaign where id = $1', [
      body.payload.autocall_id,
    ])
    assert.deepEqual([rows[0].state, rows[0].start_at.epochMilliseconds], ['scheduled', sendTime])
  })

  test('all mistakes are named in one refusal, and nothing is made', async () => {
    await refusedWith({}, /^scripts: /)
    const wrong: readonly (readonly [object, RegExp])[] = [
      [{ scripts: [] }, /scripts: /],
      [{ scripts: [{ targetType: 'sing' }] }, /scripts\.0\.targetType: /],
      [{ scripts: [{ targetType: 'recording' }] }, /scripts\.0\.targetId: /],
      [
        { scripts: [{ targetType: 'recording', targetId: 'nowhere' }] },
        /scripts\.0\.targetId: there is nothing behind nowhere/,
      ],
      [{ scripts: [{ targetType: 'ivrMenu', targetValue: '0' }] }, /scripts\.0\.targetId: there is nothing behind 0/],
      [{ scripts: [{ targetType: 'callBotTextVariable', targetValue: ' ' }] }, /scripts\.0\.targetValue: /],
      [{ scripts: [{ ...scripts[1], speed: 4 }] }, /scripts\.0\.speed: /],
      [{ numberCallOuts: ['1'] }, /numberCallOuts\.0: the company has no number 1/],
      [{ numberCallPerTime: 21 }, /numberCallPerTime: at most 20 calls at once/],
      [{ durationOfEachCall: -1 }, /durationOfEachCall: /],
      [{ maxRetryOfDetail: 'x' }, /maxRetryOfDetail: /],
      [{ retryAfterSeconds: 1.5 }, /retryAfterSeconds: /],
      [{ sendTime: 'now' }, /sendTime: /],
      [{ phoneNumberList: ['0395187319', 'x'] }, /phoneNumberList\.1: /],
      [{ numberCallOuts: ['1'], phoneNumberList: ['x'] }, /numberCallOuts\.0: .*phoneNumberList\.0: /],
    ]
    for (const [changes, pattern] of wrong) await refusedWith({ ...session, ...changes }, pattern)
    const bad = await ask('POST', path, '{')
    assert.deepEqual([bad.status, bad.body.status_code], [200, -9999])
  })

  test('the door refuses with 401 and the same envelope', async () => {
    const { status, body } = await ask('POST', path, session, { authorization: 'Bearer nobody' })
    assert.deepEqual([status, body.status_code, body.payload.status], [401, -9999, 'fail'])
  })

  test('an apiKey gives a token for a day, which may do the same', async () => {
    const { status, body } = await ask('GET', `/api/auth?apiKey=${tokenOf('own', 'analyst')}`)
    assert.equal(status, 200)
    assert.deepEqual([body.payload.access_type, body.payload.token_type], ['normal', 'Bearer'])
    const as = { authorization: `bearer ${body.payload.access_token}` }
    assert.equal((await ask('GET', '/api/call_center/hotline/list', undefined, as)).body.status_code, 9999)
    assert.equal((await ask('POST', path, session, as)).status, 403)
    assert.equal((await ask('GET', '/api/auth?apiKey=nobody')).status, 401)
    assert.equal((await ask('GET', '/api/auth')).status, 401)
  })

  test('what a session can be made of is listed', async () => {
    const names = async (url: string): Promise<string[]> =>
      (await ask('GET', url)).body.payload.items.map(({ id }: { id: string }) => id)
    assert.ok((await names('/api/call_center/hotline/list')).includes('h1'))
    assert.deepEqual(await names('/api/call_center/greeting/list'), ['60e79bf81b20043c4e7a68d0'])
    assert.ok((await names('/api/call_bot/script/list')).includes('6491781136826a5f9ce62910'))
    const page = (await ask('GET', '/api/call_center/call_script/list?page=2&size=1')).body.payload
    assert.deepEqual([page.page_number, page.page_size, page.items.length, page.has_previous], [2, 1, 1, true])
  })

  test('hooks are registered, listed and taken away', async () => {
    const url = 'http://127.0.0.1:9/hook'
    const webhook = { type: 'call', url, events: ['ringing', 'HANGUP'] }
    const first = await ask('POST', '/api/webhooks/register', { webhook })
    assert.equal(first.body.status_code, 9999, JSON.stringify(first.body))
    const again = await ask('POST', '/api/webhooks/register', { webhook: { type: 'call', url, events: [] } })
    assert.equal(again.body.payload.id, first.body.payload.id)
    const [hook, ...more] = (await ask('GET', '/api/webhooks/list')).body.payload
    assert.deepEqual([hook.url, hook.events, more.length], [url, ['ringing', 'answered', 'hangup'], 0])
    const gone = await ask('POST', '/api/webhooks/destroy?hook_type=call')
    assert.deepEqual([gone.body.status_code, gone.body.payload.destroyed], [9999, 1])
    assert.deepEqual((await ask('GET', '/api/webhooks/list')).body.payload, [])
    const contact = await ask('POST', '/api/webhooks/register', { webhook: { ...webhook, type: 'contact' } })
    assert.match(contact.body.payload.message, /not yet in effect/)
  })

  test('the history answers for what is asked', async () => {
    const { rows } = await database.pool.query(`select id from workspace where name = 'Demo'`)
    const insert = (phone: string, disposition: string, talkMs: number) =>
      database.pool.query(
        `insert into call (id, workspace_id, direction, phone, caller_id, disposition, created_at, started_at, answered_at, ended_at, talk_ms, ended_by)
         values ($1, $2, 'out', $3, '842471000000', $4, dw_clock(), dw_clock(), case when $5 > 0 then dw_clock() end, dw_clock(), $5, 'callee')`,
        [crypto.randomUUID(), rows[0].id, phone, disposition, talkMs],
      )
    await insert('84900000001', 'answered', 12_400)
    await insert('84900000002', 'busy', 0)
    const search = async (body: object) => (await ask('POST', '/api/v3/call-transaction/search', body)).body.payload
    const [answered, ...more] = (await search({ disposition: 'ANSWERED', keyword: '8490000000' })).items
    assert.equal(more.length, 0)
    assert.deepEqual(
      [answered.destination_number, answered.direction, answered.disposition, answered.bill_sec, answered.is_auto_call],
      ['84900000001', 'outbound', 'answered', 12, false],
    )
    assert.equal((await search({ disposition: 'cancelled' })).items[0].phone_number, '84900000002')
    assert.equal((await search({ to_date: 1 })).total_items, 0)
    assert.equal((await search({ direction: 'inbound' })).total_items, 0)
    assert.equal((await ask('POST', '/api/v3/call-transaction/search', { page: 0 })).body.status_code, -9999)
  })

  test('no body by chance brings a 5xx or half a session', async () => {
    const value = fc.oneof(
      fc.jsonValue({ maxDepth: 3 }),
      fc.constantFrom('', '0', 0, 1, null, -1, 1e21, '\u0000', scripts),
    )
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.constantFrom(...Object.keys(session), 'sendTime'), value), async (changes) => {
        const before = await campaigns()
        const { status, body } = await ask('POST', path, { ...session, ...changes })
        assert.equal(status, 200, JSON.stringify(changes))
        assert.equal(await campaigns(), before + (body.status_code === 9999 ? 1 : 0))
      }),
      { numRuns: Number(process.env.DIALWRIGHT_HOSTILE_RUNS ?? 100), seed: 13 },
    )
  })

  test('speeds run from half to twice', () => {
    assert.deepEqual([-3, 0, 3].map(speedOf), [0.5, 1, 2])
  })
})
