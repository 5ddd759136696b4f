/** How TWIN's task API says no: every mistake of a request at once, in the vendor's form; and what it must not refuse. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { useTestDatabase } from '../fixtures/database.ts'
import { autoCall, type HttpGround, login, openHttp, task, tokenOf } from './surface.ts'

const tasks = '/api/cis/beta/tasks'
const calls = '/api/v1/telephony/autoCall'
const people = '/api/v1/telephony/autoCallCandidate'
const json = 'application/json'

describe('what the TWIN24 task API refuses', () => {
  const database = useTestDatabase()
  const authorization = `Bearer ${tokenOf('own', 'owner')}`
  let http: HttpGround

  before(async () => {
    http = await openHttp(database.pool)
  })
  after(() => http.close())

  const ask = async (method: 'GET' | 'POST' | 'PATCH', url: string, payload?: unknown, type = json) => {
    const text = typeof payload === 'string' ? payload : JSON.stringify(payload)
    const headers = { authorization, ...(payload === undefined ? {} : { 'content-type': type }) }
    const answer = await http.app.inject({ method, url, headers, ...(payload === undefined ? {} : { payload: text }) })
    return { status: answer.statusCode, body: answer.json() }
  }
  const made = async (changes: object = {}): Promise<string> => {
    const { status, body } = await ask('POST', tasks, { ...task, ...changes })
    assert.equal(status, 200, JSON.stringify(body))
    return body.id
  }
  /** A refusal's fields, sorted; nothing has been made. */
  const refused = async (method: 'POST' | 'PATCH', url: string, payload: object): Promise<string[]> => {
    const count = async () =>
      (await database.pool.query('select (select count(*) from campaign) + (select count(*) from contact) as all')).rows
    const before = await count()
    const { status, body } = await ask(method, url, payload)
    assert.equal(status, 400, JSON.stringify(body))
    assert.deepEqual(Object.keys(body), ['message', 'errors'])
    assert.ok(Object.values(body.errors).every((all) => Array.isArray(all) && all.every((one) => one !== '')))
    assert.deepEqual(await count(), before)
    return Object.keys(body.errors).sort()
  }

  test('where an object is expected, null or a text is told with the shape that is', async () => {
    const objects = ['allowedTimeRange', 'amd', 'defaultCallerId', 'defaultRedirect', 'recallRules']
    const wrong = Object.fromEntries(objects.map((field, nth) => [field, nth % 2 === 0 ? null : 'none']))
    assert.deepEqual(await refused('POST', tasks, { ...task, ...wrong }), objects)
    const { body } = await ask('POST', tasks, { ...task, ...wrong, recallRules: { BUSY: null } })
    for (const [message] of Object.values(body.errors) as string[][])
      assert.match(String(message), /^expected an object, like \{/)
  })

  test('an upload of nobody that can be called starts nothing', async () => {
    const autoCallId = await made()
    assert.deepEqual(await refused('POST', people, { phone: ['Nl_z'], autoCallId, forceStart: true }), ['phone.0'])
    assert.equal((await ask('GET', `${tasks}/${autoCallId}`)).body.status, 'BLANK')
  })

  test('wrong types, values out of range, fields that do not go together and unknown ids of a task are told at once', async () => {
    const wrong = {
      botId: 'nobody',
      dialplanId: 5,
      intensity: 6,
      backgroundNoise: 7,
      allowedTimeRange: { from: 2, to: 1 },
      defaultCallerId: { type: 'groupAON', data: 'nobody', additional: 'x' },
      defaultRedirect: { type: 'Transfer', data: 'nobody', additional: 'x' },
      recallRules: { BUSY: { tries: -1 }, NOT_SUCCESSFUL: { duration: 'x' } },
      isTest: 'no',
    }
    const fields = [
      ...['allowedTimeRange.from', 'backgroundNoise', 'botId', 'defaultCallerId.additional', 'defaultCallerId.data'],
      ...['defaultRedirect.additional', 'defaultRedirect.data', 'dialplanId', 'intensity', 'isTest'],
      ...['recallRules.BUSY.tries', 'recallRules.NOT_SUCCESSFUL.duration'],
    ]
    assert.deepEqual(await refused('POST', tasks, { ...task, ...wrong }), fields)
    assert.deepEqual(await refused('PATCH', `${tasks}/${await made()}`, wrong), fields)
    // What only looks right to a comparison is no number.
    const trap = { toString: 1, valueOf: 1 }
    assert.deepEqual(
      await refused('POST', tasks, {
        ...{ ...task, allowedTimeRange: { from: trap, to: 5 } },
        ...{ defaultCallerId: { type: 'custom', data: trap }, defaultRedirect: { type: 'constructor', data: trap } },
      }),
      ['allowedTimeRange.from', 'defaultCallerId.data', 'defaultRedirect.data', 'defaultRedirect.type'],
    )
  })

  test('the same in the newer form', async () => {
    const wrong = {
      ...{ name: 5, defaultExecData: 'nobody', secondExec: 'ch', secondExecData: '', cidType: 'pool', cidData: 'no' },
      ...{ startType: 'time', startMoment: 'soon', cps: 0 },
      additionalOptions: { allowCallTimeFrom: 2, allowCallTimeTo: 1, useTr: 'no', providerId: 'nowhere' },
    }
    assert.deepEqual(await refused('POST', calls, wrong), [
      ...['additionalOptions.allowCallTimeFrom', 'additionalOptions.providerId', 'additionalOptions.useTr', 'cidData'],
      ...['cps', 'defaultExecData', 'name', 'secondExecData', 'startMoment'],
    ])
    const nothing = { webhookUrls: null, additionalOptions: [], redialStrategyOptions: null }
    assert.equal((await ask('POST', calls, { ...autoCall, ...nothing })).status, 200, 'what PHP has for nothing')
  })

  test('everything that is wrong with a person is told at once, by the place of each phone', async () => {
    const autoCallId = await made()
    const phone = ['what', '74951234567', 'ever']
    assert.deepEqual(await refused('POST', people, { phone, autoCallId }), ['phone.0', 'phone.2'])
    const shape = { phone: [5], timezone: 'Mars/Base', clientExternalId: 'x'.repeat(201), variables: 5 }
    const fields = ['clientExternalId', 'phone.0', 'timezone', 'variables']
    assert.deepEqual(await refused('POST', people, { ...shape, autoCallId: 'nowhere' }), ['autoCallId', ...fields])
    assert.deepEqual(await refused('POST', people, { phone, autoCallId: 'nowhere' }), ['autoCallId'])
    const far = { phone, timezone: 'Mars/Base' }
    for (const [path, task] of [
      ['', { autoCallId }],
      ['/single', { autoCallTemplateId: autoCallId }],
    ] as const)
      assert.deepEqual(await refused('POST', people + path, { ...far, ...task }), ['phone.0', 'phone.2', 'timezone'])
    const day = { botSettingsId: 'nobody', autoCallTemplateId: 'nowhere' }
    assert.deepEqual(await refused('POST', `${people}/single`, { phone, ...day }), [
      ...['autoCallTemplateId', 'botSettingsId'],
    ])
    assert.deepEqual(await refused('POST', `${people}/single`, { ...shape, ...day }), [
      ...['autoCallTemplateId', 'botSettingsId'],
      ...fields,
    ])
    assert.deepEqual(await refused('POST', `${people}/single`, { phone, ...day, autoCallTemplateId: autoCallId }), [
      ...['botSettingsId', 'phone.0', 'phone.2'],
    ])
    const placed = async (path: string, batch: object[]): Promise<unknown[]> =>
      (await ask('POST', `${people}${path}/batch`, { batch })).body.errors.map((one: Record<string, unknown>) => [
        ...[one.index, one.field],
      ])
    assert.deepEqual(await placed('', [[], { phone, autoCallId }, { phone, autoCallId: 'nowhere' }]), [
      ...[
        [0, ''],
        [1, 'phone.0'],
        [1, 'phone.2'],
        [2, 'autoCallId'],
      ],
    ])
    assert.deepEqual(
      await placed('/single', [
        { phone, autoCallTemplateId: autoCallId },
        { phone, ...day },
      ]),
      [
        ...[
          [0, 'phone.0'],
          [0, 'phone.2'],
          [1, 'autoCallTemplateId'],
          [1, 'botSettingsId'],
        ],
      ],
    )
  })

  test('a body that is no JSON object is 400, whatever it is called', async () => {
    const bodies = [
      ...[
        ['', json],
        ['[]', json],
        ['null', json],
        ['5', json],
        ['{"name": "x",}', json],
        ["{'name': 'x'}", json],
      ],
      ...[
        [JSON.stringify(task), 'text/plain'],
        ['name=x', 'application/x-www-form-urlencoded'],
        ['<a/>', 'text/xml'],
      ],
    ] as const
    for (const url of [tasks, calls, people, `${people}/batch`, `${people}/single`, `${people}/single/batch`])
      for (const [payload, type] of bodies) {
        const { status, body } = await ask('POST', url, payload, type)
        assert.deepEqual([status, body.errors], [400, {}], `${url} ${type} ${payload}`)
        assert.notEqual(body.message, '')
      }
  })

  test('where nothing is to be said, an empty body of any type says it', async () => {
    const id = await made()
    const empty = [json, 'application/json; charset=utf-8', 'application/x-www-form-urlencoded', 'text/plain']
    for (const type of empty) {
      assert.deepEqual((await ask('POST', `${calls}/${id}/play`, '', type)).body, { id, status: 'PROCESS' }, type)
      assert.deepEqual((await ask('POST', `${calls}/${id}/pause`, '', type)).body, { id, status: 'PAUSED' }, type)
    }
    await ask('POST', people, { phone: '74951234567', autoCallId: id })
    const cancel = await ask('POST', `${people}/cancel?autoCallId=${id}&phone=84951234567`, '')
    assert.equal(cancel.status, 200)
  })

  test('play and pause tell what the task is then: one that waits for its time goes on waiting', async () => {
    const id = await made({ scheduledAt: '2093-01-01T00:00:00+03:00' })
    assert.deepEqual((await ask('POST', `${calls}/${id}/play`)).body, { id, status: 'READY' })
    assert.deepEqual((await ask('POST', `${calls}/${id}/pause`)).body, { id, status: 'PAUSED' })
  })

  test('a plus sign that was not encoded, and a person whose data fill more than a megabyte, are taken', async () => {
    for (const url of [`${calls}?to=`, '/api/v1/search/cis/sessions?from='])
      assert.equal((await ask('GET', `${url}2026-01-01T00:00:00+03:00`)).status, 200, url)
    const autoCallId = await made()
    const batch = [{ phone: '74951234567', autoCallId, timezone: '10800', variables: { text: 'x'.repeat(1_200_000) } }]
    assert.equal((await ask('POST', `${people}/batch`, { batch, forceStart: 0 })).body.items.length, 1)
  })

  test('a number of ours is shown also where the calls leave by a dialplan that is named', async () => {
    const [{ id: cidData }] = (await ask('GET', '/api/cis/beta/aonNumbers')).body.items
    const additionalOptions = { providerId: (task as { dialplanId?: string }).dialplanId }
    const { body } = await ask('POST', calls, { ...autoCall, cidType: 'gornum', cidData, additionalOptions })
    const { rows } = await database.pool.query("select settings -> 'callerId' as shown from campaign where id = $1", [
      body.id.identity,
    ])
    assert.deepEqual(rows[0].shown, { mode: 'number', number: '79996662211' })
    assert.deepEqual(
      await refused('POST', calls, {
        ...{ ...autoCall, cidType: 'gornum', cidData: 'nowhere', additionalOptions },
        ...{ defaultExecData: 'nobody' },
      }),
      ['cidData', 'defaultExecData'],
    )
  })

  test('nobody is taken into a task that is over, and the task of the day is there all day', async () => {
    const autoCallId = await made()
    await ask('POST', `${calls}/${autoCallId}/halted`)
    assert.deepEqual(await refused('POST', people, { phone: '74951234567', autoCallId }), ['autoCallId'])
    const batch = await ask('POST', `${people}/batch`, { batch: [{ phone: '74951234567', autoCallId }] })
    assert.deepEqual([batch.body.items, batch.body.errors[0].field], [[], 'autoCallId'])
    const template = (await ask('POST', calls, { ...autoCall, name: 'short', lifetime: 600 })).body.id.identity
    await ask('POST', `${people}/single`, { phone: '74951234567', autoCallTemplateId: template })
    const { rows } = await database.pool.query(
      `select id, expires_at as "expiresAt" from campaign where name like 'short 20%'`,
    )
    assert.equal(rows[0].expiresAt, null)
    await ask('POST', `${calls}/${rows[0].id}/halted`)
    const late = { phone: '74951234568', autoCallTemplateId: template }
    assert.deepEqual(await refused('POST', `${people}/single`, late), ['autoCallTemplateId'])
  })

  test('a refresh names what is missing; nothing for ttl is a week', async () => {
    const { body } = await ask('POST', '/api/v1/auth/login', { email: login.login, password: login.password, ttl: '' })
    const refresh = (query: string) => ask('GET', `/api/v1/auth/refresh?${query}`)
    const missing = await refresh('ttl=soon')
    assert.deepEqual([missing.status, Object.keys(missing.body.errors)], [400, ['refreshToken', 'ttl']])
    assert.equal((await refresh(`refreshToken=${body.token}`)).status, 401, 'an access token renews nothing')
    assert.equal((await refresh(`refreshToken=${body.refreshToken}&ttl=`)).status, 200)
    const { rows } = await database.pool.query(
      `select round(extract(epoch from max(expires_at) - dw_clock()) / 86400)::int as days from api_token where kind = 'access' and name = 'session'`,
    )
    assert.equal(rows[0].days, 7)
  })
})
