/** What single resources promise: what is in use stays, lines keep their routes, scripts their versions, a workspace its owner. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { useTestDatabase } from '../fixtures/database.ts'
import { examples, makeResource, makeResources } from './resource-surface.ts'
import { campaign, contacts, type HttpGround, type Ids, native, openHttp, task, tokenOf } from './surface.ts'

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE'

describe('resources', () => {
  const database = useTestDatabase()
  let http: HttpGround
  let ids: Ids
  before(async () => {
    http = await openHttp(database.pool)
    const made = await ask('POST', '/api/cis/beta/tasks', task)
    ids = await makeResources(http.app, owner, { campaign: made.json().id, call: '' })
  })
  after(() => http.close())

  const owner = tokenOf('own', 'owner')
  const ask = (method: Method, url: string, payload?: object, token = owner) =>
    http.app.inject({
      method,
      url: url.startsWith('/') ? url : `${native}/${url}`,
      headers: { authorization: `Bearer ${token}` },
      ...(payload === undefined ? {} : { payload }),
    })
  const make = async (path: string, more: object = {}): Promise<Record<string, string>> => {
    const answer = await ask('POST', path, { ...examples[path]?.made(ids), ...more })
    assert.equal(answer.statusCode, 201, answer.body)
    return answer.json()
  }
  const refused = async (path: string): Promise<{ kind: string; name: string }[]> => {
    const answer = await ask('DELETE', path)
    assert.deepEqual([answer.statusCode, answer.json().code], [409, 'in-use'], answer.body)
    const { usedBy, title } = answer.json()
    for (const { name } of usedBy) assert.ok(title.includes(name), title)
    return usedBy.map(({ kind, name }: { kind: string; name: string }) => ({ kind, name }))
  }

  test('a trunk, a number and a dialplan stay while somebody needs them, who is named; then they go', async () => {
    const trunk = await make('trunks')
    const number = await make('numbers', { trunk: trunk.id })
    const group = await make('callerIdGroups', { numbers: [number.id] })
    const dialplan = await make('dialplans', { routes: [{ prefix: '7', trunks: [trunk.name] }] })
    assert.deepEqual(await refused(`trunks/${trunk.id}`), [
      { kind: 'number', name: number.name },
      { kind: 'dialplan', name: dialplan.name },
    ])
    assert.deepEqual(await refused(`numbers/${number.id}`), [{ kind: 'caller ID group', name: group.name }])
    const job = await ask('POST', 'campaigns', {
      ...campaign,
      name: 'needs them',
      route: { via: 'dialplan', dialplan: dialplan.id, callerId: { mode: 'group', group: group.id } },
    })
    assert.equal(job.statusCode, 201, job.body)
    for (const path of [`dialplans/${dialplan.id}`, `callerIdGroups/${group.id}`])
      assert.deepEqual(await refused(path), [{ kind: 'campaign', name: 'needs them' }])
    const inOrder = [
      ...[`campaigns/${job.json().id}`, `callerIdGroups/${group.id}`, `dialplans/${dialplan.id}`],
      ...[`numbers/${number.id}`, `trunks/${trunk.id}`],
    ]
    for (const path of inOrder) assert.equal((await ask('DELETE', path)).statusCode, 204, path)
    const { rows } = await database.pool.query(
      `select (select count(*) from pace where owner_id = any ($1))::int as paces, (select count(*) from external_id where resource_id = any ($1))::int as ids`,
      [[trunk.id, number.id]],
    )
    assert.deepEqual({ ...rows[0] }, { paces: 0, ids: 0 })
  })

  test('who takes a trunk away while another puts a number on it: one of the two is refused, whoever is first', async () => {
    for (let round = 0; round < 12; round += 1) {
      const trunk = await make('trunks')
      const given = { ...examples.numbers?.made(ids), trunk: trunk.id }
      const remove = () => ask('DELETE', `trunks/${trunk.id}`)
      const put = () => ask('POST', 'numbers', given)
      const [gone, number] =
        round % 2 === 0
          ? await Promise.all([remove(), put()])
          : await Promise.all([put(), remove()]).then((both) => both.toReversed())
      assert.ok(gone !== undefined && number !== undefined)
      const outcome = `${gone.statusCode} ${number.statusCode}`
      assert.ok(['204 422', '204 409', '409 201'].includes(outcome), `${outcome} ${gone.body} ${number.body}`)
    }
  })

  test('a number that an undone campaign shows stays; one that nobody shows goes', async () => {
    const number = await make('numbers', { phone: '+79991112233' })
    const job = await ask('POST', 'campaigns', {
      ...campaign,
      name: 'shows it',
      route: { ...campaign.route, callerId: { mode: 'number', number: '79991112233' } },
    })
    assert.deepEqual(await refused(`numbers/${number.id}`), [{ kind: 'campaign', name: 'shows it' }])
    await ask('POST', `campaigns/${job.json().id}/stop`)
    assert.equal((await ask('DELETE', `numbers/${number.id}`)).statusCode, 204)
  })

  test('a route keeps its id through a change; one that holds people of a campaign cannot be left out', async () => {
    const dialplan = await make('dialplans', {
      routes: [
        { prefix: '', trunks: [ids.trunks] },
        { prefix: '7495', trunks: [ids.trunks] },
        { prefix: '49', trunks: [ids.trunks] },
      ],
    })
    const route = { via: 'dialplan', dialplan: dialplan.id }
    const job = (await ask('POST', 'campaigns', { ...campaign, name: 'on a route', route })).json()
    const added = await ask('POST', `campaigns/${job.id}/contacts`, contacts)
    assert.equal(added.json().accepted, 1, added.body)
    const routeIds = async () =>
      Object.fromEntries(
        (
          await database.pool.query('select prefix, id from route where dialplan_id = $1 order by prefix', [
            dialplan.id,
          ])
        ).rows.map(({ prefix, id }) => [prefix, id]),
      )
    const earlier = await routeIds()
    const without = await ask('PATCH', `dialplans/${dialplan.id}`, { routes: [{ prefix: '', trunks: [ids.trunks] }] })
    assert.deepEqual([without.statusCode, without.json().usedBy[0].name], [409, 'on a route'])
    assert.deepEqual(await routeIds(), earlier, 'nothing is half changed')
    const other = await make('trunks')
    const kept = [
      { prefix: '7495', trunks: [other.id, ids.trunks] },
      { prefix: '', trunks: [other.id] },
    ]
    const changed = await ask('PATCH', `dialplans/${dialplan.id}`, { routes: kept })
    assert.equal(changed.statusCode, 200, changed.body)
    assert.deepEqual(changed.json().routes, [kept[1], kept[0]])
    assert.deepEqual(await routeIds(), { '': earlier[''], '7495': earlier['7495'] })
  })

  test('a scenario gets a version with each change; a campaign keeps the one it was made with', async () => {
    const scenario = await make('scenarios')
    const job = (await ask('POST', 'campaigns', { ...campaign, scenario: scenario.id })).json()
    const blocks = [
      { id: 'wait', type: 'pause', seconds: 2, next: 'end' },
      { id: 'end', type: 'hangup' },
    ]
    const changed = (await ask('PATCH', `scenarios/${scenario.id}`, { blocks })).json()
    assert.deepEqual([scenario.version, changed.version], [1, 2])
    assert.deepEqual(changed.blocks, blocks)
    assert.equal((await ask('PATCH', `scenarios/${scenario.id}`, { blocks })).json().version, 2)
    const { rows } = await database.pool.query(
      'select v.number from campaign c join scenario_version v on v.id = c.scenario_version_id where c.id = $1',
      [job.id],
    )
    assert.equal(rows[0].number, 1)
    const wrong = await ask('PATCH', `scenarios/${scenario.id}`, { blocks: [blocks[0]] })
    assert.deepEqual([wrong.statusCode, wrong.json().errors[0].pointer], [422, '/blocks/0/next'])
    assert.equal((await ask('GET', `scenarios/${scenario.id}`)).json().version, 2)
    assert.equal((await refused(`scenarios/${scenario.id}`))[0]?.kind, 'campaign')
    const list = await ask('GET', `scenarios?name=${scenario.name}`)
    assert.equal(list.json().items[0].blocks, undefined, 'lists leave the script out')
  })

  test('what is referred to is found by id, by name, and by an id at a vendor', async () => {
    const trunk = await make('trunks', { externalIds: { twin: 'T-1', is74: 74 } })
    for (const reference of [trunk.id, trunk.name, { twin: 'T-1' }, { is74: 74 }]) {
      const number = await ask('POST', 'numbers', { ...examples.numbers?.made(ids), trunk: reference })
      assert.equal(number.statusCode, 201, number.body)
      assert.equal(number.json().trunk, trunk.id)
      await ask('DELETE', `numbers/${number.json().id}`)
    }
    for (const reference of ['nobody', { yunfu: 74 }, crypto.randomUUID()]) {
      const number = await ask('POST', 'numbers', { ...examples.numbers?.made(ids), trunk: reference })
      assert.deepEqual([number.statusCode, number.json().errors[0].pointer], [422, '/trunk'])
    }
  })

  test('a password of a trunk needs a username, and goes with it', async () => {
    const alone = await ask('POST', 'trunks', { name: 'no user', host: 'h', password: 'p' })
    assert.deepEqual([alone.statusCode, alone.json().errors[0].pointer], [422, '/username'])
    const trunk = await make('trunks')
    assert.equal((await ask('PATCH', `trunks/${trunk.id}`, { username: null })).json().hasPassword, false)
    assert.equal((await ask('PATCH', `trunks/${trunk.id}`, { password: 'p' })).statusCode, 422)
  })

  test('the last owner is neither demoted nor removed, also when two go at once', async () => {
    const { items } = (await ask('GET', 'users?role=owner')).json()
    assert.equal(items.length, 1)
    for (const [method, body] of [
      ['PATCH', { role: 'admin' }],
      ['DELETE', undefined],
    ] as const) {
      const answer = await ask(method, `users/${items[0].id}`, body)
      assert.deepEqual([answer.statusCode, answer.json().code], [409, 'last-owner'])
    }
    const second = await make('users', { role: 'owner' })
    // Both have looked, and neither has written its audit yet: they are held right before their ends.
    const holder = await database.pool.connect()
    await holder.query('begin; lock table audit_entry in access exclusive mode')
    const leaving = Promise.all([
      ask('PATCH', `users/${items[0].id}`, { role: 'analyst' }),
      ask('DELETE', `users/${second.id}`),
    ])
    const waiting = async (): Promise<number> =>
      (
        await database.pool.query(
          "select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
        )
      ).rows[0].n
    while ((await waiting()) < 2);
    await holder.query('commit')
    holder.release()
    const both = await leaving
    assert.equal(both.filter(({ statusCode }) => statusCode === 409).length, 1, both.map(({ body }) => body).join())
    assert.equal((await ask('GET', 'users?role=owner')).json().items.length, 1)
  })

  test('a new password closes all sessions of that person, and of nobody else; the old one is no use', async () => {
    const person = { login: 'sessions@example.test', password: 'first password' }
    const { id } = await make('users', { ...person, role: 'analyst' })
    const other = { login: 'bystander@example.test', password: 'other password' }
    await make('users', { ...other, role: 'analyst' })
    const enter = async (given: object): Promise<string> =>
      (await http.app.inject({ method: 'POST', url: `${native}/session`, payload: given })).json().token
    const sessions = [await enter(person), await enter(person)]
    const bystander = await enter(other)
    const works = async (token: string) => (await ask('GET', 'campaigns', undefined, token)).statusCode
    for (const session of [...sessions, bystander]) assert.equal(await works(session), 200)
    const changed = await ask('PATCH', `users/${id}`, { password: 'second password' })
    assert.equal(changed.statusCode, 200, changed.body)
    for (const session of sessions) assert.equal(await works(session), 401)
    assert.equal(await works(bystander), 200)
    assert.equal(await enter(person), undefined)
    assert.equal(await works(await enter({ ...person, password: 'second password' })), 200)
    const { rows } = await database.pool.query('select password_hash from app_user where id = $1', [id])
    assert.match(rows[0].password_hash, /^\$argon2id\$/)
  })

  test('whoever knows his password changes it himself, in any role; who does not is told nothing', async () => {
    const person = { login: 'self@example.test', password: 'first password' }
    const { id } = await make('users', { ...person, role: 'operator' })
    const post = (url: string, payload: object) => http.app.inject({ method: 'POST', url: `${native}/${url}`, payload })
    const { token } = (await post('session', person)).json()
    const works = async (one: string) => (await ask('GET', 'campaigns', undefined, one)).statusCode
    for (const wrong of [
      { ...person, password: 'guess', newPassword: 'eight letters' },
      { login: 'nobody', password: 'x', newPassword: 'eight letters' },
    ]) {
      const answer = await post('session/password', wrong)
      assert.deepEqual([answer.statusCode, answer.json().title], [401, 'The login or the password is wrong'])
    }
    assert.equal((await post('session/password', { ...person, newPassword: 'short' })).statusCode, 422)
    assert.equal(await works(token), 200)
    const changed = await post('session/password', { ...person, newPassword: 'second password' })
    assert.equal(changed.statusCode, 200, changed.body)
    assert.deepEqual([await works(token), await works(changed.json().token)], [401, 200])
    assert.equal((await post('session', person)).statusCode, 401)
    const [entry] = (await ask('GET', `audit?resource=${id}`)).json().items
    assert.deepEqual([entry.action, entry.actor, entry.secrets], ['change', person.login, ['password']])
  })

  test('nobody makes, changes or removes somebody above himself', async () => {
    const admin = tokenOf('own', 'admin')
    const { items } = (await ask('GET', 'users?role=owner')).json()
    const made = { login: 'climber@example.test', password: 'eight letters', role: 'owner' }
    for (const [method, path, body] of [
      ['POST', 'users', made],
      ['PATCH', `users/${items[0].id}`, { password: 'taken over' }],
      ['PATCH', `users/${ids.users}`, { role: 'owner' }],
      ['DELETE', `users/${items[0].id}`, undefined],
      ['POST', 'tokens', { name: 'climber', role: 'owner' }],
    ] as const) {
      const answer = await ask(method, path, body, admin)
      assert.deepEqual([answer.statusCode, answer.json().code], [403, 'forbidden'], `${method} ${path}`)
    }
    assert.equal((await ask('POST', 'users', { ...made, role: 'admin' }, admin)).statusCode, 201)
    const token = await make('tokens', { role: 'owner', scopes: [] })
    assert.equal((await ask('DELETE', `tokens/${token.id}`, undefined, admin)).statusCode, 403)
    assert.equal((await ask('DELETE', `tokens/${token.id}`)).statusCode, 204)
  })

  test('a token is told once, works as it was made, shows its last use, and ends when it is revoked', async () => {
    const body = { name: 'reader', role: 'analyst', scopes: ['calls:read'], expiresAt: '2090-01-01T00:00:00Z' }
    const key = { 'idempotency-key': 'one-token' }
    const repeat = () =>
      http.app.inject({
        method: 'POST',
        url: `${native}/tokens`,
        headers: { authorization: `Bearer ${owner}`, ...key },
        payload: body,
      })
    const made = (await repeat()).json()
    const again = (await repeat()).json()
    assert.equal(again.id, made.id)
    assert.equal(again.value, undefined)
    assert.match(made.value, /^dw_[\w-]{43}$/)
    assert.equal(made.lastUsedAt, null)
    assert.equal((await ask('GET', 'calls', undefined, made.value)).statusCode, 200)
    assert.equal((await ask('GET', 'campaigns', undefined, made.value)).statusCode, 403)
    const read = await ask('GET', `tokens/${made.id}`)
    assert.ok(read.json().lastUsedAt !== null)
    for (const text of [read.body, (await ask('GET', 'tokens')).body, (await ask('GET', 'audit')).body])
      assert.ok(!text.includes(made.value))
    assert.equal((await ask('DELETE', `tokens/${made.id}`)).statusCode, 204)
    assert.equal((await ask('GET', 'calls', undefined, made.value)).statusCode, 401)
    const past = await ask('POST', 'tokens', { ...body, expiresAt: '2020-01-01T00:00:00Z' })
    assert.deepEqual([past.statusCode, past.json().errors[0].pointer], [422, '/expiresAt'])
  })

  test('a narrowed token makes narrower ones only; a session is no token', async () => {
    const narrow = await make('tokens', { role: 'owner', scopes: ['tokens:write', 'calls:read'] })
    const attempt = async (scopes: readonly string[]) =>
      (await ask('POST', 'tokens', { name: 'child', role: 'owner', scopes }, narrow.value)).statusCode
    assert.deepEqual(
      [await attempt([]), await attempt(['users:write']), await attempt(['calls:read'])],
      [403, 403, 201],
    )
    const { rows } = await database.pool.query<{ id: string }>(
      'select id from api_token where user_id is not null limit 1',
    )
    assert.ok(rows[0] !== undefined)
    assert.equal((await ask('GET', `tokens/${rows[0].id}`)).statusCode, 404)
    assert.equal((await ask('DELETE', `tokens/${rows[0].id}`)).statusCode, 404)
  })

  test('a do-not-call entry holds for every way to write the number', async () => {
    const entry = await make('doNotCall', { phone: '8 (495) 765-43-21', campaign: undefined })
    assert.equal(entry.phone, '74957654321')
    const again = await ask('POST', 'doNotCall', { phone: '+74957654321', reason: 'again' })
    assert.deepEqual([again.statusCode, again.json().errors[0].pointer], [409, '/phone'])
    assert.equal((await ask('GET', 'doNotCall?phone=%2B7 495 7654321')).json().items.length, 1)
    const short = await make('doNotCall', { phone: '112', campaign: undefined })
    assert.equal(short.phone, '112')
  })

  test('a webhook endpoint signs with a secret told once; what is still to be delivered keeps it', async () => {
    const made = (await ask('POST', 'webhookEndpoints', { url: 'https://example.test/hook' })).json()
    assert.match(made.secret, /^whsec_[A-Za-z0-9+/]{32}$/)
    const read = await ask('GET', `webhookEndpoints/${made.id}`)
    assert.deepEqual([read.json().hasSecret, read.json().secret], [true, undefined])
    const delivery = crypto.randomUUID()
    await database.pool.query(
      `insert into webhook_delivery (id, workspace_id, endpoint_id, outbox_id, event, key, body, expires_at)
       select $1, workspace_id, id, 1, 'attempt.finished', $1, '{}', dw_clock() + interval '1 day' from webhook_endpoint where id = $2`,
      [delivery, made.id],
    )
    const deliveries = `webhookEndpoints/${made.id}/deliveries`
    assert.equal((await ask('GET', `${deliveries}?state=pending`)).json().items[0].id, delivery)
    assert.deepEqual((await ask('GET', `${deliveries}?state=dead`)).json().items, [])
    assert.equal((await ask('GET', deliveries, undefined, tokenOf('other', 'owner'))).statusCode, 404)
    assert.equal((await refused(`webhookEndpoints/${made.id}`))[0]?.kind, 'pending delivery')
    await database.pool.query("update webhook_delivery set state = 'dead' where id = $1", [delivery])
    assert.equal((await ask('DELETE', `webhookEndpoints/${made.id}`)).statusCode, 204)
    const unknown = await ask('POST', 'webhookEndpoints', { url: 'ftp://example.test', events: ['nothing'] })
    assert.equal(unknown.statusCode, 422)
  })

  test('a workspace changes its own zone and limits, and nothing of another one', async () => {
    const read = await ask('GET', 'workspace')
    assert.deepEqual([read.json().name, read.json().maxCalls, read.json().timeZone], ['Demo', 100, 'Europe/Moscow'])
    const change = { timeZone: 'Asia/Omsk', maxCalls: 7, callsPerSecond: null }
    const answer = await http.app.inject({
      method: 'PATCH',
      url: `${native}/workspace`,
      headers: { authorization: `Bearer ${owner}`, 'if-match': String(read.headers.etag) },
      payload: change,
    })
    assert.equal(answer.statusCode, 200, answer.body)
    assert.deepEqual(answer.json(), { ...read.json(), ...change })
    const { rows } = await database.pool.query(
      `select w.name, w.time_zone, p.max_calls, p.calls_per_second from workspace w left join pace p on p.owner_id = w.id order by w.name`,
    )
    assert.deepEqual(
      rows.map((row) => ({ ...row })),
      [
        { name: 'Demo', time_zone: 'Asia/Omsk', max_calls: 7, calls_per_second: null },
        { name: 'Other', time_zone: 'UTC', max_calls: null, calls_per_second: null },
      ],
    )
    const [entry] = (await ask('GET', 'audit?kind=workspace')).json().items
    assert.deepEqual(entry.after, change)
    for (const wrong of [{ timeZone: 'Mars/Olympus' }, { country: 'XX' }, { maxCalls: -1 }, { name: 'Other' }, {}])
      assert.equal((await ask('PATCH', 'workspace', wrong)).statusCode, 422, JSON.stringify(wrong))
    const back = { timeZone: 'Europe/Moscow', maxCalls: 100, callsPerSecond: 20 }
    assert.equal((await ask('PATCH', 'workspace', back)).statusCode, 200)
  })

  test('a default retry rule takes the place of the one before', async () => {
    const first = await make('retryRules', { default: true })
    const second = await make('retryRules', { default: true })
    const isDefault = async (id = '') => (await ask('GET', `retryRules/${id}`)).json().default
    assert.deepEqual([await isDefault(first.id), await isDefault(second.id)], [false, true])
  })

  test('the audit tells who did what to a campaign, and is found by person, kind, action and time', async () => {
    const person = { login: 'author@example.test', password: 'eight letters' }
    const user = await make('users', { ...person, role: 'author' })
    const { token } = (await http.app.inject({ method: 'POST', url: `${native}/session`, payload: person })).json()
    const { id } = (await ask('POST', 'campaigns', { ...campaign, name: 'watched' }, token)).json()
    await ask('PATCH', `campaigns/${id}`, { name: 'watched closely' }, token)
    for (const action of ['start', 'start', 'pause', 'stop']) await ask('POST', `campaigns/${id}/${action}`, {}, token)
    await ask('DELETE', `campaigns/${id}`, undefined, token)
    const entries = (await ask('GET', `audit?resource=${id}`)).json().items
    assert.deepEqual(
      entries.map(({ action, actor }: { action: string; actor: string }) => [action, actor]),
      ['delete', 'stop', 'pause', 'start', 'change', 'create'].map((action) => [action, person.login]),
    )
    assert.deepEqual([entries[4].before, entries[4].after], [{ name: 'watched' }, { name: 'watched closely' }])
    assert.deepEqual([entries[3].before, entries[3].after], [{ state: 'draft' }, { state: 'running' }])
    const count = async (query: string) => (await ask('GET', `audit?${query}`)).json().items.length
    assert.equal(await count(`user=${user.id}`), 6)
    assert.equal(await count(`user=${user.id}&action=start&kind=campaign`), 1)
    assert.equal(await count(`user=${user.id}&to=${entries[5].at}`), 0)
    assert.equal(await count(`user=${user.id}&from=${entries[5].at}`), 6)
    assert.equal((await ask('GET', 'audit', undefined, token)).statusCode, 403)
    const twin = (await ask('GET', `audit?resource=${ids.campaign}`)).json().items
    assert.deepEqual(
      twin.map(({ action }: { action: string }) => action),
      ['create'],
    )
  })

  test('who changed, removed or reset people, and who sent a list and took it back, is told without what was known of them', async () => {
    const { id } = (await ask('POST', 'campaigns', { ...campaign, name: 'people' })).json()
    await ask('POST', `campaigns/${id}/contacts`, contacts)
    const [person] = (await ask('GET', `campaigns/${id}/contacts`)).json().items
    const there = `campaigns/${id}/contacts/${person.id}`
    assert.equal((await ask('PATCH', there, { variables: { diagnosis: 'private' }, priority: 2 })).statusCode, 200)
    assert.equal((await ask('POST', `campaigns/${id}/reset`, { keyword: 'x' })).statusCode, 200)
    assert.equal((await ask('DELETE', there)).statusCode, 204)
    const sent = await http.app.inject({
      method: 'POST',
      url: `${native}/campaigns/${id}/imports?name=winter`,
      headers: { authorization: `Bearer ${owner}`, 'content-type': 'text/csv' },
      payload: 'phone\n+74951234560\n',
    })
    assert.equal(sent.statusCode, 202, sent.body)
    assert.equal((await ask('POST', `imports/${sent.json().id}/undo`)).statusCode, 202)
    const told = async (resource: string) =>
      (await ask('GET', `audit?resource=${resource}`))
        .json()
        .items.map((entry: Record<string, unknown>) => [entry.action, entry.kind, entry.before, entry.after])
    assert.deepEqual(await told(person.id), [
      ['delete', 'contact', { campaign: id }, null],
      ['change', 'contact', {}, { changed: ['variables', 'priority'] }],
    ])
    assert.deepEqual((await told(id))[0], ['reset', 'campaign', {}, { reset: { keyword: 'x' } }])
    const lists = await told(sent.json().id)
    assert.deepEqual(
      lists.map(([action]: string[]) => action),
      ['undo', 'create'],
    )
    assert.deepEqual(lists[1][3], { campaign: id, format: 'csv' })
    assert.ok(!(await ask('GET', 'audit?limit=200')).body.includes('private'))
  })

  test('a change that is refused leaves no audit, and HTTP cannot rewrite one', async () => {
    const size = async () => (await database.pool.query('select count(*)::int as n from audit_entry')).rows[0].n
    const earlier = await size()
    await ask('POST', 'trunks', { name: (await make('trunks')).name, host: 'h' })
    assert.equal(await size(), earlier + 1)
    const rights = await database.pool.query(
      `select has_table_privilege('dialwright_http', 'audit_entry', 'update') as change,
              has_table_privilege('dialwright_http', 'audit_entry', 'delete') as remove`,
    )
    assert.deepEqual({ ...rights.rows[0] }, { change: false, remove: false })
  })

  test('what cannot be audited does not happen', async () => {
    await database.pool.query('revoke insert on audit_entry from dialwright_http')
    try {
      assert.equal((await ask('POST', 'trunks', { name: 'unseen', host: 'h' })).statusCode, 500)
      assert.equal((await ask('PATCH', `trunks/${ids.trunks}`, { host: 'unseen' })).statusCode, 500)
      assert.equal((await ask('POST', `campaigns/${ids.campaign}/pause`)).statusCode, 500)
    } finally {
      await database.pool.query('grant insert on audit_entry to dialwright_http')
    }
    assert.deepEqual((await ask('GET', 'trunks?name=unseen')).json().items, [])
    assert.notEqual((await ask('GET', `trunks/${ids.trunks}`)).json().host, 'unseen')
    assert.equal((await ask('GET', `campaigns/${ids.campaign}`)).json().state, 'draft')
  })

  test('a resource of each kind can be made by a name that another workspace has too', async () => {
    const { name } = await make('trunks')
    const answer = await ask('POST', 'trunks', { name, host: 'h' }, tokenOf('other', 'owner'))
    assert.equal(answer.statusCode, 201, answer.body)
    await makeResource(http.app, owner, 'trunks', ids)
  })
})
