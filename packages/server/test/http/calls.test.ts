/** Calls as they are read: every field that the document promises, from a call that had all and from one that had nothing. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { useTestDatabase } from '../fixtures/database.ts'
import { type HttpGround, native, openHttp, tokenOf } from './surface.ts'

describe('calls over the API', () => {
  const database = useTestDatabase()
  const [full, bare] = [crypto.randomUUID(), crypto.randomUUID()]
  let http: HttpGround
  before(async () => {
    http = await openHttp(database.pool)
    const workspace = (await database.pool.query("select id from workspace where name = 'Demo'")).rows[0].id
    await database.pool.query(
      `insert into call (id, workspace_id, direction, phone, phone_key, disposition, created_at, started_at, ended_at, ended_by)
       values ($1, $2, 'in', '112', '112', 'failed', '2026-03-02T09:00:00Z', '2026-03-02T09:00:00Z', '2026-03-02T09:00:01Z', 'error')`,
      [bare, workspace],
    )
    await database.pool.query(
      `insert into call (id, workspace_id, direction, campaign_id, contact_id, attempt_number, phone, phone_key, caller_id, trunk_id, number_id,
                         disposition, detail, sip_code, sip_reason, q850, created_at, started_at, ringing_at, answered_at, ended_at, talk_ms,
                         ended_by, keys, path, variables, tags, goal, level, amd, recording, timeline)
       values ($1, $2, 'out', $1, $1, 2, '+74951234567', '74951234567', '79996662211', $1, $1, 'answered', 'x', 200, 'OK', 16,
               '2026-03-02T10:00:00Z', '2026-03-02T10:00:00Z', '2026-03-02T10:00:01Z', '2026-03-02T10:00:02Z', '2026-03-02T10:00:05Z', 3000,
               'callee', '1#', '[{"block":"hello","atMs":500}]', '{"name":"Ivan"}', '{hot}', 'sold', 'A', '{"verdict":"human"}', 'a.wav',
               '[{"at":"2026-03-02T10:00:03Z","kind":"key","digit":"1","ms":90,"by":"rfc4733"}]')`,
      [full, workspace],
    )
  })
  after(() => http.close())

  const ask = async (path: string) => {
    const answer = await http.app.inject({
      url: `${native}/${path}`,
      headers: { authorization: `Bearer ${tokenOf('own', 'analyst')}` },
    })
    assert.equal(answer.statusCode, 200, answer.body)
    return answer.json()
  }

  test('a call is told with its path in instants, its keys and its evidence', async () => {
    const call = await ask(`calls/${full}`)
    assert.deepEqual(call.path, [{ block: 'hello', at: '2026-03-02T10:00:02.5Z' }])
    assert.deepEqual(call.sip, { code: 200, reason: 'OK', q850: 16 })
    assert.deepEqual(call.timeline[0], { at: '2026-03-02T10:00:03Z', kind: 'key', digit: '1', ms: 90, by: 'rfc4733' })
    const { attempt, keys, tags, goal, level, amd, variables, talkMs, endedBy, answeredAt } = call
    assert.deepEqual(
      { attempt, keys, tags, goal, level, amd, variables, talkMs, endedBy, answeredAt },
      {
        ...{ attempt: 2, keys: '1#', tags: ['hot'], goal: 'sold', level: 'A', amd: { verdict: 'human' } },
        ...{ variables: { name: 'Ivan' }, talkMs: 3_000, endedBy: 'callee', answeredAt: '2026-03-02T10:00:02Z' },
      },
    )
  })

  test('a call of which little is known is told too, and both are in the list, under its filters', async () => {
    const call = await ask(`calls/${bare}`)
    assert.deepEqual([call.campaignId, call.answeredAt, call.path, call.sip.code], [null, null, [], null])
    const listed = async (query: string): Promise<string[]> =>
      (await ask(`calls?${query}`)).items.map(({ id }: { id: string }) => id)
    assert.deepEqual((await listed('')).toSorted(), [full, bare].toSorted())
    assert.deepEqual(await listed('direction=in'), [bare])
    assert.deepEqual(await listed('phone=%2B7 495 123-45-67'), [full])
    assert.deepEqual(await listed(`campaign=${full}&disposition=answered`), [full])
    assert.deepEqual(await listed('from=2026-03-02T09:30:00Z&to=2026-03-02T10:00:00Z'), [])
  })
})
