import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { useTestDatabase } from '../fixtures/database.ts'
import { examples, makeResources } from '../http/resource-surface.ts'
import { type HttpGround, type Ids, native, openHttp, task, tokenOf } from '../http/surface.ts'

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE'
type Hook = { url: string; events: string[] }
type Shown = {
  id: string
  hasPassword: boolean
  login: string | null
  authUsername: string | null
  forceOut: boolean
  reservedCalls: number
  inbound: { scenario: string | null; startBlock: string | null; maxDurationSeconds: number; webhooks: Hook[] } | null
  registration: { state: string } | null
}

describe('numbers that are called', () => {
  const database = useTestDatabase()
  let http: HttpGround
  let ids: Ids
  const owner = tokenOf('own', 'owner')
  const ask = (method: Method, path: string, payload?: object, headers: Record<string, string> = {}) =>
    http.app.inject({
      method,
      url: path.startsWith('/') ? path : `${native}/${path}`,
      headers: { authorization: `Bearer ${owner}`, ...headers },
      ...(payload === undefined ? {} : { payload }),
    })
  const make = async (more: object): Promise<Shown> => {
    const answer = await ask('POST', 'numbers', { ...examples.numbers?.made(ids), ...more })
    assert.equal(answer.statusCode, 201, answer.body)
    return answer.json()
  }
  const change = async (id: string, given: object): Promise<Shown> => {
    const answer = await ask('PATCH', `numbers/${id}`, given)
    assert.equal(answer.statusCode, 200, answer.body)
    return answer.json()
  }
  const wrong = async (method: 'POST' | 'PATCH', path: string, given: object): Promise<string[]> => {
    const body = method === 'POST' ? { ...examples.numbers?.made(ids), ...given } : given
    const answer = await ask(method, path, body)
    assert.equal(answer.statusCode, 422, answer.body)
    return answer
      .json()
      .errors.map(({ pointer }: { pointer: string }) => pointer)
      .toSorted()
  }
  const endpointsOf = async (id: string) =>
    (
      await database.pool.query<{ id: string; url: string; dialect: string }>(
        'select id, url, dialect from webhook_endpoint where number_id = $1 order by url',
        [id],
      )
    ).rows

  before(async () => {
    http = await openHttp(database.pool)
    const made = await ask('POST', '/api/cis/beta/tasks', task)
    ids = await makeResources(http.app, owner, { campaign: made.json().id, call: '' })
  })
  after(() => http.close())

  test('a rule with its scenario, its receivers and a DID is shown as it was given; defaults stand for what was not', async () => {
    const { scenarios } = ids
    const inbound = { action: 'robot', scenario: scenarios, did: '456', webhooks: [{ url: 'https://a.example.test/' }] }
    const number = await make({ inbound, maxCalls: 3, reservedCalls: 2, forceOut: true })
    assert.deepEqual(number.inbound, {
      ...{ action: 'robot', scenario: scenarios, startBlock: null, shownName: 'caller', shownNumber: 'caller' },
      ...{ record: 'all', webhooks: [{ url: 'https://a.example.test/', events: [] }], did: '456', comment: null },
      maxDurationSeconds: 3_600,
    })
    assert.deepEqual([number.reservedCalls, number.forceOut, number.registration], [2, true, null])
    assert.deepEqual((await ask('GET', `numbers/${number.id}`)).json(), number)
  })

  test('how long a call may last is shown as given, and more than four hours is refused', async () => {
    const { id, inbound } = await make({ inbound: { action: 'end', maxDurationSeconds: 14_400 } })
    assert.equal(inbound?.maxDurationSeconds, 14_400)
    for (const maxDurationSeconds of [0, 14_401, 1.5])
      assert.deepEqual(await wrong('PATCH', `numbers/${id}`, { inbound: { action: 'end', maxDurationSeconds } }), [
        '/inbound/maxDurationSeconds',
      ])
  })

  test('a changed rule keeps the receivers that stay, and the vendors’; null takes the rule and its receivers away', async () => {
    const a = { url: 'https://a.example.test/', events: [] }
    const b = { url: 'https://b.example.test/', events: ['call.finished'] }
    const { id } = await make({ inbound: { action: 'end', webhooks: [a, { ...b, events: [] }] } })
    const before = await endpointsOf(id)
    await database.pool.query(
      `insert into webhook_endpoint (id, workspace_id, number_id, url, dialect)
       select gen_random_uuid(), workspace_id, id, 'https://twin.example.test/', 'twin' from phone_number where id = $1`,
      [id],
    )
    const changed = await change(id, { inbound: { action: 'end', webhooks: [b] } })
    assert.deepEqual(changed.inbound?.webhooks, [b])
    const kept = await endpointsOf(id)
    assert.deepEqual(
      kept.map(({ url, dialect }) => [url, dialect]),
      [
        [b.url, 'native'],
        ['https://twin.example.test/', 'twin'],
      ],
    )
    assert.equal(kept[0]?.id, before[1]?.id, 'what waits to be delivered waits on')
    assert.equal((await change(id, { inbound: null })).inbound, null)
    assert.deepEqual(
      (await endpointsOf(id)).map(({ dialect }) => dialect),
      ['twin'],
    )
    assert.equal((await ask('DELETE', `numbers/${id}`)).statusCode, 204)
    assert.deepEqual(await endpointsOf(id), [])
  })

  test('a receiver of a rule that is given a secret is told signed, also after the rule has changed', async () => {
    const hook = { url: 'https://signed.example.test/', events: [] }
    const { id } = await make({ inbound: { action: 'end', webhooks: [hook] } })
    const endpoint = async (): Promise<{ id: string; hasSecret: boolean }> => {
      const all: { items: { id: string; number: string | null; hasSecret: boolean }[] } = (
        await ask('GET', 'webhookEndpoints?limit=100')
      ).json()
      return all.items.find(({ number }) => number === id) ?? assert.fail('it is not among the endpoints')
    }
    const made = await endpoint()
    assert.equal(made.hasSecret, false)
    const answer = await ask('PATCH', `webhookEndpoints/${made.id}`, {
      secret: 'sixteen letters and more'.replaceAll(' ', '-'),
    })
    assert.equal(answer.statusCode, 200, answer.body)
    await change(id, { inbound: { action: 'end', webhooks: [{ ...hook, events: ['call.finished'] }], comment: 'new' } })
    assert.deepEqual([(await endpoint()).id, (await endpoint()).hasSecret], [made.id, true])
  })

  test('credentials are kept sealed, make the number a line, and go with its login', async () => {
    const number = await make({
      login: 'line-7',
      authUsername: 'auth-7',
      password: 'hush hush hush',
      fromDomain: 'x.test',
    })
    assert.deepEqual([number.hasPassword, number.login, number.registration?.state], [true, 'line-7', 'pending'])
    assert.equal(JSON.stringify(number).includes('hush'), false)
    const { rows } = await database.pool
      .query('select after from audit_entry where resource_id = $1', [number.id])
      .catch(() => ({ rows: [] }))
    assert.equal(JSON.stringify(rows).includes('hush'), false)
    const without = await change(number.id, { login: null })
    assert.deepEqual(
      [without.hasPassword, without.login, without.authUsername, without.registration],
      [false, null, null, null],
    )
    assert.deepEqual(await wrong('PATCH', `numbers/${number.id}`, { password: 'alone' }), ['/login'])
  })

  test('how a registration stands is no part of the version that a change is made to', async () => {
    const { id } = await make({ login: 'line-8', password: 'hush hush hush' })
    const etag = String((await ask('GET', `numbers/${id}`)).headers.etag)
    await database.pool.query(
      "insert into dialer_node (name, epoch, expires_at) values ('n', 1, dw_clock()) on conflict do nothing",
    )
    await database.pool.query(
      `insert into line_registration (line_id, workspace_id, node, epoch, state, until, message, changed_at)
       select n.id, n.workspace_id, d.node, 1, 'registered', dw_clock(), 'Registered.', dw_clock()
         from phone_number n, dialer_node d where n.id = $1 limit 1`,
      [id],
    )
    const answer = await ask('GET', `numbers/${id}`)
    assert.match(answer.json().registration.until, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
    assert.equal(answer.json().registration.state, 'registered')
    assert.equal(answer.headers.etag, etag)
    assert.equal((await ask('PATCH', `numbers/${id}`, { name: 'renamed' }, { 'if-match': etag })).statusCode, 200)
  })

  test('what means nothing is refused by its place', async () => {
    assert.deepEqual(await wrong('POST', 'numbers', { inbound: { action: 'robot' } }), ['/inbound/scenario'])
    assert.deepEqual(await wrong('POST', 'numbers', { inbound: { action: 'robot', scenario: 'nobody' } }), [
      '/inbound/scenario',
    ])
    const { scenarios } = ids
    assert.deepEqual(
      await wrong('POST', 'numbers', { inbound: { action: 'robot', scenario: scenarios, startBlock: 'gone' } }),
      ['/inbound/startBlock'],
    )
    const events = ['attempt.finished']
    assert.deepEqual(
      await wrong('POST', 'numbers', { inbound: { action: 'end', webhooks: [{ url: 'https://x.test/', events }] } }),
      ['/inbound/webhooks/0/events/0'],
    )
    const { id } = await make({ maxCalls: 3 })
    assert.deepEqual(await wrong('PATCH', `numbers/${id}`, { reservedCalls: 4 }), ['/reservedCalls'])
    assert.equal((await change(id, { reservedCalls: 3 })).reservedCalls, 3)
    assert.deepEqual(await wrong('PATCH', `numbers/${id}`, { maxCalls: 2 }), ['/reservedCalls'])
    const trunk = await ask('POST', 'trunks', { name: 'unregistered', host: '127.0.0.1', register: { every: 300 } })
    assert.equal(trunk.statusCode, 422, trunk.body)
  })

  test('a registered trunk keeps its credentials as long as it is registered', async () => {
    const given = { name: 'account', host: '127.0.0.1', username: 'we', password: 'hush', register: { every: 300 } }
    const made = await ask('POST', 'trunks', given)
    assert.equal(made.statusCode, 201, made.body)
    const { id, register, registration } = made.json()
    assert.deepEqual([register, registration.state], [{ every: 300 }, 'pending'])
    assert.equal((await ask('PATCH', `trunks/${id}`, { username: null })).statusCode, 422)
    const off = await ask('PATCH', `trunks/${id}`, { register: null })
    assert.deepEqual([off.json().register, off.json().registration], [null, null])
  })

  test('a scenario stays while a number needs it', async () => {
    const made = await ask('POST', 'scenarios', examples.scenarios?.made(ids))
    const { id, name } = made.json()
    const number = await make({ inbound: { action: 'robot', scenario: name } })
    const refused = await ask('DELETE', `scenarios/${id}`)
    assert.deepEqual([refused.statusCode, refused.json().usedBy[0].kind], [409, 'number'])
    await change(number.id, { inbound: { action: 'end' } })
    assert.equal((await ask('DELETE', `scenarios/${id}`)).statusCode, 204)
  })
})
