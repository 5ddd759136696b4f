import assert from 'node:assert/strict'
import test from 'node:test'
import { SeededRandom, VirtualClock } from '@dialwright/testkit'
import {
  addPlainContact,
  campaignId,
  claimAll,
  outcome,
  plainWorld,
  trunkId,
  workspaceId,
} from '../../../dialer/src/ports/store-world.conformance.ts'
import { openForContacts } from '../../src/adapters/postgres/campaign-store/settle.ts'
import { PostgresMaterialSource, trunkSecretPurpose } from '../../src/adapters/postgres/material-source.ts'
import { transaction } from '../../src/adapters/postgres/pool.ts'
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
    [trunk.password, trunk.host, trunk.port, trunk.codecs, trunk.format],
    ['secret', '127.0.0.1', 5060, ['pcma', 'pcmu'], 'e164'],
  )
  await seal('webhook')
  await assert.rejects(source.loadTrunk(trunkId), { code: 'SECRET_BOX_REFUSED' })
})
