/** The part of the suite about waves, and about numbers that calls go out by. */
import assert from 'node:assert/strict'
import type { CampaignSettings } from '../campaigns/campaign-settings.ts'
import { explain } from '../explain/explain.ts'
import { planAttempts } from '../planning/plan-attempts.ts'
import type { ClaimedLeg } from './campaign-store.ts'
import type { StoreGround } from './store-ground.conformance.ts'
import {
  addPlainContact,
  campaignId,
  claimAll,
  contactId,
  horizonMs,
  leaseMs,
  numberId,
  offsets,
  only,
  otherTrunkId,
  outcome,
  type Promised,
  phoneOf,
  plainWorld,
  settings,
  trunkId,
  uuid,
  type World,
  workspaceId,
} from './store-world.conformance.ts'

const inWaves = (size: number, gapSeconds: number): CampaignSettings => settings({}, { wave: { size, gapSeconds } })

async function plan(ground: StoreGround): Promise<readonly [reason: string, inMs: number | null]> {
  const view = (await ground.store.runningCampaigns()).find((one) => one.campaignId === campaignId)
  assert.ok(view !== undefined)
  const { because, wakeAt } = planAttempts(view, ground.now(), { horizonMs })
  return [because, wakeAt?.since(ground.now()).total('milliseconds') ?? null]
}

async function shut(ground: StoreGround, phone: string) {
  const facts = await ground.explainFacts({ workspaceId, campaignId, phone })
  assert.ok(facts !== null)
  const { verdict, gates, nextAt } = explain(facts)
  return [
    verdict,
    ...gates.filter((gate) => !gate.open).map((gate) => `${gate.gate}: ${gate.reason}`),
    nextAt?.toString() ?? null,
  ]
}

const end = (world: World, leg: ClaimedLeg | undefined) => {
  assert.ok(leg !== undefined)
  return world.ground.store.finish(world.lease, outcome(leg, world.ground))
}

export function waves(promise: Promised): void {
  promise(
    'a wave goes out, and the next one a gap after its last call has ended, at the exact instant',
    async (ground) => {
      const world = await plainWorld(ground, { contacts: 5, settings: inWaves(2, 2) })
      const [one, two, ...more] = await claimAll(world)
      assert.equal(more.length, 0)
      assert.deepEqual(await claimAll(world), [])
      assert.deepEqual(await plan(ground), ['wave', null])
      assert.deepEqual(await shut(ground, phoneOf(4)), ['waiting', 'wave: wave-is-out', null])
      await end(world, one)
      assert.deepEqual(await claimAll(world), [])
      await ground.advance(700)
      await end(world, two)
      const opensAt = ground.now().add({ seconds: 2 })
      assert.deepEqual(await plan(ground), ['wave', 2_000 - horizonMs / 2])
      assert.deepEqual(await shut(ground, phoneOf(4)), ['waiting', 'wave: gap-between-waves', opensAt.toString()])
      assert.deepEqual(await claimAll(world), [])
      await ground.advance(1_500)
      const next = await claimAll(world)
      assert.deepEqual(offsets(next, opensAt), [0, 1_000])
      assert.deepEqual(await claimAll(world), [])
    },
  )

  promise('several nodes at once put no more calls into a wave than it holds', async (ground) => {
    const world = await plainWorld(ground, { contacts: 20, settings: inWaves(3, 1) })
    const leases = await Promise.all(['b', 'c', 'd'].map((name) => ground.store.join(`node-${name}`, 3_600_000)))
    for (const wave of [1, 2, 3]) {
      const claimed = await Promise.all([...leases, ...leases].map((lease) => claimAll({ ground, lease })))
      assert.equal(claimed.flat().length, 3, `wave ${wave}`)
      for (const [index, legs] of claimed.entries())
        for (const leg of legs) await ground.store.finish(leases[index % 3] ?? world.lease, outcome(leg, ground))
      await ground.advance(1_000)
    }
  })

  promise('a slot given back and a node that dies leave the wave exact', async (ground) => {
    const world = await plainWorld(ground, { contacts: 9, settings: inWaves(3, 60) })
    const [one, two, three] = await claimAll(world)
    assert.ok(one !== undefined && two !== undefined && three !== undefined)
    // Not called: there is room for another.
    assert.equal(await ground.store.release(world.lease, one.legId, 'too late'), true)
    const four = only(await claimAll(world))
    await ground.store.beginDialing(world.lease, two.legId)
    await ground.advance(leaseMs + 2_001)
    // The second may have rung, the third and the fourth did not.
    assert.deepEqual(await ground.store.recover(2_000), { returned: 2, unknown: 1, answered: 0 })
    const lease = await ground.store.join('node-b', 3_600_000)
    const rest = await claimAll({ ground, lease })
    assert.equal(rest.length, 2)
    for (const leg of rest) await ground.store.finish(lease, outcome(leg, ground))
    assert.deepEqual(await claimAll({ ground, lease }), [])
    await ground.advance(60_000)
    assert.equal((await claimAll({ ground, lease })).length, 3)
    assert.notEqual(four.contactId, one.contactId === four.contactId ? '' : one.contactId)
  })

  promise('a wave with too few people stays open for those who become due', async (ground) => {
    const world = await plainWorld(ground, { contacts: 1, settings: inWaves(2, 60) })
    await end(world, only(await claimAll(world)))
    for (const n of [2, 3]) await addPlainContact(ground, world.routeId, n)
    await end(world, only(await claimAll(world)))
    assert.deepEqual(await claimAll(world), [])
    assert.equal((await plan(ground))[0], 'wave')
  })

  promise('a campaign that no longer calls in waves goes on at once', async (ground) => {
    const world = await plainWorld(ground, { contacts: 5, settings: inWaves(1, 60) })
    assert.equal((await claimAll(world)).length, 1)
    await ground.setSettings(campaignId, settings())
    assert.equal((await claimAll(world)).length, 4)
  })
}

