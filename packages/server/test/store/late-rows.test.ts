import assert from 'node:assert/strict'
import test from 'node:test'
import { SeededRandom, VirtualClock } from '@dialwright/testkit'
import {
  campaignId,
  claimAll,
  leaseMs,
  only,
  outcome,
  plainWorld,
  settings,
  workspaceId,
} from '../../../dialer/src/ports/store-world.conformance.ts'
import { transaction } from '../../src/adapters/postgres/pool.ts'
import { useTestDatabase } from '../fixtures/database.ts'
import { until } from '../fixtures/server-run.ts'
import { PostgresGround } from './postgres-ground.ts'

const database = useTestDatabase()

async function lostCall() {
  const ground = await PostgresGround.open(database.pool, new VirtualClock(), new SeededRandom(7))
  const retry = { rules: [{ on: ['busy'], tries: 1, intervalsSeconds: [60] }], caps: { perPhonePerDay: 2 } } as const
  const { lease } = await plainWorld(ground, { contacts: 1, settings: settings({ retry }) })
  const leg = only(await claimAll({ ground, lease }))
  await ground.store.beginDialing(lease, leg.legId)
  const rangAt = ground.now()
  await ground.advance(leaseMs + 2_001)
  await ground.store.recover(2_000)
  const recoveredAt = ground.now()
  await ground.advance(10_000)
  return { ground, lease, leg, rangAt, recoveredAt }
}

test('a late result is in the call, the leg, the attempt and the history of the phone; the timeline tells both stories', async () => {
  const { ground, lease, leg, rangAt, recoveredAt } = await lostCall()
  const answeredAt = rangAt.add({ seconds: 5 })
  const endedAt = rangAt.add({ seconds: 15 })
  const late = outcome(leg, ground, {
    disposition: 'answered',
    detail: null,
    sip: { code: 200, reason: 'OK', q850: 16 },
    ringingAt: rangAt,
    answeredAt,
    endedAt,
    talkMs: 9_999.6,
    keys: '12',
    path: [{ block: 'main', atMs: 0 }],
    variables: { said: 'yes\0' },
    tags: ['a,"b"'],
    goal: 'agreed',
    level: 'warm',
    recording: '2026/one.wav',
    timeline: [
      { at: rangAt.toString(), kind: 'invite' },
      { at: endedAt.toString(), kind: 'ended' },
    ],
  })
  assert.equal(await ground.store.finish(lease, late), 'revised')
  const common = {
    sip_code: 200,
    sip_reason: 'OK',
    q850: 16,
    answered_at: answeredAt.toString(),
    ended_at: endedAt.toString(),
    ended_by: 'callee',
  }
  const ended = { ...common, disposition: 'answered', detail: null, ringing_at: rangAt.toString(), talk_ms: 10_000 }
  const told = {
    keys: '12',
    path: [{ block: 'main', atMs: 0 }],
    variables: { said: 'yes\ufffd' },
    tags: ['a,"b"'],
    goal: 'agreed',
    level: 'warm',
    recording: '2026/one.wav',
  }
  for (const [table, want] of [
    ['leg', common],
    ['attempt', ended],
    ['call', { ...ended, ...told }],
    ['phone_history', { disposition: 'answered' }],
  ] as const) {
    const { rows } = await database.pool.query(`select ${Object.keys(want).join(', ')} from ${table}`)
    assert.equal(rows.length, 1, table)
    assert.deepEqual(JSON.parse(JSON.stringify(rows[0])), want, table)
  }
  const { rows } = await database.pool.query('select timeline from call')
  assert.deepEqual(
    rows[0].timeline.map(({ at, kind }: { at: string; kind: string }) => [kind, Temporal.Instant.from(at).toString()]),
    [
      ['invite', rangAt.toString()],
      ['recovered', recoveredAt.toString()],
      ['ended', endedAt.toString()],
      ['revised', ground.now().toString()],
    ],
  )
  const contact = await database.pool.query(
    'select state, last_disposition, done_reason, last_call_id, finished_at from contact',
  )
  assert.deepEqual(
    { ...contact.rows[0], finished_at: contact.rows[0].finished_at.toString() },
    {
      state: 'done',
      last_disposition: 'answered',
      done_reason: 'answered',
      last_call_id: leg.callId,
      finished_at: endedAt.toString(),
    },
  )
})

test('the attempt that is revised counts once for the cap of its phone', async () => {
  const { ground, lease, leg } = await lostCall()
  assert.equal(await ground.store.finish(lease, outcome(leg, ground)), 'revised')
  assert.equal((await ground.contact(leg.contactId)).dueAt.toString(), ground.now().add({ seconds: 60 }).toString())
  // Two a day: were the lost attempt counted with its revision, the second would be tomorrow's.
  await ground.advance(60_000)
  assert.equal((await claimAll({ ground, lease: await ground.store.join('node-b', leaseMs) })).length, 1)
})

test('a contact that was reset or deleted meanwhile is left alone; history is corrected', async () => {
  for (const meanwhile of [
    "update contact set state = 'ready', attempts = 0, last_disposition = null, last_call_id = null, done_reason = null",
    "update contact set state = 'excluded', done_reason = 'do-not-call'",
    'delete from contact',
  ]) {
    const { ground, lease, leg } = await lostCall()
    await database.pool.query(meanwhile)
    const before = await database.pool.query('select * from contact')
    assert.equal(await ground.store.finish(lease, outcome(leg, ground)), 'revised', meanwhile)
    assert.deepEqual((await database.pool.query('select * from contact')).rows, before.rows, meanwhile)
    assert.deepEqual(await ground.attempts(leg.contactId), [{ disposition: 'busy', attemptNumber: 1 }])
  }
})

test('a late result waits for whoever holds the campaign, and does not lock itself out with a reset', async () => {
  const { ground, lease, leg } = await lostCall()
  const revised = await transaction(database.pool, async (connection) => {
    await connection.query('select from campaign where id = $1 for update', [campaignId])
    const late = ground.store.finish(lease, outcome(leg, ground))
    // The result waits for the campaign by now: had it locked the contact first, this would be a deadlock.
    await until('the late result waits for the campaign', async () => {
      const { rows } = await database.pool.query(
        "select count(*)::int as waiting from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
      )
      return rows[0].waiting > 0
    })
    await connection.query("update contact set state = 'ready', last_call_id = null where workspace_id = $1", [
      workspaceId,
    ])
    return { late }
  })
  assert.equal(await revised.late, 'revised')
  assert.equal((await ground.contact(leg.contactId)).state, 'ready')
})

test('two results of one call that come at once are one revision, however their steps interleave', async () => {
  const { ground, lease, leg } = await lostCall()
  const both = await transaction(database.pool, async (connection) => {
    await connection.query('select from campaign where id = $1 for update', [campaignId])
    const late = Promise.all([1, 2].map(() => ground.store.finish(lease, outcome(leg, ground))))
    // One waits for the campaign; were the attempt no door, both would, each with the end of recovery in its hands.
    await until('both results wait', async () => {
      const { rows } = await database.pool.query(
        "select count(*)::int as waiting from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
      )
      return rows[0].waiting === 2
    })
    return { late }
  })
  assert.deepEqual((await both.late).toSorted(), ['fenced', 'revised'])
  assert.equal((await ground.told('attempt.revised')).length, 1)
})
