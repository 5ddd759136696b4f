import assert from 'node:assert/strict'
import { beforeEach, describe, test } from 'node:test'
import type { IncomingCall, NodeLease } from '@dialwright/dialer'
import { SeededRandom, VirtualClock } from '@dialwright/testkit'
import { trunkId as otherTrunkId, uuid, workspaceId } from '../../../dialer/src/ports/store-world.conformance.ts'
import { PostgresInboundSource } from '../../src/adapters/postgres/inbound-source.ts'
import {
  numberSecretPurpose,
  PostgresMaterialSource,
  trunkSecretPurpose,
} from '../../src/adapters/postgres/material-source.ts'
import { openSecretBox, type SecretBox } from '../../src/adapters/secrets/secret-box.ts'
import { useTestDatabase } from '../fixtures/database.ts'
import { PostgresGround } from '../store/postgres-ground.ts'

const trunkId = uuid(15)
const [plain, registered, another] = [uuid(21), uuid(22), uuid(23)]
const leaseMs = 5_000
const call = (to: string, more: Partial<IncomingCall> = {}): IncomingCall => ({
  legId: uuid(1),
  sipCallId: 'sip',
  at: Temporal.Instant.from('2026-11-21T12:00:00Z'),
  trunkIds: [trunkId],
  lineId: null,
  to,
  dialled: null,
  from: null,
  fromName: null,
  ...more,
})

