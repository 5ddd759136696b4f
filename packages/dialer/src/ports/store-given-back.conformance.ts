/** The part of the suite about slots that never became calls: whoever gives one back gives back what it had counted, too. */
import assert from 'node:assert/strict'
import type { StoreGround } from './store-ground.conformance.ts'
import {
  addPlainContact,
  campaignId,
  claimAll,
  contactId,
  horizonMs,
  leaseMs,
  numberId,
  only,
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

const groupId = uuid(61)
const hourMs = 3_600_000

/** One number that may be shown `dailyCap` times a day, and people enough. */
async function cappedWorld(ground: StoreGround, dailyCap: number, people = 9): Promise<World> {
  const world = await plainWorld(ground, { contacts: 0 })
  await ground.addNumber({ id: numberId(1), workspaceId, trunkId, phone: '+74950000001' })
  await ground.addGroup({ id: groupId, workspaceId, numberIds: [numberId(1)], dailyCap })
  await ground.setSettings(campaignId, settings({ callerId: { mode: 'group', groupId } }))
  for (let n = 0; n < people; n++) await addPlainContact(ground, world.routeId, n)
  return world
}

export function givenBack(promise: Promised): void {
  promise('a slot given back unsent was no call: the number may be shown once more that day', async (ground) => {
    const world = await cappedWorld(ground, 2)
    for (let n = 0; n < 5; n++) {
      const legs = await claimAll(world)
      assert.equal(legs.length, 2, `after ${2 * n} slots that were given back`)
      for (const leg of legs) assert.ok(await ground.store.release(world.lease, leg.legId, 'late'))
    }
    const facts = await ground.explainFacts({ workspaceId, campaignId, phone: phoneOf(0) })
    assert.deepEqual([facts?.numbers?.valid, facts?.numbers?.capped], [1, 0])
  })

  promise('a call that left counts, however often the other slots come back', async (ground) => {
    const world = await cappedWorld(ground, 2)
    const [first, second] = await claimAll(world)
    assert.ok(first !== undefined && second !== undefined)
    assert.ok(await ground.store.beginDialing(world.lease, first.legId))
    assert.equal(await ground.store.release(world.lease, first.legId, 'late'), false, 'it has left')
    assert.ok(await ground.store.release(world.lease, second.legId, 'late'))
    assert.equal(await ground.store.release(world.lease, second.legId, 'late'), false, 'once')
    const third = only(await claimAll(world))
    await ground.store.beginDialing(world.lease, third.legId)
    for (const leg of [first, third]) await ground.store.finish(world.lease, outcome(leg, ground))
    assert.deepEqual(await claimAll(world), [])
  })

  promise('slots that a pause takes back, or that a dead node leaves, are shown to nobody either', async (ground) => {
    const world = await cappedWorld(ground, 1)
    const paused = only(await claimAll(world))
    await ground.setCampaignState(campaignId, 'paused')
    assert.equal(await ground.store.beginDialing(world.lease, paused.legId), false)
    await ground.setCampaignState(campaignId, 'running')
    only(await claimAll(world))
    await ground.advance(leaseMs + 2_001)
    assert.equal((await ground.store.recover(2_000)).returned, 1)
    const lease = await ground.store.join('node-b', leaseMs)
    const left = only(await claimAll({ ground, lease }))
    await ground.store.beginDialing(lease, left.legId)
    await ground.advance(leaseMs + 2_001)
    assert.equal((await ground.store.recover(2_000)).unknown, 1)
    const last = await ground.store.join('node-c', leaseMs)
    assert.deepEqual(await claimAll({ ground, lease: last }), [], 'it may have rung: it counts')
  })

  promise('a slot of yesterday that comes back after midnight takes nothing off the new day', async (ground) => {
    const world = await cappedWorld(ground, 1)
    // Noon in Moscow: half a second before midnight.
    await ground.advance(12 * hourMs - 500)
    const lease = await ground.store.join('node-a', leaseMs)
    const yesterday = only(await claimAll({ ...world, lease }))
    await ground.advance(1_000)
    const today = only(await claimAll({ ...world, lease }))
    await ground.store.beginDialing(lease, today.legId)
    assert.ok(await ground.store.release(lease, yesterday.legId, 'late'))
    assert.deepEqual(await claimAll({ ...world, lease }), [])
  })

  promise('claims and slots that come back at once never show a number above its cap', async (ground) => {
    const cap = 4
    const world = await cappedWorld(ground, cap, 40)
    const nodes = [world.lease, await ground.store.join('node-b', leaseMs), await ground.store.join('node-c', leaseMs)]
    const view = (await ground.store.runningCampaigns()).find((one) => one.campaignId === campaignId)
    const lanes = (view?.lanes ?? []).map(({ routeId, zoneId, priority }) => ({ routeId, zoneId, priority, count: 3 }))
    const held = new Map<string, (typeof nodes)[number]>()
    let left = 0
    for (let round = 0; round < 6; round++) {
      const claimed = await Promise.all(
        nodes.map(async (lease) => ({ lease, legs: await ground.store.claim(lease, campaignId, lanes, horizonMs) })),
      )
      for (const { lease, legs } of claimed) for (const { legId } of legs) held.set(legId, lease)
      assert.ok(held.size + left <= cap, `${held.size} slots and ${left} calls in round ${round}`)
      assert.equal(held.size + left, cap, 'every slot there is was taken')
      const [first, ...rest] = held
      if (first !== undefined && (await ground.store.beginDialing(first[1], first[0]))) left += 1
      const back = rest.map(([legId, lease]) => ground.store.release(lease, legId, 'late'))
      await Promise.all([
        ...back,
        ...nodes.map((lease) => ground.store.claim(lease, campaignId, lanes, horizonMs)),
      ]).then((answers) => {
        held.clear()
        for (const [at, answer] of answers.slice(back.length).entries()) {
          const lease = nodes[at]
          if (Array.isArray(answer) && lease !== undefined) for (const { legId } of answer) held.set(legId, lease)
        }
      })
      assert.ok(held.size + left <= cap, `${held.size} slots and ${left} calls behind round ${round}`)
    }
    assert.equal(left, cap)
    assert.equal((await ground.contact(contactId(0))).attempts, 0)
  })
}
