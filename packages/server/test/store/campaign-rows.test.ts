import assert from 'node:assert/strict'
import test from 'node:test'
import { SeededRandom, VirtualClock } from '@dialwright/testkit'
import {
  addPlainContact,
  campaignId,
  claimAll,
  contactId,
  leaseMs,
  only,
  outcome,
  plainWorld,
  settings,
  trunkId,
  uuid,
  workspaceId,
} from '../../../dialer/src/ports/store-world.conformance.ts'
import { finish } from '../../src/adapters/postgres/campaign-store/finish.ts'
import { openForContacts } from '../../src/adapters/postgres/campaign-store/settle.ts'
import { PostgresMaterialSource, trunkSecretPurpose } from '../../src/adapters/postgres/material-source.ts'
import { type Pool, transaction } from '../../src/adapters/postgres/pool.ts'
import { SecretBox } from '../../src/adapters/secrets/secret-box.ts'
import { useTestDatabase } from '../fixtures/database.ts'
import { PostgresGround } from './postgres-ground.ts'

const database = useTestDatabase()
const open = () => PostgresGround.open(database.pool, new VirtualClock(), new SeededRandom(7))

test('a campaign that is done runs again when contacts come, and cannot end while they come', async () => {
  const ground = await open()
  const world = await plainWorld(ground, { contacts: 1 })
  for (const leg of await claimAll(world)) await ground.store.finish(world.lease, outcome(leg, ground))
  assert.deepEqual(await ground.store.settleCampaigns(), [campaignId])
  await transaction(database.pool, async (connection) => {
    assert.equal(await openForContacts(connection, workspaceId, campaignId), 'running')
    assert.deepEqual(await ground.store.settleCampaigns(), [])
  })
  await transaction(database.pool, async (connection) => {
    assert.equal(await openForContacts(connection, workspaceId, campaignId), 'running')
    // Nothing is undone yet, but whoever holds the campaign is about to add someone.
    assert.deepEqual(await ground.store.settleCampaigns(), [])
    await addPlainContact(ground, world.routeId, 2)
  })
  assert.deepEqual(await ground.store.settleCampaigns(), [])
  assert.equal(await ground.campaignState(campaignId), 'running')
})

test('an import that holds the campaign does not keep claims waiting', async () => {
  const ground = await open()
  const world = await plainWorld(ground, { contacts: 1 })
  await transaction(database.pool, async (connection) => {
    await openForContacts(connection, workspaceId, campaignId)
    assert.equal((await claimAll(world)).length, 1)
  })
})

test("attempts lie in their month's partition once a node has settled in it", async () => {
  const ground = await open()
  const world = await plainWorld(ground, { contacts: 1 })
  await ground.store.settleCampaigns()
  for (const leg of await claimAll(world)) await ground.store.finish(world.lease, outcome(leg, ground))
  const { rows } = await database.pool.query('select tableoid::regclass::text as name from attempt')
  assert.deepEqual(rows, [{ name: 'attempt_2026_03' }])
})

/** The pool, with the name or text of each statement that a transaction sends noted. */
function noting(sent: string[]): Pool {
  const bound = (target: object, key: PropertyKey): unknown => {
    const value: unknown = Reflect.get(target, key)
    return typeof value === 'function' ? value.bind(target) : value
  }
  const note = (client: object): object =>
    new Proxy(client, {
      get: (target, key) =>
        key !== 'query'
          ? bound(target, key)
          : (statement: string | { name: string }, ...more: unknown[]) => {
              sent.push(typeof statement === 'string' ? statement : statement.name)
              return Reflect.apply(Reflect.get(target, 'query'), target, [statement, ...more])
            },
    })
  return new Proxy(database.pool, {
    get: (target, key) => (key === 'connect' ? async () => note(await target.connect()) : bound(target, key)),
  })
}

test('four thousand whom no trunk serves are looked past in pieces, and the one behind them is found', async () => {
  const ground = await open()
  const world = await plainWorld(ground, { contacts: 0, settings: settings({}, { callsPerSecond: 0.5 }) })
  const narrowId = uuid(13)
  await ground.addTrunk({ id: narrowId, workspaceId, destinations: ['+7'] })
  const routeId = await ground.addRoute({ workspaceId, trunkIds: [narrowId] })
  await addPlainContact(ground, routeId, 1)
  await database.pool.query(
    `with k as (
       insert into contact (id, workspace_id, campaign_id, priority, route_id, zone_id, due_at, client_external_id)
       select ('00000000-0000-7000-9000-' || lpad(g::text, 12, '0'))::uuid, k.workspace_id, k.campaign_id, 0, k.route_id,
              k.zone_id, k.due_at - g * interval '1 ms', g::text from contact k, generate_series(1, 4000) g returning *)
     insert into contact_phone (contact_id, position, workspace_id, campaign_id, given, phone, phone_key, client_external_id, zone_id, route_id)
     select id, 0, workspace_id, campaign_id, '', '', '84' || client_external_id, client_external_id, zone_id, route_id from k`,
  )
  const claims: (string | undefined)[] = []
  for (let n = 0; n < 3; n++) claims.push((await claimAll(world))[0]?.contactId)
  // Two thousand are looked at by the first and by the second; the third begins where that one has come to.
  assert.deepEqual(claims, [undefined, undefined, contactId(1)])
  await addPlainContact(ground, routeId, 0)
  await ground.advance(2_000)
  for (let n = 3; n < 6; n++) claims.push((await claimAll(world))[0]?.contactId)
  assert.deepEqual(claims.slice(3), [undefined, undefined, contactId(0)], 'the head is looked at again')
})

