/** Provisioning over the API: the asker's own workspace alone, nothing beyond their own rights, no file of this machine. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { tokenHash } from '../../src/access/token-value.ts'
import { useTestDatabase } from '../fixtures/database.ts'
import { type HttpGround, login, native, openHttp, tokenOf } from '../http/surface.ts'
import { type Json, smallDocument, wav } from './ground.ts'

describe('provisioning over the API', () => {
  const database = useTestDatabase()
  let http: HttpGround
  before(async () => {
    http = await openHttp(database.pool)
  })
  after(() => http.close())

  const ask = async (action: 'check' | 'apply' | 'export', document: unknown, token = tokenOf('own', 'owner')) => {
    const answer = await http.app.inject({
      method: action === 'export' ? 'GET' : 'POST',
      url: `${native}/provisioning/${action}`,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(action === 'export' ? {} : { payload: JSON.stringify(document) }),
    })
    return { status: answer.statusCode, text: answer.body, body: answer.json() }
  }
  const errors = (body: { errors: { pointer: string; code: string; message: string }[] }) =>
    body.errors.map(({ pointer, code }) => `${pointer} ${code}`)
  const demo = (more: Json = {}): Json => ({
    ...smallDocument('Demo', { trunks: [], numbers: [], dialplans: [] }),
    workspace: { name: 'Demo', timeZone: 'Europe/Moscow', country: 'RU', maxCalls: 100, callsPerSecond: 20 },
    ...more,
  })

  test('checked, applied, exported, and the export applied again: nothing changes', async () => {
    const document = demo({
      trunks: [{ name: 'second', host: '127.0.0.9', username: 'u', password: 'the password of it' }],
      audio: [{ path: '/own/hello.wav', file: wav() }],
    })
    const checked = await ask('check', document)
    assert.deepEqual([checked.status, checked.body.created, checked.body.left], [200, 2, 1])
    assert.equal((await ask('export', undefined)).body.audio, undefined)
    const applied = await ask('apply', document)
    assert.deepEqual([applied.status, applied.body.created], [200, 2])
    const exported = await ask('export', undefined)
    assert.equal(exported.status, 200)
    assert.equal(exported.text.includes('the password of it'), false)
    const made = await http.app.inject({
      method: 'POST',
      url: `${native}/scenarios`,
      headers: { authorization: `Bearer ${tokenOf('own', 'owner')}` },
      payload: {
        name: 'says hello',
        language: 'en',
        startBlocks: [{ id: 'start', name: 'Start', next: 'say' }],
        blocks: [
          { id: 'say', type: 'say', audio: '/own/hello.wav', next: 'end' },
          { id: 'end', type: 'hangup' },
        ],
      },
    })
    assert.equal(made.statusCode, 201, made.body)
    assert.equal((await ask('apply', exported.body)).body.changed, 0)
    const all = await ask('export', undefined)
    assert.equal(all.body.scenarios.length, exported.body.scenarios.length + 1)
    const again = await ask('apply', all.body)
    assert.deepEqual([again.status, again.body.created, again.body.changed], [200, 0, 0], again.text)
    assert.equal((await ask('export', undefined)).text, all.text)
    const { rows } = await database.pool.query(
      "select actor, secrets from audit_entry where kind = 'trunk' and name = 'second'",
    )
    assert.deepEqual(
      rows.map((row) => ({ ...row })),
      [{ actor: 'owner', secrets: ['password'] }],
    )
  })

  test('a rule that is changed acts in the campaigns that name it', async () => {
    const rule = (tries: number): Json =>
      demo({ retryRules: [{ name: 'named', rules: { busy: { tries, intervals: [60] } } }] })
    assert.equal((await ask('apply', rule(1))).status, 200)
    const headers = { authorization: `Bearer ${tokenOf('own', 'owner')}` }
    const route = { via: 'dialplan', dialplan: 'Everything to the box' }
    const payload = { name: 'named', scenario: 'Delivery confirmation', route, retry: { rule: 'named' } }
    const made = await http.app.inject({ method: 'POST', url: `${native}/campaigns`, headers, payload })
    assert.equal(made.statusCode, 201, made.body)
    const tries = async () =>
      (
        await database.pool.query(
          "select settings #> '{retry,rules,0,tries}' as tries from campaign where name = 'named'",
        )
      ).rows[0].tries
    assert.equal(await tries(), 1)
    assert.equal((await ask('apply', rule(4))).status, 200)
    assert.equal(await tries(), 4)
  })

  test('mistakes are a 422 with a pointer and a code for each', async () => {
    const wrong = demo({
      trunks: [{ name: 'x', host: '' }],
      numbers: [{ name: 'n', phone: '79990001122', trunk: 'lost' }],
    })
    for (const action of ['check', 'apply'] as const) {
      const { status, body } = await ask(action, wrong)
      assert.equal(status, 422)
      assert.deepEqual(errors(body), ['/trunks/0/host invalid', '/numbers/0/trunk unknown'])
    }
  })

  test('a document speaks of the own workspace: neither another one nor a new one, and what others have is only taken', async () => {
    for (const name of ['Other', 'Never heard of']) {
      const { status, body } = await ask('apply', { ...demo(), workspace: { name, timeZone: 'UTC', country: 'RU' } })
      assert.equal(status, 422)
      assert.deepEqual(errors(body), ['/workspace/name forbidden'])
      assert.match(body.errors[0].message, /expected "Demo"/)
    }
    const other = tokenOf('other', 'owner')
    const { rows } = await database.pool.query<{ id: string }>('select id from trunk order by name limit 1')
    const taken = {
      workspace: { name: 'Other', timeZone: 'UTC', country: 'RU' },
      users: [{ login: login.login, password: 'taken over now', role: 'owner' }],
      tokens: [{ name: 'mine', value: tokenOf('own', 'owner'), role: 'owner' }],
      trunks: [{ id: rows[0]?.id, name: 'mine', host: '127.0.0.1' }],
      numbers: [{ name: 'n', phone: '79990001122', trunk: 'mine' }],
    }
    const earlier = (await database.pool.query('select count(*)::int as n from pace')).rows[0].n
    const { status, body } = await ask('apply', taken, other)
    assert.equal(status, 422)
    assert.deepEqual(errors(body), ['/users/0 taken', '/tokens/0 taken', '/trunks/0 taken'])
    assert.equal((await database.pool.query('select count(*)::int as n from pace')).rows[0].n, earlier)
    assert.equal((await http.app.inject({ method: 'POST', url: `${native}/session`, payload: login })).statusCode, 200)
  })

  test('an admin neither makes nor changes an owner; a narrow token makes no wide one; the last owner stays', async () => {
    const admin = tokenOf('own', 'admin')
    const owner = { login: 'new@example.test', password: 'long enough', role: 'owner' }
    for (const users of [
      [owner],
      [{ ...login, role: 'admin' }],
      [{ ...login, password: 'another one', role: 'owner' }],
    ]) {
      const { status, body } = await ask('apply', demo({ users }), admin)
      assert.deepEqual([status, errors(body)[0]], [422, '/users/0/role forbidden'], JSON.stringify(users))
    }
    const narrow = 'dw_narrow_provision_1'
    await database.pool.query(
      `insert into api_token (id, workspace_id, hash, name, role, scopes)
       select $1, id, $2, 'narrow', 'owner', '{provisioning:write,calls:read}' from workspace where name = 'Demo'`,
      [crypto.randomUUID(), tokenHash(narrow)],
    )
    const token = (scopes: string[]): Json =>
      demo({ tokens: [{ name: 'made', value: 'dw_made_by_narrow_1', role: 'owner', scopes }] })
    assert.equal((await ask('apply', token([]), narrow)).status, 422)
    assert.equal((await ask('apply', token(['campaigns:write']), narrow)).status, 422)
    assert.equal((await ask('apply', token(['calls:read']), narrow)).status, 200)
    const demoted = await ask('apply', demo({ users: [{ ...login, role: 'admin' }] }))
    assert.deepEqual([demoted.status, errors(demoted.body)], [422, ['/users forbidden']])
    assert.equal((await ask('apply', demo({ users: [{ ...login, role: 'owner' }] }))).status, 200)
  })

  test('no file of this machine is read for a document that comes over the API', async () => {
    for (const file of ['/etc/hostname', 'secret.key', '../secret.key']) {
      const { status, body } = await ask('check', demo({ audio: [{ path: '/own/x.wav', file }] }))
      assert.equal(status, 422)
      assert.match(body.errors[0].message, /files are not read here/)
    }
  })

  test('authors, operators and analysts have no part in it', async () => {
    for (const role of ['author', 'operator', 'analyst'] as const)
      for (const action of ['check', 'apply', 'export'] as const)
        assert.equal((await ask(action, demo(), tokenOf('own', role))).status, 403, `${role} ${action}`)
  })
})
