/** The part of the suite about numbers whose calls leave over their own trunk alone, whatever a dialplan says. */
import assert from 'node:assert/strict'
import type { StoreGround } from './store-ground.conformance.ts'
import {
  addPlainContact,
  campaignId,
  claimAll,
  numberId,
  only,
  outcome,
  type Promised,
  phoneOf,
  plainWorld,
  settings,
  trunkId,
  uuid,
  workspaceId,
} from './store-world.conformance.ts'

const ownTrunkId = uuid(16)
const groupId = uuid(41)

/** The dialplan leads over the plain trunks; the number that is shown stands on a trunk of its own. */
async function forcedWorld(ground: StoreGround, more: { forceOut?: boolean; destinations?: readonly string[] } = {}) {
  const { forceOut = true, destinations } = more
  const world = await plainWorld(ground, {
    contacts: 3,
    settings: settings({ callerId: { mode: 'number', number: phoneOf(900) } }),
  })
  await ground.addTrunk({ id: ownTrunkId, workspaceId, maxCalls: 1, destinations })
  await ground.addNumber({ id: numberId(1), workspaceId, trunkId: ownTrunkId, phone: phoneOf(900), forceOut })
  return world
}

export function forcedNumbers(promise: Promised): void {
  promise('calls that show a forced number go over its trunk, within its limits', async (ground) => {
    const world = await forcedWorld(ground)
    const leg = only(await claimAll(world))
    assert.deepEqual([leg.trunkId, leg.numberId, leg.callerId], [ownTrunkId, numberId(1), phoneOf(900)])
    assert.equal((await claimAll(world)).length, 0, 'its trunk is full')
    await ground.store.finish(world.lease, outcome(leg, ground))
    assert.equal(only(await claimAll(world)).trunkId, ownTrunkId)
  })

  promise('a number that is not forced is shown over the trunks of the dialplan', async (ground) => {
    const legs = await claimAll(await forcedWorld(ground, { forceOut: false }))
    assert.deepEqual(
      legs.map((leg) => [leg.trunkId, leg.numberId]),
      legs.map(() => [trunkId, numberId(1)]),
    )
    assert.equal(legs.length, 3)
  })

  promise('one forced number of a group makes each call go over the trunk of the number it shows', async (ground) => {
    const world = await forcedWorld(ground)
    await ground.addNumber({ id: numberId(2), workspaceId, trunkId, phone: phoneOf(901) })
    await ground.addGroup({ id: groupId, workspaceId, numberIds: [numberId(1), numberId(2)] })
    await ground.addCampaign({
      id: uuid(33),
      workspaceId,
      settings: settings({ callerId: { mode: 'group', groupId } }),
    })
    for (const n of [11, 12, 13]) await addPlainContact(ground, world.routeId, n, { campaignId: uuid(33) })
    const legs = await claimAll(world, uuid(33))
    assert.deepEqual(legs.map((leg) => [leg.numberId, leg.trunkId]).toSorted(), [
      [numberId(1), ownTrunkId],
      [numberId(2), trunkId],
      [numberId(2), trunkId],
    ])
  })

  promise('what its own trunk does not serve is not called over another, and explain says so', async (ground) => {
    const world = await forcedWorld(ground, { destinations: ['+84'] })
    assert.equal((await claimAll(world)).length, 0)
    const facts = await ground.explainFacts({ workspaceId, campaignId, phone: phoneOf(0) })
    assert.deepEqual(facts?.trunks, [])
  })
}