test('an end takes four trips to the database, whatever follows from it; a fault of the trunk takes two more', async () => {
  const retry = { rules: [{ on: ['busy'], tries: 1, intervalsSeconds: [1] }], caps: { perPhonePerDay: 3 } } as const
  const ground = await open()
  const world = await plainWorld(ground, { contacts: 3, settings: settings({ retry }, { pauseSeconds: 2 }) })
  const sent: string[] = []
  const [again, over, fault] = await claimAll(world)
  assert.ok(again !== undefined && over !== undefined && fault !== undefined)
  const end = async (given: Parameters<typeof outcome>[0], more: Parameters<typeof outcome>[2]): Promise<string[]> => {
    sent.length = 0
    assert.equal(await finish(noting(sent), world.lease, outcome(given, ground, more)), 'stored')
    return [...sent]
  }
  const trips = ['begin', 'finish-take', 'end-write', 'commit']
  assert.deepEqual(await end(again, {}), trips)
  assert.deepEqual(await end(over, { disposition: 'answered', talkMs: 9_000 }), trips)
  assert.deepEqual(
    [(await ground.contact(again.contactId)).state, (await ground.contact(over.contactId)).state],
    ['ready', 'done'],
  )
  const failed = await end(fault, { disposition: 'congestion', sip: { code: 503, reason: null, q850: null } })
  assert.deepEqual(failed, [...trips.slice(0, 3), 'breaker-lock', 'breaker-tally', 'commit'])
})

test('a leg that came in takes a channel of its trunk, and simply ends when its node is gone', async () => {
  const ground = await open()
  const world = await plainWorld(ground, { contacts: 0 })
  const narrowId = uuid(13)
  await ground.addTrunk({ id: narrowId, workspaceId, maxCalls: 2 })
  const routeId = await ground.addRoute({ workspaceId, trunkIds: [narrowId] })
  for (const n of [1, 2, 3]) await addPlainContact(ground, routeId, n)
  await database.pool.query(
    `insert into live_leg (leg_id, call_id, workspace_id, direction, phone, trunk_id, node, epoch, start_at)
     values ($1, $1, $2, 'in', '+79990000000', $3, $4, $5, dw_clock())`,
    [uuid(77), workspaceId, narrowId, world.lease.node, world.lease.epoch],
  )
  assert.equal((await claimAll(world)).length, 1)
  await ground.store.join('node-a', 5_000)
  assert.deepEqual(await ground.store.recover(2_000), { returned: 1, unknown: 1, answered: 0 })
  assert.deepEqual((await database.pool.query('select leg_id from live_leg')).rows, [])
})

test('whoever was taken out while a call was lost is not rung again by the result that comes late', async () => {
  const ground = await open()
  const retry = { rules: [{ on: ['busy' as const], tries: 1, intervalsSeconds: [60] }], caps: {} }
  const { lease } = await plainWorld(ground, { contacts: 1, settings: settings({ retry }) })
  const leg = only(await claimAll({ ground, lease }))
  await ground.store.beginDialing(lease, leg.legId)
  await ground.advance(leaseMs + 2_001)
  await ground.store.recover(2_000)
  await database.pool.query('update contact set cancelled_at = dw_clock() where id = $1', [leg.contactId])
  assert.equal(await ground.store.finish(lease, outcome(leg, ground)), 'revised')
  assert.equal((await ground.contact(leg.contactId)).state, 'unknown')
  assert.deepEqual(await ground.attempts(leg.contactId), [{ disposition: 'busy', attemptNumber: 1 }])
})

test("a trunk comes with its password opened, and never with another purpose's secret", async () => {
  const ground = await open()
  await plainWorld(ground)
  const secretBox = new SecretBox([new Uint8Array(32).fill(1)])
  const source = new PostgresMaterialSource({ pool: database.pool, secretBox })
  assert.equal((await source.loadTrunk(trunkId)).password, null)
  const seal = (purpose: string) =>
    database.pool.query('update trunk set password_box = $2 where id = $1', [
      trunkId,
      secretBox.seal('secret', purpose),
    ])
  await seal(trunkSecretPurpose)
  const trunk = await source.loadTrunk(trunkId)
  assert.deepEqual(
    [trunk.password, trunk.host, trunk.port, trunk.codecs, trunk.format, trunk.country],
    ['secret', '127.0.0.1', 5060, ['pcma', 'pcmu'], 'e164', 'RU'],
  )
  await seal('webhook')
  await assert.rejects(source.loadTrunk(trunkId), { code: 'SECRET_BOX_REFUSED' })
})

test('after a reset the tries begin anew, and what a phone and a person may have, too', async () => {
  const ground = await open()
  const retry = {
    rules: [{ on: ['busy'], tries: 1, intervalsSeconds: [0] }],
    caps: { perContact: 2, perPhone: 2 },
  } as const
  const world = await plainWorld(ground, { contacts: 1, settings: settings({ retry }) })
  const callOut = async (): Promise<number> => {
    let calls = 0
    for (let round = 0; round < 5; round++) {
      for (const leg of await claimAll(world)) {
        await ground.store.finish(world.lease, outcome(leg, ground))
        calls += 1
      }
      await ground.advance(1)
    }
    return calls
  }
  assert.equal(await callOut(), 2)
  assert.equal((await ground.contact(contactId(0))).state, 'done')
  await database.pool.query(
    "update contact set state = 'ready', attempts = 0, due_at = dw_clock(), last_call_id = null",
  )
  assert.equal(await callOut(), 2)
})
