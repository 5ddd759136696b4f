import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { PostgresTransferSource } from '../../src/adapters/postgres/transfer-source.ts'
import { useTestDatabase } from '../fixtures/database.ts'
import { campaign, type HttpGround, native, openHttp, tokenOf } from './surface.ts'

const uuid = /^[0-9a-f-]{36}$/

describe('whom calls are handed to', () => {
  const database = useTestDatabase()
  let http: HttpGround
  let workspaceId = ''
  before(async () => {
    http = await openHttp(database.pool)
    workspaceId = await first("select id from workspace where name = 'Demo'")
    const trunk = await first('select id from trunk where workspace_id = $1', [workspaceId])
    for (const [path, body] of [
      ['/numbers', { name: 'Desk line', phone: '79996662212', trunk }],
      ['/dialplans', { name: 'To Russia', routes: [{ prefix: '7', trunks: [trunk] }] }],
      [
        '/operatorGroups',
        { name: 'Desk', code: 'dsk', number: 'Desk line', operators: [{ name: 'Anna', phone: '74951110001' }] },
      ],
    ] as const)
      assert.equal((await ask('POST', path, body)).statusCode, 201, path)
  })
  after(() => http.close())

  const first = async (sql: string, values: unknown[] = []): Promise<string> =>
    (await database.pool.query<{ id: string }>(sql, values)).rows[0]?.id ?? ''
  const ask = (method: 'GET' | 'POST' | 'PATCH', path: string, payload?: object) =>
    http.app.inject({
      method,
      url: `${native}${path}`,
      headers: { authorization: `Bearer ${tokenOf('own', 'owner')}` },
      ...(payload === undefined ? {} : { payload }),
    })
  const redirectOf = async (id: string): Promise<unknown> =>
    (await ask('GET', `/campaigns/${id}`)).json().settings.redirect

  test('a redirect is kept as what it names, shown, changed, and taken away', async () => {
    const { id } = (await ask('POST', '/campaigns', { ...campaign, redirect: { operatorGroup: 'Desk' } })).json()
    const shown = (await redirectOf(id)) as { to: string; groupId: string }
    assert.equal(shown.to, 'operator-group')
    assert.match(shown.groupId, uuid)
    for (const [redirect, kept] of [
      [{ number: '8 (495) 111-00-07'.replace(/\D/g, '') }, { to: 'number', phone: '+74951110007' }],
      [
        { number: '101', callerId: '79996662211' },
        { to: 'number', phone: '101', callerId: '+79996662211' },
      ],
    ] as const) {
      const answer = await ask('PATCH', `/campaigns/${id}`, { redirect })
      assert.equal(answer.statusCode, 200, answer.body)
      assert.deepEqual(answer.json().settings.redirect, kept)
    }
    const { dialplanId, ...byDialplan } = (
      await ask('PATCH', `/campaigns/${id}`, { redirect: { dialplan: 'To Russia', number: '+74951110001' } })
    ).json().settings.redirect
    assert.match(dialplanId, uuid)
    assert.deepEqual(byDialplan, { to: 'dialplan', phone: '+74951110001' })
    assert.equal(
      (await ask('PATCH', `/campaigns/${id}`, { name: 'still there' })).json().settings.redirect.to,
      'dialplan',
    )
    await ask('PATCH', `/campaigns/${id}`, { redirect: null })
    assert.equal(await redirectOf(id), undefined)
  })

  test('a redirect that leads nowhere, or is none, is refused with its place, and nothing is made', async () => {
    const count = () => first('select count(*)::text as id from campaign')
    const earlier = await count()
    for (const [redirect, pointer] of [
      [{ operatorGroup: 'Nobody' }, '/redirect/operatorGroup'],
      [{ scenario: { twin: 'nowhere' } }, '/redirect/scenario'],
      [{ dialplan: 'nowhere', number: '74951110001' }, '/redirect/dialplan'],
      [{ number: 'x' }, '/redirect/number'],
      [{ dialplan: 'To Russia' }, '/redirect'],
      [{}, '/redirect'],
      ['campaign', '/redirect'],
    ] as const) {
      const answer = await ask('POST', '/campaigns', { ...campaign, redirect })
      assert.equal(answer.statusCode, 422, answer.body)
      assert.equal(answer.json().errors[0].pointer, pointer, answer.body)
    }
    assert.equal(await count(), earlier)
  })

  test('what a scenario names is found: a group by name, code or id, a number in the form of its country, a dialplan’s trunks', async () => {
    const source = new PostgresTransferSource(database.pool)
    const groupId = await first('select id from operator_group where workspace_id = $1', [workspaceId])
    for (const operatorGroup of ['Desk', 'dsk', groupId])
      assert.deepEqual(await source.resolveTarget(workspaceId, { operatorGroup }), { to: 'operator-group', groupId })
    assert.equal(await source.resolveTarget(workspaceId, { operatorGroup: 'Nobody' }), null)
    assert.deepEqual(await source.resolveTarget(workspaceId, { number: '84951110001' }), {
      ...{ to: 'number', phone: '+74951110001', callerId: undefined },
    })
    const target = await source.resolveTarget(workspaceId, { dialplan: 'To Russia', number: '+74951110001' })
    assert.ok(target?.to === 'dialplan')
    assert.equal((await source.trunksOf(workspaceId, target.dialplanId, target.phone)).length, 1)
    assert.deepEqual(await source.trunksOf(workspaceId, target.dialplanId, '+84901234567'), [])
    const scenario = await source.resolveTarget(workspaceId, {
      scenario: { twin: '44e62ac6-6c08-4ad1-923d-5ee3299dd737' },
    })
    assert.ok(scenario?.to === 'scenario')
    assert.match((await source.latestVersion(workspaceId, scenario.scenarioId)) ?? '', uuid)
  })

  test('a group comes with its number and its operators; whoever is on a call is known, as is who has talked', async () => {
    const source = new PostgresTransferSource(database.pool)
    const groupId = await first('select id from operator_group where workspace_id = $1', [workspaceId])
    const found = async () => (await source.operatorGroup(workspaceId, groupId)) ?? assert.fail('no group')
    const { mode, isEnabled, number, operators } = await found()
    assert.deepEqual([mode, isEnabled, number?.phone], ['in-turn', true, '79996662212'])
    const [anna] = operators
    assert.ok(anna !== undefined && number !== null)
    assert.deepEqual([anna.name, anna.idleSince, anna.isOnCall], ['Anna', null, false])
    await database.pool.query("insert into dialer_node (name, epoch, expires_at) values ('n', 1, dw_clock())")
    await database.pool.query(
      `insert into live_leg (leg_id, call_id, workspace_id, direction, phone, trunk_id, node, epoch, phase, start_at)
       select $1, $1, $2, 'transfer', $3, $4, node, 1, 1, dw_clock() from dialer_node where name = 'n'`,
      [crypto.randomUUID(), workspaceId, anna.phone, number.trunkId],
    )
    assert.equal((await found()).operators[0]?.isOnCall, true)
    const until = Temporal.Instant.from('2026-11-21T12:00:00Z')
    await source.operatorTalked(anna.operatorId, until)
    assert.ok((await found()).operators[0]?.idleSince?.equals(until))
    assert.equal((await source.ownNumber(workspaceId, '+7 999 666-22-12'))?.numberId, number.numberId)
    assert.equal(await source.ownNumber(workspaceId, '+70000000000'), null)
  })

  test('a hand-over is told in the words of its target', async () => {
    const source = new PostgresTransferSource(database.pool)
    const [callId, contactId, attemptId, campaignId] = [1, 2, 3, 4].map(() => crypto.randomUUID())
    assert.ok(callId && contactId && attemptId && campaignId)
    const target = { to: 'number', phone: '+74951110001' } as const
    const attempt = { campaignId, contactId, attemptId }
    await source.tellRedirected({ workspaceId, callId, attempt, target, phone: target.phone })
    const { rows } = await database.pool.query("select key, payload from outbox where topic = 'call.redirected'")
    assert.deepEqual(rows, [
      { key: contactId, payload: { workspaceId, ...attempt, callId, redirect: { target, phone: target.phone } } },
    ])
  })
})
