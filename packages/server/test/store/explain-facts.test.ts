import assert from 'node:assert/strict'
import test from 'node:test'
import { explain } from '@dialwright/dialer'
import { SeededRandom, VirtualClock } from '@dialwright/testkit'
import { claimAll, plainWorld, settings } from '../../../dialer/src/ports/store-world.conformance.ts'
import { explainFacts } from '../../src/adapters/postgres/explain-facts.ts'
import { useTestDatabase } from '../fixtures/database.ts'
import { PostgresGround } from './postgres-ground.ts'

const database = useTestDatabase()
const workspaceId = '00000000-0000-7000-8000-000000000001'
const campaignId = '00000000-0000-7000-8000-000000000031'
const phone = (n: number): string => `+7 (999) ${n.toString().padStart(3, '0')}-00-00`

const open = () => PostgresGround.open(database.pool, new VirtualClock(), new SeededRandom(7))

test('eligible is said of exactly those whom the next claim takes, under every gate there is', async () => {
  const ground = await open()
  const world = await plainWorld(ground, {
    contacts: 0,
    settings: settings({ retry: { rules: [], caps: { perPhonePerDay: 1 } } }),
  })
  const closed = '00000000-0000-7000-8000-000000000099'
  await ground.addTrunk({ id: closed, workspaceId, closedUntil: ground.now().add({ minutes: 1 }) })
  const closedRoute = await ground.addRoute({ workspaceId, trunkIds: [closed] })
  const seed = (n: number, more: { dueInMs?: number; routeId?: number; phones?: string[] } = {}) =>
    ground.addContact({
      id: `00000000-0000-7000-8000-0000000010${n.toString().padStart(2, '0')}`,
      campaignId,
      workspaceId,
      zones: ['Europe/Moscow'],
      routeId: more.routeId ?? world.routeId,
      phones: more.phones ?? [phone(n).replaceAll(/[^+0-9]/g, '')],
      dueAt: ground.now().add({ milliseconds: more.dueInMs ?? 0 }),
    })
  await seed(1)
  await seed(2, { dueInMs: 5_000 })
  await seed(3, { routeId: closedRoute })
  await seed(4)
  await ground.forbid(workspaceId, phone(4).replaceAll(/[^+0-9]/g, ''))
  await seed(5)
  await seed(6, { phones: ['+79990060000', '+79990070000'] })
  await seed(8)
  await database.pool.query(
    `insert into phone_history (attempt_id, workspace_id, phone_key, campaign_id, at, disposition) values ($1, $2, '79990080000', $1, $3, 'busy')`,
    [crypto.randomUUID(), workspaceId, ground.now().subtract({ hours: 1 }).toString()],
  )
  const verdicts = new Map<number, string>()
  for (const n of [1, 2, 3, 4, 5, 6, 7, 8]) {
    const facts = await explainFacts(database.pool, { workspaceId, campaignId, phone: phone(n) })
    assert.ok(facts !== null)
    verdicts.set(n, explain(facts).verdict)
  }
  const taken = (await claimAll(world)).map((leg) => Number(leg.phone.slice(5, 8))).sort()
  const eligible = [...verdicts].filter(([, verdict]) => verdict === 'eligible').map(([n]) => n)
  assert.deepEqual(eligible, [1, 5, 6])
  assert.deepEqual(taken, eligible)
  assert.deepEqual(
    [verdicts.get(2), verdicts.get(3), verdicts.get(4), verdicts.get(7), verdicts.get(8)],
    ['waiting', 'waiting', 'never', 'waiting', 'waiting'],
  )
})

test('rank counts those who go first; a live contact and an unknown phone are told as such', async () => {
  const ground = await open()
  const world = await plainWorld(ground, { contacts: 3 })
  const ask = (n: number) => explainFacts(database.pool, { workspaceId, campaignId, phone: `+7999000000${n}` })
  assert.deepEqual([(await ask(0))?.rank, (await ask(1))?.rank, (await ask(2))?.rank], [0, 1, 2])
  await claimAll(world, campaignId, 1)
  const live = await ask(0)
  assert.equal(live && explain(live).verdict, 'live')
  assert.equal(await ask(9), null)
})
