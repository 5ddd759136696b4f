/** The part of the suite about who holds whom back: in lanes, on trunks, among numbers, and until when. */
import assert from 'node:assert/strict'
import {
  addPlainContact,
  campaignId,
  claimAll,
  contactId,
  numberId,
  offsets,
  only,
  otherCampaignId,
  otherTrunkId,
  outcome,
  type Promised,
  phoneOf,
  plainWorld,
  settings,
  trunkId,
  uuid,
  workspaceId,
} from './store-world.conformance.ts'

/** One start within the horizon: whoever is first in a lane would take it. */
const oneStart = settings({}, { callsPerSecond: 0.5 })
const abroad = (n: number) => ({ phones: [`+84${phoneOf(n).slice(2)}`] })

export function lanesAndPaces(promise: Promised): void {
  promise('contacts that no trunk can serve hold neither their lane nor the others, however many', async (ground) => {
    const world = await plainWorld(ground, { contacts: 0, settings: oneStart })
    const narrowId = uuid(13)
    await ground.addTrunk({ id: narrowId, workspaceId, destinations: ['+7'] })
    const routeId = await ground.addRoute({ workspaceId, trunkIds: [narrowId] })
    for (let n = 0; n < 30; n++) await addPlainContact(ground, routeId, n, abroad(n))
    await addPlainContact(ground, routeId, 40)
    assert.equal(only(await claimAll(world)).contactId, contactId(40), 'its own lane')
    await ground.advance(2_000)
    await addPlainContact(ground, routeId, 41, { zones: ['Europe/Samara'] })
    assert.equal(only(await claimAll(world)).contactId, contactId(41), 'another lane')
  })

  promise('a destination whose trunk is full holds nobody of another destination', async (ground) => {
    const world = await plainWorld(ground, { contacts: 0 })
    const [abroadId, homeId] = [uuid(13), uuid(14)]
    await ground.addTrunk({ id: abroadId, workspaceId, destinations: ['+84'], maxCalls: 1 })
    await ground.addTrunk({ id: homeId, workspaceId, destinations: ['+7'] })
    const routeId = await ground.addRoute({ workspaceId, trunkIds: [abroadId, homeId] })
    for (let n = 0; n < 30; n++) await addPlainContact(ground, routeId, n, abroad(n))
    await addPlainContact(ground, routeId, 40)
    const legs = await claimAll(world, campaignId, 2)
    assert.deepEqual(
      legs.map((leg) => [leg.contactId, leg.trunkId]),
      [
        [contactId(0), abroadId],
        [contactId(40), homeId],
      ],
    )
  })

  promise(
    'phones that live in another campaign hold neither their lane nor the others, however many',
    async (ground) => {
      const world = await plainWorld(ground, { contacts: 30 })
      assert.equal((await claimAll(world)).length, 30)
      await ground.addCampaign({ id: otherCampaignId, workspaceId, settings: oneStart })
      const inOther = (n: number, phone: number, zone: string) =>
        addPlainContact(ground, world.routeId, n, {
          campaignId: otherCampaignId,
          phones: [phoneOf(phone)],
          zones: [zone],
        })
      for (let n = 0; n < 30; n++) await inOther(100 + n, n, 'Europe/Moscow')
      await inOther(140, 140, 'Europe/Moscow')
      await inOther(141, 141, 'Europe/Samara')
      assert.equal(only(await claimAll(world, otherCampaignId)).contactId, contactId(140))
      await ground.advance(2_000)
      assert.equal(only(await claimAll(world, otherCampaignId)).contactId, contactId(141))
    },
  )

  promise(
    'many contacts with one phone, and many that nobody may dial, do not hold those behind them',
    async (ground) => {
      const world = await plainWorld(ground, { contacts: 0 })
      for (let n = 0; n < 30; n++) await addPlainContact(ground, world.routeId, n, { phones: [phoneOf(0)] })
      for (let n = 30; n < 60; n++) {
        await addPlainContact(ground, world.routeId, n)
        await ground.forbid(workspaceId, phoneOf(n))
      }
      await addPlainContact(ground, world.routeId, 70)
      assert.deepEqual(
        (await claimAll(world, campaignId, 2)).map((leg) => leg.contactId),
        [contactId(0), contactId(70)],
      )
    },
  )

  promise('a trunk whose pace is used up hands over to the next of the route', async (ground) => {
    const world = await plainWorld(ground, {
      trunk: { callsPerSecond: 0.9 },
      settings: settings({}, { callsPerSecond: 10 }),
    })
    const legs = await claimAll(world, campaignId, 3)
    assert.deepEqual(
      legs.map((leg) => leg.trunkId),
      [trunkId, otherTrunkId, otherTrunkId],
    )
    assert.deepEqual(offsets(legs, ground.now()), [0, 100_000, 200_000])
  })

  promise('a number whose pace is used up hands over to the next of its group', async (ground) => {
    const world = await plainWorld(ground, {
      contacts: 4,
      settings: settings({ callerId: { mode: 'group', groupId: uuid(41) } }),
    })
    for (const n of [1, 2])
      await ground.addNumber({
        id: numberId(n),
        workspaceId,
        trunkId,
        phone: phoneOf(900 + n),
        ...(n === 1 ? { callsPerSecond: 0.9 } : { maxCalls: 2 }),
      })
    await ground.addGroup({ id: uuid(41), workspaceId, numberIds: [numberId(1), numberId(2)] })
    const shown = (await claimAll(world)).map((leg) => leg.callerId)
    assert.deepEqual(
      shown,
      [1, 2, 2].map((n) => phoneOf(900 + n)),
    )
  })

  promise('the view shows when the first resting channel is free again, at every level', async (ground) => {
    const callerId = { mode: 'number', number: phoneOf(900) } as const
    const world = await plainWorld(ground, { contacts: 2, settings: settings({ callerId }, { pauseSeconds: 5 }) })
    await ground.addNumber({ id: numberId(1), workspaceId, trunkId, phone: phoneOf(900), maxCalls: 9 })
    const legs = await claimAll(world)
    const seen = async () => {
      const view = only(await ground.store.runningCampaigns())
      const [trunk] = only(view.routes).trunks
      return [view.workspace, view.campaign, trunk, view.numbers?.[0]]
    }
    for (const gate of await seen()) assert.deepEqual([gate?.live, gate?.restsUntil], [2, null])
    const first = ground.now().add({ seconds: 5 }).toString()
    for (const leg of legs) {
      await ground.store.finish(world.lease, outcome(leg, ground))
      await ground.advance(1_000)
    }
    for (const gate of await seen()) assert.deepEqual([gate?.live, gate?.restsUntil?.toString()], [2, first])
    await ground.advance(3_000)
    for (const gate of await seen()) assert.equal(gate?.live, 1)
  })

  promise('the view has the numbers a campaign may show, or none where it shows none of ours', async (ground) => {
    const world = await plainWorld(ground, { contacts: 0 })
    await ground.addNumber({ id: numberId(1), workspaceId, trunkId, phone: phoneOf(901), maxCalls: 3 })
    await ground.addGroup({ id: uuid(41), workspaceId, numberIds: [numberId(1)] })
    await ground.addGroup({ id: uuid(42), workspaceId, numberIds: [] })
    const choices = [
      [{ mode: 'number', number: phoneOf(901) }, [3]],
      [{ mode: 'group', groupId: uuid(41) }, [3]],
      [{ mode: 'group', groupId: uuid(42) }, []],
      [{ mode: 'number', number: '74951112233' }, undefined],
    ] as const
    for (const [n, [callerId]] of choices.entries())
      await ground.addCampaign({ id: uuid(50 + n), workspaceId, settings: settings({ callerId }) })
    const views = new Map((await ground.store.runningCampaigns()).map((view) => [view.campaignId, view]))
    assert.equal(views.get(campaignId)?.numbers, null)
    for (const [n, [, limits]] of choices.entries())
      assert.deepEqual(
        views.get(uuid(50 + n))?.numbers?.map((number) => number.maxCalls),
        limits,
      )
    assert.equal(world.routeId > 0, true)
  })
}
