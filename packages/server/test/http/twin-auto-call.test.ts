/** The neighbours of TWIN's task API: the newer form, changes, lists and searches; what they accept, refuse and show. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { useTestDatabase } from '../fixtures/database.ts'
import { autoCall, type HttpGround, login, openHttp, task, tokenOf } from './surface.ts'

describe('the neighbours of the TWIN24 task API', () => {
  const database = useTestDatabase()
  const authorization = `Bearer ${tokenOf('own', 'owner')}`
  let http: HttpGround

  before(async () => {
    http = await openHttp(database.pool)
  })
  after(() => http.close())

  const ask = async (method: 'GET' | 'POST' | 'PATCH', url: string, payload?: unknown) => {
    const answer = await http.app.inject({
      method,
      url,
      headers: { authorization, ...(payload === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(payload === undefined ? {} : { payload: JSON.stringify(payload) }),
    })
    return { status: answer.statusCode, body: answer.json() }
  }
  const made = async (changes: object = {}): Promise<string> => {
    const { status, body } = await ask('POST', '/cis/api/v1/telephony/autoCall', { ...autoCall, ...changes })
    assert.equal(status, 200, JSON.stringify(body))
    assert.deepEqual(Object.keys(body), ['id'])
    return body.id.identity
  }
  const makeTask = async (changes: object = {}): Promise<string> =>
    (await ask('POST', '/api/cis/beta/tasks', { ...task, ...changes })).body.id
  const settingsOf = async (id: string) =>
    (
      await database.pool.query(
        'select settings, start_at as "startAt", expires_at as "expiresAt", not_yet as "notYet", state from campaign where id = $1',
        [id],
      )
    ).rows[0]
  const rows = async (): Promise<unknown> =>
    (
      await database.pool.query(
        'select (select count(*) from campaign)::int as campaigns, (select count(*) from webhook_endpoint)::int as endpoints, (select count(*) from audit_entry)::int as audited',
      )
    ).rows[0]

  test('cps: 1.03 is three a second, 0.96 is one in four seconds, also as a text', async () => {
    const pace = async (cps: unknown) => (await settingsOf(await made({ cps }))).settings.pacing.callsPerSecond
    assert.deepEqual(
      [await pace(1.03), await pace(1), await pace('1.5'), await pace(0.96), await pace('0.97')],
      [3, 1, 50, 1 / 4, 1 / 3],
    )
  })

  test('each field of the newer form becomes what the older one has for it', async () => {
    const id = await made({
      lifetime: 600,
      additionalOptions: {
        ...autoCall.additionalOptions,
        useTr: true,
        allowCallTimeFrom: 36_000,
        allowCallTimeTo: 79_200,
        fullListTime: 12,
        fz230: true,
      },
      redialStrategyOptions: {
        redialStrategyEn: true,
        candidateLimit: { redial: true, count: 6 },
        noAnswer: { redial: true, time: 7_200, count: 5 },
        answerNoList: { redial: true, time: 60, count: 2 },
      },
    })
    const { settings, expiresAt, notYet } = await settingsOf(id)
    assert.deepEqual(settings.windows, [{ zone: 'callee', fromSecond: 36_000, toSecond: 79_200 }])
    assert.deepEqual(settings.retry, {
      rules: [
        { on: ['no-answer', 'unreachable'], tries: 5, intervalsSeconds: [7_200] },
        { on: ['short-talk'], tries: 2, intervalsSeconds: [60], talkSecondsAtMost: 12 },
      ],
      caps: { perContact: 6 },
    })
    assert.deepEqual([settings.isTest, settings.policies], [false, ['ru-230fz']])
    assert.ok(expiresAt !== null)
    assert.deepEqual(notYet.amd, { mode: 'back', file: null })
    const { rows: endpoints } = await database.pool.query(
      'select url, events, delay_seconds as delay from webhook_endpoint where campaign_id = $1',
      [id],
    )
    assert.deepEqual(
      { ...endpoints[0], events: endpoints[0].events.length },
      { url: 'https://example.com', events: 6, delay: 4 },
    )
  })

  test('each kind of redirect becomes a target of ours, in both forms', async () => {
    const owner = tokenOf('own', 'owner')
    const group = await http.app.inject({
      method: 'POST',
      url: '/dialwright/v1/operatorGroups',
      headers: { authorization: `Bearer ${owner}` },
      payload: { name: 'Sales', operators: [{ name: 'Ira', phone: '74951230000' }], externalIds: { twin: '10103' } },
    })
    assert.equal(group.statusCode, 201, group.body)
    const ours = async (kind: string, twin: string): Promise<string> =>
      (
        await database.pool.query(
          "select resource_id as id from external_id where dialect = 'twin' and kind = $1 and external_id = $2",
          [kind, twin],
        )
      ).rows[0].id
    const target = async (defaultRedirect: object) =>
      (await settingsOf(await makeTask({ defaultRedirect }))).settings.redirect
    assert.equal(await target({ type: 'Hangup', data: null }), undefined)
    assert.deepEqual(await target({ type: 'transfer', data: '10103' }), {
      to: 'operator-group',
      groupId: group.json().id,
    })
    assert.deepEqual(await target({ type: 'Dialplan', data: task.dialplanId, additional: '84951234567' }), {
      to: 'dialplan',
      dialplanId: await ours('dialplan', task.dialplanId),
      phone: '+74951234567',
    })
    assert.deepEqual(await target({ type: 'Custom', data: '74951234567', additional: '74950000000' }), {
      to: 'number',
      phone: '+74951234567',
      callerId: '+74950000000',
    })
    assert.deepEqual(await target({ type: 'Twin', data: task.botId }), {
      to: 'scenario',
      scenarioId: await ours('scenario', task.botId),
    })
    const newer = await settingsOf(await made({ secondExec: 'ch', secondExecData: '10103' }))
    assert.deepEqual(newer.settings.redirect, { to: 'operator-group', groupId: group.json().id })
    for (const [redirect, field] of [
      [{ type: 'Dialplan', data: task.dialplanId }, 'defaultRedirect.additional'],
      [{ type: 'Twin', data: task.botId, additional: 'x' }, 'defaultRedirect.additional'],
      [{ type: 'Custom', data: 'somewhere' }, 'defaultRedirect.data'],
      [{ type: 'Transfer' }, 'defaultRedirect.data'],
      [{ type: 'Elsewhere', data: 'x' }, 'defaultRedirect.type'],
    ] as const)
      assert.deepEqual(
        Object.keys((await ask('POST', '/api/cis/beta/tasks', { ...task, defaultRedirect: redirect })).body.errors),
        [field],
      )
  })

  test('startMoment is a time of the wall clock of the workspace', async () => {
    const id = await made({ startType: 'time', startMoment: '2093-06-02 10:00', lifetime: null })
    const { startAt, state } = await settingsOf(id)
    assert.equal(startAt.toString(), '2093-06-02T07:00:00Z')
    assert.equal(state, 'scheduled')
    assert.equal((await ask('GET', `/api/v1/telephony/autoCall/${id}`)).body.status, 'READY')
  })

  const refused: Record<string, [changes: Record<string, unknown>, ...fields: string[]]> = {
    'a missing name and bot': [{ name: undefined, defaultExecData: undefined }, 'defaultExecData', 'name'],
    'an unknown bot': [{ defaultExecData: 'nobody' }, 'defaultExecData'],
    'another executor': [{ defaultExec: 'human' }, 'defaultExec'],
    'cps 0 and 2': [{ cps: 2 }, 'cps'],
    'cps as a word': [{ cps: 'fast' }, 'cps'],
    'a channel that is not named': [{ secondExec: 'ch', secondExecData: '' }, 'secondExecData'],
    'a channel that is not there': [{ secondExec: 'ch', secondExecData: 'nowhere' }, 'secondExecData'],
    'a number that is not named': [{ cidType: 'gornum', cidData: null }, 'cidData'],
    'a number that is not there': [{ cidType: 'gornum', cidData: 'nowhere' }, 'cidData'],
    'a group that is not there': [{ cidType: 'pool', cidData: 'nowhere' }, 'cidData'],
    'a dialplan that is not there': [{ additionalOptions: { providerId: 'nowhere' } }, 'additionalOptions.providerId'],
    'a start without its moment': [{ startType: 'time', startMoment: '' }, 'startMoment'],
    'a moment that no calendar has': [{ startType: 'time', startMoment: '2026-02-30 10:00' }, 'startMoment'],
    'hours that end before they begin': [
      { additionalOptions: { allowCallTimeFrom: 2, allowCallTimeTo: 1 } },
      'additionalOptions.allowCallTimeFrom',
    ],
    'an event that there is not': [
      { webhookUrls: [{ url: 'https://example.com', events: { CALL_STARTED: { value: true } } }] },
      'webhookUrls.0.events',
    ],
    'an address that is none': [{ webhookUrls: ['example'] }, 'webhookUrls.0'],
    'a rule that counts backwards': [
      { redialStrategyOptions: { busy: { redial: true, time: -1, count: 1 } } },
      'redialStrategyOptions.busy.time',
    ],
    'a flag that is a word': [{ checkPhone: 'yes' }, 'checkPhone'],
  }
  for (const [what, [changes, ...fields]] of Object.entries(refused))
    test(`${what} is refused by name, and nothing is made`, async () => {
      const before = await rows()
      const { status, body } = await ask('POST', '/api/v1/telephony/autoCall', { ...autoCall, ...changes })
      assert.equal(status, 400, JSON.stringify(body))
      assert.deepEqual(Object.keys(body.errors).sort(), fields)
      assert.deepEqual(await rows(), before)
    })

  test('a repeated create under one Idempotency-Key makes one task', async () => {
    const create = () =>
      http.app.inject({
        method: 'POST',
        url: '/api/v1/telephony/autoCall',
        headers: { authorization, 'idempotency-key': 'one' },
        payload: autoCall,
      })
    const [first, second] = [await create(), await create()]
    assert.equal(first.statusCode, 200)
    assert.equal(first.body, second.body)
  })

  test('tasks of both forms are listed, page by page or from an offset, by keyword, status and time, in the order that is asked for', async () => {
    const ids: string[] = []
    for (const letter of ['c', 'a', 'b']) ids.push(await (letter === 'a' ? makeTask : made)({ name: `list ${letter}` }))
    const [, second] = ids
    await ask('POST', `/api/v1/telephony/autoCall/${second}/play`)
    const list = async (query: string) =>
      (await ask('GET', `/cis/api/v1/telephony/autoCall?keyword=LIST%20&${query}`)).body
    const names = async (query: string): Promise<string[]> =>
      (await list(query)).items.map(({ name }: { name: string }) => name)
    assert.deepEqual(await names('sort=name'), ['list a', 'list b', 'list c'])
    assert.deepEqual(await names('sort=-name&limit=1'), ['list c'])
    assert.deepEqual(await names('sort=name&page=1&limit=2'), ['list c'])
    assert.deepEqual(await names('sort=name&offset=1&limit=1'), ['list b'])
    assert.deepEqual(await names('page=0&limit=1000&from=&to=&sort='), ['list b', 'list a', 'list c'])
    assert.deepEqual(await names('status=PROCESS'), ['list a'])
    assert.deepEqual(await names('status=BLANK,READY,PROCESS,PAUSED&sort=-status'), ['list a', 'list c', 'list b'])
    assert.deepEqual(await names('from=2093-01-01T00:00:00.000Z'), [])
    assert.equal((await list('limit=1')).count, 3)
    const [one] = (await list('status=PROCESS')).items
    assert.deepEqual([one.id, one.status, one.candidates, one.defaultExecData], [second, 'PROCESS', 0, task.botId])
  })

  test('a list is refused by the name of each parameter that it cannot take', async () => {
    const wrong = 'page=-1&limit=1001&status=BLANK,WRONG&from=yesterday&sort=money'
    const { status, body } = await ask('GET', `/api/v1/telephony/autoCall?${wrong}`)
    assert.equal(status, 400)
    assert.deepEqual(Object.keys(body.errors).sort(), ['from', 'limit', 'page', 'sort', 'status.1'])
    assert.deepEqual(Object.keys((await ask('GET', '/api/v1/telephony/autoCall?page=1&offset=1')).body.errors), [
      'offset',
    ])
  })

  test('a task of the newer form is read as it was given, with its id, status and bot', async () => {
    const id = await made()
    const { body } = await ask('GET', `/api/v1/telephony/autoCall/${id}`)
    const { id: shownId, status, createdAt, ...given } = body
    assert.deepEqual([shownId, status, typeof createdAt], [id, 'BLANK', 'string'])
    assert.deepEqual(given, autoCall)
    assert.equal((await ask('POST', `/api/v1/telephony/autoCall/${id}/halted`)).body.status, 'HALTED')
    assert.equal((await ask('GET', `/cis/api/v1/telephony/autoCall/${id}`)).body.status, 'HALTED')
    const played = await ask('POST', `/api/v1/telephony/autoCall/${id}/play`)
    assert.deepEqual([played.status, played.body.message], [400, 'A task that is HALTED cannot be played'])
    const gone = await ask('GET', '/api/v1/telephony/autoCall/nowhere')
    assert.deepEqual([gone.status, gone.body.message], [404, 'There is no task nowhere'])
  })

  test('PATCH changes what is given, dotted or nested, by the rules of a new task; the rest stays', async () => {
    const id = await makeTask()
    const { status, body } = await ask('PATCH', `/api/cis/beta/tasks/${id}`, {
      'allowedTimeRange.to': 80_000,
      recallRules: { BUSY: { tries: 1 } },
      isTest: 1,
      phoneNormalization: null,
      webhookUrl: 'https://example.com/other',
      intensity: 3,
    })
    assert.equal(status, 200, JSON.stringify(body))
    assert.deepEqual(body.allowedTimeRange, { from: 32_500, to: 80_000 })
    assert.deepEqual(body.recallRules.BUSY, { enabled: true, tries: 1, interval: 900 })
    assert.equal(body.name, (task as { name?: unknown }).name)
    assert.deepEqual((await ask('GET', `/api/cis/beta/tasks/${id}`)).body, body)
    const { settings } = await settingsOf(id)
    assert.deepEqual([settings.pacing.callsPerSecond, settings.isTest, settings.windows[0].toSecond], [3, true, 80_000])
    assert.equal(settings.retry.rules[0].tries, 1)
    const { rows: endpoints } = await database.pool.query(
      'select url, enabled from webhook_endpoint where campaign_id = $1',
      [id],
    )
    assert.deepEqual(
      endpoints.map(({ url, enabled }) => [url, enabled]),
      [['https://example.com/other', true]],
    )
    assert.equal((await ask('PATCH', `/api/cis/beta/tasks/${id}`, { webhookUrl: '' })).body.webhookUrl, '')
    const { rows: none } = await database.pool.query('select enabled from webhook_endpoint where campaign_id = $1', [
      id,
    ])
    assert.deepEqual(
      none.map(({ enabled }) => enabled),
      [false],
    )
  })

  test('PATCH names every mistake and changes nothing; a dialplan stays once there are people', async () => {
    const id = await makeTask()
    await ask('POST', '/api/v1/telephony/autoCallCandidate', {
      phone: ['74951234567'],
      autoCallId: id,
      forceStart: false,
    })
    const before = await settingsOf(id)
    const wrong = { intensity: 6, name: '', 'allowedTimeRange.from': 80_000, 'recallRules.BUSY.tries': 'many' }
    const { status, body } = await ask('PATCH', `/api/cis/beta/tasks/${id}`, wrong)
    assert.equal(status, 400)
    assert.deepEqual(Object.keys(body.errors).sort(), [
      'allowedTimeRange.from',
      'intensity',
      'name',
      'recallRules.BUSY.tries',
    ])
    for (const [change, field] of [
      [{ botId: 'nobody' }, 'botId'],
      [{ dialplanId: 'nowhere' }, 'dialplanId'],
      [{ defaultCallerId: { type: 'groupAON', data: 'nobody' } }, 'defaultCallerId.data'],
      [{ defaultRedirect: { type: 'Transfer', data: 'nobody' } }, 'defaultRedirect.data'],
      [{ 'amd.enabled': 1, amd: { enabled: 0 } }, 'amd.enabled'],
    ] as const)
      assert.deepEqual(Object.keys((await ask('PATCH', `/api/cis/beta/tasks/${id}`, change)).body.errors), [field])
    await database.pool.query(
      "insert into dialplan (id, workspace_id, name) select $1, id, 'Second' from workspace where name = 'Demo'",
      ['00000000-0000-7000-8000-000000000001'],
    )
    const other = await ask('PATCH', `/api/cis/beta/tasks/${id}`, {
      dialplanId: '00000000-0000-7000-8000-000000000001',
    })
    assert.deepEqual(Object.keys(other.body.errors), ['dialplanId'])
    assert.deepEqual(await settingsOf(id), before)
    assert.equal((await ask('PATCH', '/api/cis/beta/tasks/nowhere', { name: 'x' })).status, 404)
    assert.equal((await ask('PATCH', `/api/cis/beta/tasks/${id}`, [])).status, 400)
    assert.equal((await ask('PATCH', `/api/cis/beta/tasks/${await made()}`, { name: 'x' })).status, 400)
  })

  test('several PATCHes at once: what each changes holds', async () => {
    const id = await makeTask()
    const changes = [
      ...[
        { intensity: 4 },
        { name: 'at once' },
        { isTest: true },
        { backgroundNoise: null },
        { phoneNormalization: '' },
      ],
      ...[{ 'allowedTimeRange.to': 80_000 }, { 'recallRules.BUSY.tries': 2 }, { webhookUrl: 'https://example.com/x' }],
    ]
    const answers = await Promise.all(changes.map((change) => ask('PATCH', `/api/cis/beta/tasks/${id}`, change)))
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200])
    const { body } = await ask('GET', `/api/cis/beta/tasks/${id}`)
    const { intensity, name, isTest, backgroundNoise, phoneNormalization, allowedTimeRange, recallRules } = body
    assert.deepEqual(
      [intensity, name, isTest, backgroundNoise, phoneNormalization, allowedTimeRange.to, recallRules.BUSY.tries],
      [4, 'at once', true, null, '', 80_000, 2],
    )
    assert.equal(body.webhookUrl, 'https://example.com/x')
    const { settings } = await settingsOf(id)
    assert.deepEqual(
      [settings.pacing.callsPerSecond, settings.isTest, settings.windows[0].toSecond, settings.retry.rules[0].tries],
      [4, true, 80_000, 2],
    )
  })

  test('scheduledAt that is given later waits for it, and taken away waits for a person', async () => {
    const id = await makeTask()
    const patch = async (scheduledAt: string | null) =>
      (await ask('PATCH', `/api/cis/beta/tasks/${id}`, { scheduledAt })).body.status
    assert.equal(await patch('2093-01-01T00:00:00+03:00'), 'READY')
    assert.equal(await patch(null), 'BLANK')
  })

  test('statistics count people and calls; an unknown task has none', async () => {
    const id = await makeTask()
    await ask('POST', '/api/v1/telephony/autoCallCandidate', { phone: ['74951234567'], autoCallId: id })
    const { body } = await ask('GET', `/api/cis/beta/tasks/${id}/statistics`)
    assert.deepEqual(body, {
      id,
      status: 'PROCESS',
      candidates: { total: 1, waiting: 1, inProgress: 0, finished: 0, canceled: 0 },
      calls: { total: 0, answered: 0, byStatus: {} },
      percent: 0,
    })
    assert.equal((await ask('GET', '/api/cis/beta/tasks/nowhere/statistics')).status, 404)
  })

  test('bots, dialplans, numbers, groups of numbers and noises are listed with the ids that a task names them by', async () => {
    const list = async (path: string) => (await ask('GET', `/api/cis/beta/${path}`)).body
    const bots = await list('bots')
    assert.equal(bots.count, bots.items.length)
    assert.ok(bots.items.some(({ id }: { id: string }) => id === task.botId))
    assert.ok((await list('dialplans')).items.some(({ id }: { id: string }) => id === task.dialplanId))
    assert.deepEqual(
      (await list('aonNumbers')).items.map(({ phone }: { phone: string }) => phone),
      ['79996662211'],
    )
    assert.deepEqual((await list('aonGroups')).items, [])
    assert.deepEqual(await list('noises'), { count: 1, items: [{ id: '/background/office.wav', name: 'office.wav' }] })
  })

  test('a candidate is refused by name: no phone, no task, a zone that is none', async () => {
    const autoCallId = await makeTask()
    const fields = async (body: object): Promise<string[]> =>
      Object.keys((await ask('POST', '/api/v1/telephony/autoCallCandidate', body)).body.errors)
    assert.deepEqual((await fields({})).sort(), ['autoCallId', 'phone'])
    assert.deepEqual(await fields({ phone: [], autoCallId }), ['phone'])
    assert.deepEqual(await fields({ phone: ['what'], autoCallId }), ['phone.0'])
    assert.deepEqual(await fields({ phone: ['74951234567'], autoCallId, timezone: 'Mars/Base' }), ['timezone'])
    assert.deepEqual(await fields({ phone: ['74951234567'], autoCallId, variables: 'none' }), ['variables'])
    const empty = await ask('POST', '/api/v1/telephony/autoCallCandidate/batch', { batch: [] })
    assert.deepEqual([empty.status, Object.keys(empty.body.errors)], [400, ['batch']])
    // An empty PHP array stands for an object without anything in it.
    assert.deepEqual(
      await fields({ phone: ['74951234567'], autoCallId, variables: [], forceStart: false }).catch(() => []),
      [],
    )
  })

  test('single without a template, or with one that is not there, is refused by name', async () => {
    await database.pool.query("update campaign set state = 'paused' where state = 'draft'")
    const single = (body: object) =>
      ask('POST', '/api/v1/telephony/autoCallCandidate/single', { phone: ['74951234567'], ...body })
    for (const body of [{}, { autoCallTemplateId: 'nowhere' }])
      assert.deepEqual(Object.keys((await single(body)).body.errors), ['autoCallTemplateId'])
    const template = await makeTask({ name: 'by default' })
    assert.deepEqual(
      Object.keys((await single({ botSettingsId: 'nobody', autoCallTemplateId: template })).body.errors),
      ['botSettingsId'],
    )
    const { status, body } = await single({})
    assert.equal(status, 200, 'the newest task that was never started is the template')
    assert.match(body.id.identity, /^[0-9a-f-]{36}$/)
    const batch = await ask('POST', '/api/v1/telephony/autoCallCandidate/single/batch', {
      batch: [{ phone: ['74951234568'] }, { phone: [] }, { phone: ['74951234569'], autoCallTemplateId: 'nowhere' }],
    })
    assert.equal(batch.body.items.length, 1)
    assert.deepEqual(
      batch.body.errors.map(({ index, field }: { index: number; field: string }) => [index, field]),
      [
        [1, 'phone'],
        [2, 'autoCallTemplateId'],
      ],
    )
  })

  test('several at once into the task of the day make one task, and one of them under one key makes one person', async () => {
    const template = await makeTask({ name: 'at once' })
    const phones = ['74951230001', '74951230002', '74951230003', '74951230001', '74951230001']
    const answers = await Promise.all(
      phones.map((phone) =>
        ask('POST', '/api/v1/telephony/autoCallCandidate/single', {
          ...{ phone: [phone], autoCallTemplateId: template, clientExternalId: 'same' },
        }),
      ),
    )
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200])
    assert.equal(new Set(answers.map(({ body }) => body.id.identity)).size, 3)
    const { items } = (await ask('GET', '/api/v1/telephony/autoCall?keyword=at%20once%202')).body
    assert.deepEqual(
      items.map(({ candidates, status }: { candidates: number; status: string }) => [candidates, status]),
      [[3, 'PROCESS']],
    )
  })

  test('cancel takes a phone in any of its forms, and says when there is nobody', async () => {
    const autoCallId = await makeTask()
    await ask('POST', '/api/v1/telephony/autoCallCandidate', {
      phone: ['+7 495 123-45-67'],
      autoCallId,
      forceStart: false,
    })
    const cancel = (phone: string) =>
      ask(
        'POST',
        `/api/v1/telephony/autoCallCandidate/cancel?autoCallId=${autoCallId}&phone=${encodeURIComponent(phone)}`,
      )
    assert.equal((await cancel('74950000000')).status, 404)
    const done = await cancel('8 (495) 123 45 67')
    assert.deepEqual([done.status, done.body.items.map(({ status }: { status: string }) => status)], [200, ['CANCEL']])
    assert.equal((await cancel('84951234567')).status, 200, 'once more says the same')
    const { rows: contacts } = await database.pool.query(
      'select state, done_reason as reason from contact where campaign_id = $1',
      [autoCallId],
    )
    assert.deepEqual({ ...contacts[0] }, { state: 'excluded', reason: 'cancelled' })
    const missing = await ask('POST', '/api/v1/telephony/autoCallCandidate/cancel')
    assert.deepEqual([missing.status, Object.keys(missing.body.errors).sort()], [400, ['autoCallId', 'phone']])
  })

  test('a search of sessions refuses what it cannot take, and finds nothing of a task that is not there', async () => {
    const search = (query: string) => ask('GET', `/api/v1/search/cis/sessions?${query}`)
    const wrong = await search('limit=0&from=sometime')
    assert.deepEqual([wrong.status, Object.keys(wrong.body.errors).sort()], [400, ['from', 'limit']])
    assert.deepEqual((await search('taskId=nowhere')).body, { count: 0, items: [] })
    assert.deepEqual((await search('from=2026-01-01T00:00:00Z&phone=&id=&fields=')).body, { count: 0, items: [] })
  })

  test('a refresh token gives a new token with its own life, a wrong one none', async () => {
    const { body } = await ask('POST', '/api/v1/auth/login', { email: login.login, password: login.password })
    assert.equal(
      (await ask('POST', '/api/v1/auth/login', { ...{ email: login.login, password: login.password }, ttl: '604800' }))
        .status,
      200,
    )
    const refresh = (query: string) => ask('GET', `/api/v1/auth/refresh?${query}`)
    const renewed = await refresh(`refreshToken=${body.refreshToken}&ttl=60`)
    assert.equal(renewed.status, 200)
    assert.notEqual(renewed.body.token, body.token)
    assert.equal((await refresh('refreshToken=wrong')).status, 401)
    assert.deepEqual(Object.keys((await refresh(`refreshToken=${body.refreshToken}&ttl=long`)).body.errors), ['ttl'])
    assert.deepEqual(Object.keys((await ask('POST', '/api/v1/auth/login', {})).body.errors).sort(), [
      'email',
      'password',
    ])
  })
})
