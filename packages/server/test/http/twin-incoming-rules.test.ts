/** Incoming rules one by one: listed, read, changed, taken away; their providers; who hears of their calls. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { native } from './surface.ts'
import { prefixes, printed, put, shared, useIncomingRules } from './twin-incoming-ground.ts'

describe('incoming rules of TWIN24', () => {
  const { database, ask, add, listed, ids } = useIncomingRules()

  test('numbers are listed and read with the vendor’s ids, and their passwords are not', async () => {
    const body = printed()
    Object.assign(body.connectionOptionsList[0] ?? {}, {
      ...{ login: 'line', authUser: 'auth', password: 'hush hush', fromDomain: 'sip.example.test' },
    })
    assert.equal((await add(body)).statusCode, 200)
    const { count, items } = await listed('71234567')
    const [first, second] = items
    assert.equal(count, 2)
    assert.deepEqual(first, {
      id: first?.id,
      ...{ name: 'Название номера 1', number: '71234567001' },
      additionalOptions: body.additionalOptions,
      incomingCallsOptions: body.incomingCallsOptions,
      notificationOptions: body.notificationOptions,
      webhookUrls: ['https://sample.com'],
      connectionOptions: {
        ...{ providerId: shared, numberAsDid: false, did: '123', authUser: 'auth', fromDomain: 'sip.example.test' },
        ...{ login: 'line', hasPassword: true, forceOutOverChannel: true },
      },
      registration: { state: 'pending', until: null, message: '', since: null },
    })
    assert.deepEqual([second?.registration, JSON.stringify(items).includes('hush')], [null, false])
    assert.deepEqual((await ask('GET', `${prefixes[1]}/incomingRules/${first?.id}`)).json(), first)
    assert.deepEqual((await listed('номера 2')).items, [second])
    assert.deepEqual((await listed('+71234567002')).items, [second])
    const page = (await ask('GET', `${prefixes[1]}/incomingRules?keyword=71234567&limit=1&page=1`)).json()
    assert.deepEqual(page, { count: 2, items: [second] })
    for (const wrong of ['limit=0', 'limit=1001', 'page=-1', 'offset=x', 'page=1&offset=1'])
      assert.equal((await ask('GET', `${prefixes[1]}/incomingRules?${wrong}`)).statusCode, 400, wrong)
  })

  test('a rule is changed field by field; what our own API set stays; then the number is taken away', async () => {
    assert.equal((await add(printed())).statusCode, 200)
    const [first] = (await listed('71234567')).items
    const { id = '' } = first ?? {}
    const url = `${prefixes[0]}/incomingRules/${id}`
    const own = { url: 'https://own.example.test/', events: [] }
    const inbound = {
      ...{ action: 'robot', scenario: ids().scenarios, startBlock: 'start', did: '123', webhooks: [own] },
      maxDurationSeconds: 90,
    }
    assert.equal((await ask('PATCH', `${native}/numbers/${id}`, { inbound })).statusCode, 200)
    const changed = await ask('PATCH', url, {
      ...{ name: 'Новое имя', webhookUrls: ['https://other.example.test/'] },
      incomingCallsOptions: { cidAsName: 'num_caller', cidAsNumber: 'called' },
      additionalOptions: { callRecord: 'off' },
      connectionOptions: { login: 'line', password: 'hush', forceOutOverChannel: false },
    })
    assert.equal(changed.statusCode, 200, changed.body)
    const shown = changed.json()
    assert.deepEqual(
      [shown.name, shown.webhookUrls, shown.additionalOptions.callRecord, shown.connectionOptions.did],
      ['Новое имя', ['https://other.example.test/'], 'off', '123'],
    )
    assert.deepEqual(
      [shown.incomingCallsOptions.cidAsName, shown.incomingCallsOptions.cidAsNumber, shown.registration.state],
      ['num_caller', 'called', 'pending'],
    )
    const ours = (await ask('GET', `${native}/numbers/${id}`)).json()
    assert.deepEqual(
      [ours.inbound.startBlock, ours.inbound.webhooks, ours.inbound.maxDurationSeconds, ours.inbound.shownName],
      ['start', [own], 90, 'caller-number'],
    )
    assert.deepEqual([ours.hasPassword, ours.forceOut], [true, false])
    // The password stays where it is not given, and goes with its login.
    assert.equal(
      (await ask('PATCH', url, { connectionOptions: { fromDomain: 'a.test' } })).json().connectionOptions.hasPassword,
      true,
    )
    assert.equal(
      (await ask('PATCH', url, { connectionOptions: { login: '' } })).json().connectionOptions.hasPassword,
      false,
    )
    const ended = await ask('PATCH', url, { incomingCallsOptions: { action: 'end' } })
    assert.deepEqual([ended.statusCode, ended.json().incomingCallsOptions], [200, { action: 'end' }], ended.body)
    for (const [given, field] of [
      [{ incomingCallsOptions: { action: 'robot' } }, 'incomingCallsOptions.botId'],
      [{ connectionOptions: { numberAsDid: false, did: '' } }, 'connectionOptions.did'],
      [{ connectionOptions: { providerId: 'nobody' } }, 'connectionOptions.providerId'],
      [{ connectionOptions: { password: 'alone' } }, 'connectionOptions.login'],
      [{ number: '71234567002' }, 'number'],
      [{ number: 'x' }, 'number'],
      [{ name: 7 }, 'name'],
    ] as const) {
      const answer = await ask('PATCH', url, given)
      assert.equal(answer.statusCode, 400, answer.body)
      assert.ok(field in answer.json().errors, `${field}: ${answer.body}`)
    }
    assert.deepEqual((await ask('GET', url)).json(), ended.json(), 'nothing of what was refused')
    // Clients name a type also where they send nothing.
    const gone = await ask('DELETE', url, undefined, { 'content-type': 'application/json' })
    assert.deepEqual([gone.statusCode, gone.rawPayload.length], [204, 0])
    for (const method of ['GET', 'DELETE'] as const) assert.equal((await ask(method, url)).statusCode, 404)
    assert.equal((await ask('PATCH', url, { name: 'x' })).statusCode, 404)
  })

  test('a number may be sent back as it is shown, and nothing changes: with a bot, ended, without a rule', async () => {
    const body = printed()
    Object.assign(body.connectionOptionsList[0] ?? {}, { login: 'line', password: 'hush' })
    assert.equal((await add(body)).statusCode, 200)
    const ended = put(
      put(printed(), ['incomingCallsOptions'], { action: 'end' }),
      ['numbers'],
      ['71234567003', '71234567004'],
    )
    assert.equal((await add(ended)).statusCode, 200)
    const bare = { name: 'bare', phone: '71234567005', trunk: ids().trunks }
    assert.equal((await ask('POST', `${native}/numbers`, bare)).statusCode, 201)
    const before = (await listed('7123456')).items
    assert.equal(before.length, 5)
    for (const shown of before) {
      const answer = await ask('PATCH', `${prefixes[0]}/incomingRules/${shown.id}`, shown)
      assert.deepEqual([answer.statusCode, answer.json()], [200, shown], answer.body)
    }
    const ruleless = before.find(({ name }) => name === 'bare')
    const half = await ask('PATCH', `${prefixes[0]}/incomingRules/${ruleless?.id}`, {
      additionalOptions: { callRecord: 'off' },
    })
    assert.deepEqual(Object.keys(half.json().errors), ['incomingCallsOptions.action'])
  })

  test('a number that is in use is not taken away', async () => {
    const { numbers } = ids()
    const answer = await ask('DELETE', `${prefixes[0]}/incomingRules/${numbers}`)
    assert.equal(answer.statusCode, 409, answer.body)
    assert.match(answer.json().message, /is used by/)
  })

  test('providers are listed by the id that a batch names them with', async () => {
    for (const prefix of prefixes) {
      const { count, items } = (await ask('GET', `${prefix}/providers`)).json()
      assert.equal(count, items.length)
      const provider = items.find(({ id }: { id: string }) => id === shared)
      assert.deepEqual([provider?.host, provider?.port, provider?.registration], ['127.0.0.1', 5070, null])
    }
  })

  test('the company’s hook is one endpoint in the vendor’s words, whoever sets it how often at once', async () => {
    const url = '/api/iam/v1/companies/4711/settings'
    const set = (to: unknown) => ask('PATCH', url, { settings: { 'cis.webhooks.incomingCall': to, other: 1 } })
    assert.deepEqual((await ask('GET', url)).json(), { settings: { 'cis.webhooks.incomingCall': null } })
    const answers = await Promise.all(['a', 'b', 'c'].map((name) => set(`https://${name}.example.test/`)))
    assert.deepEqual(
      answers.map(({ statusCode }) => statusCode),
      [200, 200, 200],
    )
    const last = await set('https://last.example.test/')
    assert.deepEqual(last.json(), { settings: { 'cis.webhooks.incomingCall': 'https://last.example.test/' } })
    const endpoints = async () =>
      (
        await database.pool.query<{ url: string; enabled: boolean; events: string[] }>(
          "select url, enabled, events from webhook_endpoint where dialect = 'twin' and number_id is null and campaign_id is null",
        )
      ).rows
    assert.deepEqual(await endpoints(), [
      { url: 'https://last.example.test/', enabled: true, events: ['INCOMING_ROBOT_ENDED', 'INCOMING_CALL_ENDED'] },
    ])
    assert.deepEqual((await ask('PATCH', url, { settings: {} })).json(), last.json(), 'what is not given stays')
    assert.deepEqual((await set('')).json(), { settings: { 'cis.webhooks.incomingCall': null } })
    assert.equal((await endpoints())[0]?.enabled, false)
    for (const wrongUrl of ['nowhere', 1, {}, 'ftp://x.test'])
      assert.deepEqual(Object.keys((await set(wrongUrl)).json().errors), ['settings.cis.webhooks.incomingCall'])
    assert.equal((await ask('PATCH', url, {})).statusCode, 400)
  })
})