/** Two numbers on one trunk, one on another; the first may have one call. */
async function numbersWorld(ground: StoreGround, more: Parameters<StoreGround['addNumber']>[0][] = []): Promise<World> {
  await ground.addWorkspace({ id: workspaceId })
  for (const id of [trunkId, otherTrunkId]) await ground.addTrunk({ id, workspaceId })
  const numbers = [
    { id: numberId(1), workspaceId, trunkId, phone: '+74950000001', maxCalls: 1 },
    { id: numberId(2), workspaceId, trunkId: otherTrunkId, phone: '+74950000002' },
    ...more,
  ]
  for (const number of numbers) await ground.addNumber(number)
  const groupId = uuid(61)
  await ground.addGroup({ id: groupId, workspaceId, numberIds: numbers.map((number) => number.id) })
  const routeId = await ground.addRouteByNumbers({ workspaceId, groupId })
  await ground.addCampaign({
    id: campaignId,
    workspaceId,
    settings: settings({ callerId: { mode: 'group', groupId } }),
  })
  for (let n = 0; n < 4; n++) await addPlainContact(ground, routeId, n)
  return { ground, routeId, lease: await ground.store.join('node-a', leaseMs) }
}

export function ownNumbers(promise: Promised): void {
  promise(
    'via numbers each call goes over the trunk of the number it shows; all take turns, none beyond its limit',
    async (ground) => {
      const world = await numbersWorld(ground)
      const legs = await claimAll(world)
      assert.deepEqual(
        legs.map(({ callerId, trunkId: over }) => [callerId, over]),
        [['+74950000001', trunkId], ...Array.from({ length: 3 }, () => ['+74950000002', otherTrunkId])],
      )
      assert.equal(legs[0]?.numberId, numberId(1))
    },
  )

  promise('a number that is not valid now is not used, and explain says when there will be one', async (ground) => {
    const validFrom = ground.now().add({ minutes: 5 })
    const validUntil = ground.now()
    await ground.addWorkspace({ id: workspaceId })
    await ground.addTrunk({ id: trunkId, workspaceId })
    const early = { id: numberId(1), workspaceId, trunkId, phone: '+74950000001', validFrom }
    const late = { id: numberId(2), workspaceId, trunkId, phone: '+74950000002', validUntil }
    for (const number of [early, late]) await ground.addNumber(number)
    const groupId = uuid(61)
    await ground.addGroup({ id: groupId, workspaceId, numberIds: [early.id, late.id] })
    const routeId = await ground.addRouteByNumbers({ workspaceId, groupId })
    const callerId = { mode: 'group', groupId } as const
    await ground.addCampaign({ id: campaignId, workspaceId, settings: settings({ callerId }) })
    await addPlainContact(ground, routeId, 0)
    const lease = await ground.store.join('node-a', 3_600_000)
    assert.deepEqual(await shut(ground, phoneOf(0)), ['waiting', 'number: no-number-valid', validFrom.toString()])
    assert.deepEqual(await plan(ground), ['no-number-valid', 300_000])
    assert.deepEqual(await claimAll({ ground, lease }), [])
    await ground.advance(300_000)
    assert.equal((await shut(ground, phoneOf(0)))[0], 'eligible')
    assert.equal(only(await claimAll({ ground, lease })).callerId, '+74950000001')
  })

  promise('a number of ours that is not valid is not shown as if it were a stranger', async (ground) => {
    const number = '+74950000001'
    const world = await plainWorld(ground, {
      contacts: 1,
      settings: settings({ callerId: { mode: 'number', number } }),
    })
    assert.equal((await plan(ground))[0], 'starting')
    await ground.addNumber({ id: numberId(1), workspaceId, trunkId, phone: number, validUntil: ground.now() })
    assert.deepEqual(await shut(ground, phoneOf(0)), ['waiting', 'number: no-number-valid', null])
    assert.deepEqual(await plan(ground), ['no-number-valid', null])
    assert.deepEqual(await claimAll(world), [])
    assert.equal((await ground.contact(contactId(0))).state, 'ready')
  })

  promise(
    'a number is shown as often a day as its group lets it, and again on the next day of the workspace',
    async (ground) => {
      const { routeId } = await plainWorld(ground, { contacts: 0 })
      for (const n of [1, 2])
        await ground.addNumber({ id: numberId(n), workspaceId, trunkId, phone: `+7495000000${n}` })
      const groupId = uuid(61)
      await ground.addGroup({ id: groupId, workspaceId, numberIds: [numberId(1), numberId(2)], dailyCap: 2 })
      await ground.setSettings(campaignId, settings({ callerId: { mode: 'group', groupId } }))
      for (let n = 0; n < 9; n++) await addPlainContact(ground, routeId, n)
      const lease = await ground.store.join('node-a', 100 * 3_600_000)
      const world = { ground, lease, routeId }
      assert.equal((await claimAll(world, campaignId, 3)).length, 3)
      const last = only(await claimAll(world))
      await end(world, last)
      assert.deepEqual(await claimAll(world), [])
      // Noon in Moscow: twelve hours to midnight.
      assert.deepEqual(await plan(ground), ['number-at-capacity', 12 * 3_600_000])
      const midnight = '2026-03-02T21:00:00Z'
      assert.deepEqual(await shut(ground, phoneOf(8)), ['waiting', 'number: daily-cap-of-numbers-used-up', midnight])
      await ground.advance(12 * 3_600_000)
      assert.equal((await shut(ground, phoneOf(8)))[0], 'eligible')
      assert.equal((await claimAll(world)).length, 4)
    },
  )

  promise('a regional group shows the nearest number, and keeps to it when it calls again', async (ground) => {
    const retry = { rules: [{ on: ['busy'], tries: 1, intervalsSeconds: [0] }], caps: {} } as const
    const { routeId, lease } = await plainWorld(ground, { contacts: 0 })
    const phones = ['+73430000001', '+74950000001', '+74950000002']
    for (const [n, phone] of phones.entries()) await ground.addNumber({ id: numberId(n), workspaceId, trunkId, phone })
    const groupId = uuid(61)
    await ground.addGroup({ id: groupId, workspaceId, numberIds: phones.map((_, n) => numberId(n)), mode: 'regional' })
    await ground.setSettings(campaignId, settings({ retry, callerId: { mode: 'group', groupId } }))
    const people = ['+74951111111', '+74952222222', '+73433333333']
    const zonesOf = (phone: string) => [phone.startsWith('+7343') ? 'Asia/Yekaterinburg' : 'Europe/Moscow']
    for (const [n, phone] of people.entries())
      await addPlainContact(ground, routeId, n, { phones: [phone], zones: zonesOf(phone) })
    const shown = (legs: readonly ClaimedLeg[]) =>
      Object.fromEntries(legs.map(({ phone, callerId }) => [phone, callerId]))
    const legs = await claimAll({ ground, lease })
    const first = shown(legs)
    assert.deepEqual(first['+73433333333'], '+73430000001')
    assert.deepEqual([...new Set(Object.values(first))].toSorted(), phones)
    for (const leg of legs.toReversed()) await end({ ground, lease, routeId }, leg)
    assert.deepEqual(shown(await claimAll({ ground, lease })), first)
  })
}
