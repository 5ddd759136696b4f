import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import fc from 'fast-check'
import { demoIds } from '../../src/demo/provisioning.ts'
import { useTestDatabase } from '../fixtures/database.ts'
import { type HttpGround, openHttp, tokenOf } from './surface.ts'

describe('the TWIN24 task API', () => {
  const database = useTestDatabase()
  const token = tokenOf('own', 'owner')
  const example = (): Record<string, unknown> =>
    JSON.parse(readFileSync(new URL('../../../../docs/examples/twin-task.json', import.meta.url), 'utf8'))
  let http: HttpGround
  let app: HttpGround['app']

  before(async () => {
    http = await openHttp(database.pool)
    app = http.app
  })
  after(() => http.close())

  const post = (url: string, payload: unknown, authorization = `Bearer ${token}`) =>
    app.inject({
      method: 'POST',
      url,
      headers: { authorization, 'content-type': 'application/json' },
      payload: typeof payload === 'string' ? payload : JSON.stringify(payload),
    })
  const createTask = async (changes: Record<string, unknown> = {}): Promise<string> =>
    (await post('/api/cis/beta/tasks', { ...example(), ...changes })).json().id
  const campaigns = async (): Promise<number> =>
    (await database.pool.query('select count(*) from campaign')).rows[0].count

  test('a document that was applied twice made everything once', async () => {
    const counts = await database.pool.query(
      'select (select count(*) from trunk) as trunks, (select count(*) from scenario_version) as versions, (select count(*) from app_user) as users, (select count(*) from route) as routes',
    )
    assert.deepEqual({ ...counts.rows[0] }, { trunks: 1, versions: 1, users: 1, routes: 1 })
  })

  test("the vendor's own example makes a task and answers with its id alone", async () => {
    const answer = await post('/api/cis/beta/tasks', example())
    assert.equal(answer.statusCode, 200)
    assert.deepEqual(Object.keys(answer.json()), ['id'])
    assert.match(answer.json().id, /^[0-9a-f]{8}-[0-9a-f]{4}-7/)
    const { rows } = await database.pool.query(
      'select settings, state, normalization, not_yet from campaign where id = $1',
      [answer.json().id],
    )
    assert.equal(rows[0].state, 'draft')
    assert.equal(rows[0].normalization, 'ru')
    assert.deepEqual(rows[0].settings.windows, [{ zone: 'callee', fromSecond: 32500, toSecond: 79000 }])
    assert.deepEqual(rows[0].settings.retry.rules[0], { on: ['busy', 'rejected'], tries: 3, intervalsSeconds: [900] })
    assert.equal(rows[0].settings.callerId.number, '79996662211')
    assert.deepEqual(rows[0].not_yet.amd, { enabled: true, mode: 'back', file: null })
  })

  test('dotted keys, ones and zeros and empty values are read as the nested form', async () => {
    const { allowedTimeRange: _, amd: __, recallRules: ___, ...rest } = example()
    const answer = await post('/api/cis/beta/tasks', {
      ...rest,
      'allowedTimeRange.from': 100,
      'allowedTimeRange.to': 200,
      'amd.enabled': 1,
      'amd.mode': 'blok',
      'recallRules.BUSY.enabled': 1,
      'recallRules.BUSY.tries': '',
      isTest: 0,
      scheduledAt: '',
    })
    assert.equal(answer.statusCode, 200, answer.body)
    const { rows } = await database.pool.query('select settings, not_yet from campaign where id = $1', [
      answer.json().id,
    ])
    assert.deepEqual(rows[0].settings.windows, [{ zone: 'callee', fromSecond: 100, toSecond: 200 }])
    assert.deepEqual(rows[0].settings.retry.rules, [{ on: ['busy', 'rejected'], tries: 1, intervalsSeconds: [900] }])
    assert.equal(rows[0].not_yet.amd.mode, 'block')
  })

  const refused: Record<string, [changes: Record<string, unknown>, field: string]> = {
    'an unknown bot': [{ botId: '00000000-0000-4000-8000-000000000000' }, 'botId'],
    'an unknown dialplan': [{ dialplanId: 'nowhere' }, 'dialplanId'],
    'the merged caller id of 22 digits': [
      { defaultCallerId: { type: 'Custom ', data: '7913391204779996662211' } },
      'defaultCallerId.data',
    ],
    'intensity 0': [{ intensity: 0 }, 'intensity'],
    'intensity 6': [{ intensity: 6 }, 'intensity'],
    'intensity 2.5': [{ intensity: 2.5 }, 'intensity'],
    'intensity "1"': [{ intensity: '1' }, 'intensity'],
    'a window that ends before it begins': [{ allowedTimeRange: { from: 200, to: 100 } }, 'allowedTimeRange.from'],
    'a second beyond the day': [{ allowedTimeRange: { from: 0, to: 86_400 } }, 'allowedTimeRange.to'],
    'dotted and nested keys that disagree': [{ 'amd.enabled': false }, 'amd.enabled'],
    'a missing name': [{ name: undefined }, 'name'],
    'a time without its offset': [{ scheduledAt: '13.10.2022' }, 'scheduledAt'],
    'tries that are no number': [{ recallRules: { BUSY: { enabled: true, tries: 'many' } } }, 'recallRules.BUSY.tries'],
  }
  for (const [what, [changes, field]] of Object.entries(refused)) {
    test(`${what} is refused by name and makes nothing`, async () => {
      const before = await campaigns()
      const answer = await post('/api/cis/beta/tasks', { ...example(), ...changes })
      assert.equal(answer.statusCode, 400, answer.body)
      assert.ok(Object.keys(answer.json().errors).includes(field), answer.body)
      assert.equal(await campaigns(), before)
    })
  }

  test('all mistakes are told at once', async () => {
    const answer = await post('/api/cis/beta/tasks', {
      ...example(),
      intensity: 9,
      name: '',
      allowedTimeRange: { from: -1, to: 5 },
    })
    assert.deepEqual(Object.keys(answer.json().errors).sort(), ['allowedTimeRange.from', 'intensity', 'name'])
  })

  test('bad JSON, nothing, a list, a body over 1 MB and a bad token are refused with their status', async () => {
    assert.equal((await post('/api/cis/beta/tasks', '{"name": "x",}')).statusCode, 400)
    assert.equal((await post('/api/cis/beta/tasks', '[]')).statusCode, 400)
    assert.equal((await post('/api/cis/beta/tasks', JSON.stringify({ name: 'x'.repeat(1_100_000) }))).statusCode, 413)
    assert.equal((await post('/api/cis/beta/tasks', example(), 'Bearer wrong')).statusCode, 401)
    assert.equal((await post('/api/cis/beta/tasks', example(), 'Basic abc')).statusCode, 401)
    assert.equal((await post('/api/cis/beta/tasks', example(), `bearer ${token}`)).statusCode, 200)
  })

  test('no body of any shape ends in a 5xx or in half a campaign', async () => {
    const value = fc.oneof(fc.jsonValue(), fc.constantFrom(null, '', 0, 1, true, '__proto__'))
    const body = fc.dictionary(
      fc.constantFrom(
        ...Object.keys(example()),
        'amd.mode',
        'a.b.c.d.e',
        'amd.',
        '__proto__.x',
        'recallRules.BUSY.tries',
      ),
      value,
    )
    await fc.assert(
      fc.asyncProperty(body, fc.boolean(), async (changes, isOnTop) => {
        const before = await campaigns()
        const answer = await post('/api/cis/beta/tasks', isOnTop ? { ...example(), ...changes } : changes)
        assert.ok(answer.statusCode < 500, `${answer.statusCode}: ${answer.body}`)
        assert.equal(await campaigns(), before + (answer.statusCode === 200 ? 1 : 0))
      }),
      { numRuns: 150 },
    )
  })

  test('candidates: refused ones are listed, the rest goes in, a repeated one is added once, the first upload starts the task', async () => {
    const autoCallId = await createTask()
    const batch = [
      { phone: ['79991234567'], autoCallId, clientExternalId: 'a', variables: { name: 'Иван' } },
      { phone: ['not a phone'], autoCallId, clientExternalId: 'b' },
      { phone: ['89991234567'], autoCallId, clientExternalId: 'a' },
      { phone: ['89991234567'], autoCallId, clientExternalId: 'c' },
      { phone: ['79991234568'], autoCallId: 'nowhere' },
    ]
    const answer = await post('/cis/api/v1/telephony/autoCallCandidate/batch', { batch })
    assert.equal(answer.statusCode, 200, answer.body)
    const { items, errors } = answer.json()
    assert.deepEqual(
      items.map((item: { clientExternalId: string }) => item.clientExternalId),
      ['a', 'a', 'c'],
    )
    assert.equal(items[0].id, items[1].id)
    assert.deepEqual(
      errors.map((error: { index: number; field: string }) => [error.index, error.field]),
      [
        [1, 'phone.0'],
        [4, 'autoCallId'],
      ],
    )
    const { rows } = await database.pool.query(
      'select state, (select count(*) from contact where campaign_id = campaign.id) as contacts from campaign where id = $1',
      [autoCallId],
    )
    assert.deepEqual({ ...rows[0] }, { state: 'running', contacts: 2 })
  })

  test('forceStart false leaves the task, play and pause change it, one candidate answers with its identity', async () => {
    const autoCallId = await createTask()
    const one = await post('/api/v1/telephony/autoCallCandidate', {
      phone: ['79991234567'],
      autoCallId,
      forceStart: false,
      timezone: 10_800,
    })
    assert.match(one.json().id.identity, /^[0-9a-f-]{36}$/)
    const state = async () =>
      (await database.pool.query('select state from campaign where id = $1', [autoCallId])).rows[0].state
    assert.equal(await state(), 'draft')
    assert.deepEqual((await post(`/api/v1/telephony/autoCall/${autoCallId}/play`, {})).json(), {
      id: autoCallId,
      status: 'PROCESS',
    })
    assert.equal(await state(), 'running')
    assert.deepEqual((await post(`/cis/api/v1/telephony/autoCall/${autoCallId}/pause`, {})).json(), {
      id: autoCallId,
      status: 'PAUSED',
    })
    assert.equal(await state(), 'paused')
    assert.equal((await post('/api/v1/telephony/autoCall/nowhere/play', {})).statusCode, 404)
  })

  test('a login gives a token that works, a wrong password gives none', async () => {
    const answer = await post('/api/v1/auth/login', { email: 'o@example.test', password: 'a password', ttl: 60 }, '')
    assert.equal(answer.statusCode, 200)
    const task = await app.inject({
      method: 'GET',
      url: `/api/cis/beta/tasks/${await createTask()}`,
      headers: { authorization: `Bearer ${answer.json().token}` },
    })
    assert.equal(task.json().botId, demoIds.botId)
    assert.equal((await post('/api/v1/auth/login', { email: 'o@example.test', password: 'wrong' }, '')).statusCode, 401)
  })

  test('the native API shows the same campaign in our words, and a stranger nothing', async () => {
    const id = await createTask()
    await post('/api/v1/telephony/autoCallCandidate', { phone: ['74951234567'], autoCallId: id })
    const get = async (path: string, authorization = `Bearer ${token}`) =>
      app.inject({ method: 'GET', url: `/dialwright/v1${path}`, headers: { authorization } })
    const progress = (await get(`/campaigns/${id}/progress`)).json()
    assert.deepEqual([progress.total, progress.waiting, progress.state], [1, 1, 'running'])
    assert.equal((await get(`/campaigns/${id}/waiting`)).json().items.length, 1)
    const explained = (await get(`/explain?campaign=${id}&phone=74951234567`)).json()
    assert.ok(['eligible', 'waiting'].includes(explained.verdict))
    assert.equal((await get(`/campaigns/${id}/progress`, 'Bearer stranger')).statusCode, 401)
    assert.equal((await get('/campaigns/nonsense/progress')).statusCode, 404)
    assert.equal((await get('/campaigns?limit=0')).statusCode, 422)
    assert.equal((await get('/campaigns?unknown=1')).statusCode, 422)
    const bad = await post('/dialwright/v1/campaigns', {
      name: '',
      scenario: 'x',
      route: { via: 'dialplan', dialplan: 'y' },
      more: 1,
    })
    assert.equal(bad.statusCode, 422)
    assert.ok(bad.json().errors.length >= 2, bad.body)
  })

  test('the OpenAPI document names every native path', async () => {
    const document = (await app.inject({ method: 'GET', url: '/openapi.json' })).json()
    assert.equal(document.openapi, '3.1.0')
    for (const path of ['/dialwright/v1/campaigns', '/dialwright/v1/calls/{id}', '/dialwright/v1/explain'])
      assert.ok(path in document.paths, path)
  })
})