describe('what calls that come in are read from', () => {
  const database = useTestDatabase()
  let ground: PostgresGround
  let secretBox: SecretBox
  let source: PostgresInboundSource

  const nodes = async (...names: readonly string[]): Promise<readonly NodeLease[]> =>
    Promise.all(names.map((name) => ground.store.join(name, leaseMs)))
  const linesOf = async (lease: NodeLease | undefined): Promise<readonly string[]> => {
    assert.ok(lease !== undefined)
    return (await source.ownLines(lease)).map(({ lineId }) => lineId)
  }
  const rows = async () =>
    (
      await database.pool.query<{ lineId: string; node: number; state: string; message: string }>(
        'select line_id as "lineId", node, state, message from line_registration order by line_id',
      )
    ).rows

  beforeEach(async () => {
    ground = await PostgresGround.open(database.pool, new VirtualClock(), new SeededRandom(1))
    secretBox = await openSecretBox({ key: Buffer.alloc(32, 7).toString('base64'), dataDirectory: '/nowhere' })
    source = new PostgresInboundSource({ pool: database.pool, secretBox })
    await ground.addWorkspace({ id: workspaceId })
    await ground.addTrunk({ id: trunkId, workspaceId })
    await ground.addTrunk({ id: otherTrunkId, workspaceId })
    await ground.addNumber({ id: plain, workspaceId, trunkId, phone: '89991112233' })
    await ground.addNumber({ id: registered, workspaceId, trunkId, phone: '74950000001' })
    await ground.addNumber({ id: another, workspaceId, trunkId: otherTrunkId, phone: '79991112233' })
    await database.pool.query(
      `update phone_number set login = 'line-1', auth_username = 'auth-1', from_domain = 'lines.test', password_box = $2 where id = $1`,
      [registered, secretBox.seal('of the number', numberSecretPurpose)],
    )
    await database.pool.query(
      `update trunk set username = 'account', password_box = $2, register_every_seconds = 120 where id = $1`,
      [trunkId, secretBox.seal('of the trunk', trunkSecretPurpose)],
    )
  })

  test('a registered trunk and a number with credentials are lines, each with what it registers by', async () => {
    const [node] = await nodes('a')
    assert.ok(node !== undefined)
    const lines = await source.ownLines(node)
    assert.deepEqual(
      lines.map(({ lineId, user, username, password, everySeconds, trunk }) => [
        ...[lineId, user, username, password, everySeconds, trunk.trunkId, trunk.fromDomain],
      ]),
      [
        [trunkId, 'account', 'account', 'of the trunk', 120, trunkId, null],
        [registered, 'line-1', 'auth-1', 'of the number', 120, trunkId, 'lines.test'],
      ],
    )
  })

  test('one node holds a line, another takes it over when its lease is past, and when it is left', async () => {
    const [first, second] = await nodes('a', 'b')
    assert.deepEqual(await linesOf(first), [trunkId, registered])
    assert.deepEqual(await linesOf(second), [])
    await ground.advance(leaseMs - 1)
    assert.ok(second !== undefined && first !== undefined)
    await ground.store.renew(second, leaseMs)
    assert.deepEqual(await linesOf(second), [])
    await ground.advance(2)
    assert.deepEqual(await linesOf(second), [trunkId, registered])
    const [reborn] = await nodes('a')
    assert.deepEqual(await linesOf(reborn), [])
    await source.releaseLines(second)
    assert.deepEqual(await linesOf(reborn), [trunkId, registered])
  })

  test('a node that begins anew keeps its lines and what is known of them; another one knows nothing', async () => {
    const [first] = await nodes('a')
    assert.ok(first !== undefined)
    await linesOf(first)
    const told = { at: ground.now(), until: ground.now(), sipCode: 200, message: 'here' }
    await source.storeState(first, { lineId: trunkId, state: 'registered', ...told })
    const [anew] = await nodes('a')
    assert.deepEqual(await linesOf(anew), [trunkId, registered])
    assert.deepEqual((await rows())[0]?.state, 'registered')
    await source.storeState(first, { lineId: trunkId, state: 'refused', ...told })
    assert.deepEqual((await rows())[0]?.state, 'registered', 'an older life says nothing any more')
    await ground.advance(leaseMs + 1)
    const [other] = await nodes('b')
    await linesOf(other)
    assert.deepEqual((await rows())[0]?.state, 'pending')
  })

  test('a number that is not valid, or has no password any more, is no line', async () => {
    const [node] = await nodes('a')
    await linesOf(node)
    await database.pool.query('update phone_number set valid_until = dw_clock() where id = $1', [registered])
    await database.pool.query('update trunk set register_every_seconds = null where id = $1', [trunkId])
    assert.deepEqual(await linesOf(node), [])
    assert.deepEqual(await rows(), [])
  })

  test('a password that cannot be opened is told, and keeps no other line from being registered', async () => {
    const [node] = await nodes('a')
    await database.pool.query('update phone_number set password_box = $2 where id = $1', [
      registered,
      secretBox.seal('x', trunkSecretPurpose),
    ])
    assert.deepEqual(await linesOf(node), [trunkId])
    const bad = (await rows()).find(({ lineId }) => lineId === registered)
    assert.equal(bad?.state, 'refused')
    assert.match(bad?.message ?? '', /Give the password again/)
  })

  test('a call finds its number among those of its trunks alone', async () => {
    const found = async (one: IncomingCall) => (await source.calledNumber(one))?.numberId ?? null
    assert.equal(await found(call('+79991112233')), plain)
    assert.equal(await found(call('79991112233', { trunkIds: [otherTrunkId] })), another)
    assert.equal(await found(call('whatever', { lineId: registered })), registered)
    assert.equal(await found(call('79990000000')), null)
    await database.pool.query(`update phone_number set inbound = '{"did": "456"}' where id = $1`, [registered])
    assert.equal(await found(call('456')), registered)
    assert.equal(await found(call('74950000001')), null)
    assert.equal(await found(call('account', { lineId: trunkId, dialled: '+79991112233' })), plain)
    assert.equal(await found(call('account', { lineId: trunkId })), null, 'two numbers: neither is guessed')
    await database.pool.query('delete from phone_number where id = $1', [plain])
    assert.equal(await found(call('account', { lineId: trunkId })), registered)
  })

  test('of numbers with one DID a line of its own is called over its registration, the other by the DID', async () => {
    await database.pool.query(`update phone_number set inbound = '{"did": "456"}' where id = any ($1)`, [
      [plain, registered],
    ])
    // The line is the older one.
    const found = async (one: IncomingCall) => (await source.calledNumber(one))?.numberId ?? null
    const older = uuid(19)
    await ground.addNumber({ id: older, workspaceId, trunkId, phone: '74950000009' })
    await database.pool.query(
      `update phone_number set login = 'line-0', password_box = $2, inbound = '{"did": "456"}' where id = $1`,
      [older, secretBox.seal('x', numberSecretPurpose)],
    )
    assert.equal(await found(call('456')), plain)
    assert.equal(await found(call('456', { lineId: registered })), registered)
    assert.equal(await found(call('456', { lineId: older })), older)
  })

  test('a call that shows a number with credentials over its own trunk uses them', async () => {
    const materials = new PostgresMaterialSource({ pool: database.pool, secretBox })
    const used = async (overTrunk: string, numberId: string | null) => {
      const { username, password, fromDomain } = await materials.loadTrunk(overTrunk, numberId)
      return [username, password, fromDomain]
    }
    assert.deepEqual(await used(trunkId, registered), ['auth-1', 'of the number', 'lines.test'])
    assert.deepEqual(await used(trunkId, plain), ['account', 'of the trunk', null])
    assert.deepEqual(await used(trunkId, null), ['account', 'of the trunk', null])
    assert.deepEqual(await used(otherTrunkId, registered), [null, null, null])
  })
})
