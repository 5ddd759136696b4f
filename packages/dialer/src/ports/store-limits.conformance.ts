/** Property of every store: whatever claims at once, no limit is passed and no phone lives twice. */
import assert from 'node:assert/strict'
import type { ClaimedLeg, NodeLease } from './campaign-store.ts'
import type { Random } from './random.ts'
import type { StoreGround } from './store-ground.conformance.ts'
import { claimAll, outcome, phoneOf, settings, uuid, zones } from './store-world.conformance.ts'

type Owner = { readonly id: string; readonly maxCalls: number; readonly callsPerSecond: number }

/** Random claims by four nodes at once and random ends, with every limit checked after each round. */
export async function sharedLimits(ground: StoreGround, random: Random): Promise<void> {
  const below = (n: number): number => Math.floor(random.next() * n)
  const owners: Owner[] = []
  const own = (id: string, maxCalls: number, callsPerSecond: number): Owner => {
    const owner = { id, maxCalls, callsPerSecond }
    owners.push(owner)
    return owner
  }
  const campaigns: string[] = []
  for (const w of [1, 2]) {
    const workspace = uuid(w)
    await ground.addWorkspace(own(workspace, 9, 13))
    const trunks = [0, 1].map((n) => own(uuid(10 * w + n + 100), 5 + n, 7 + n))
    for (const trunk of trunks) await ground.addTrunk({ ...trunk, workspaceId: workspace })
    const numbers = [0, 1].map((n) => own(uuid(10 * w + n + 200), 4 + n, 6 + n))
    for (const [n, number] of numbers.entries())
      await ground.addNumber({
        ...number,
        workspaceId: workspace,
        trunkId: trunks[0]?.id ?? '',
        phone: phoneOf(900 + 10 * w + n),
      })
    await ground.addGroup({ id: uuid(300 + w), workspaceId: workspace, numberIds: numbers.map((number) => number.id) })
    const trunkIds = trunks.map((trunk) => trunk.id)
    // Campaigns prefer the trunks that they share in another order each.
    const routeIds = [
      await ground.addRoute({ workspaceId: workspace, trunkIds }),
      await ground.addRoute({ workspaceId: workspace, trunkIds: trunkIds.toReversed() }),
    ]
    for (const c of [0, 1, 2]) {
      const routeId = routeIds[c % 2] ?? 0
      const { id, ...pace } = own(uuid(400 + 10 * w + c), 6, 5 + c)
      campaigns.push(id)
      const retry = { rules: [{ on: ['busy'], tries: 3, intervalsSeconds: [1] }], caps: {} } as const
      const callerId = { mode: 'group', groupId: uuid(300 + w) } as const
      await ground.addCampaign({
        id,
        workspaceId: workspace,
        settings: settings({ retry, callerId }, { ...pace, pauseSeconds: c }),
      })
      for (let n = 0; n < 25; n++) {
        const seed = {
          id: uuid(10_000 * w + 1_000 * c + n + 100_000),
          campaignId: id,
          workspaceId: workspace,
          routeId,
          zones,
        }
        const first = below(40)
        await ground.addContact({
          ...seed,
          phones: [phoneOf(first), phoneOf((first + 1 + below(39)) % 40)],
          dueAt: ground.now(),
        })
      }
    }
  }
  const leases = await Promise.all([1, 2, 3, 4].map((n) => ground.store.join(`node-${n}`, 3_600_000)))
  /** Channels of ended calls until the end of their pause. */
  let resting: { readonly leg: ClaimedLeg; readonly until: Temporal.Instant }[] = []
  const live = new Map<string, { readonly leg: ClaimedLeg; readonly lease: NodeLease }>()
  const starts = new Map<string, bigint[]>()
  for (let round = 0; round < 25; round++) {
    await Promise.all(
      leases.map(async (lease) => {
        const legs = await claimAll({ ground, lease }, campaigns[below(campaigns.length)], 1 + below(6))
        for (const leg of legs) {
          live.set(leg.legId, { leg, lease })
          for (const id of ownersOf(leg)) starts.set(id, [...(starts.get(id) ?? []), leg.startAt.epochNanoseconds])
        }
      }),
    )
    resting = resting.filter(({ until }) => Temporal.Instant.compare(until, ground.now()) > 0)
    checkRoom(
      owners,
      [...live.values()].map((one) => one.leg),
      resting.map((one) => one.leg),
    )
    for (const { leg, lease } of [...live.values()]) {
      const chance = random.next()
      if (chance < 0.2) assert.equal(await ground.store.release(lease, leg.legId, 'by chance'), true)
      else if (chance < 0.6) {
        const disposition = random.next() < 0.3 ? 'invalid-number' : 'busy'
        assert.equal(await ground.store.finish(lease, outcome(leg, ground, { disposition })), 'stored')
        resting.push({ leg, until: ground.now().add({ seconds: leg.settings.pacing.pauseSeconds }) })
      } else continue
      live.delete(leg.legId)
    }
    await ground.advance(below(500))
  }
  assert.ok([...starts.values()].flat().length > 200, 'the world was too small to show anything')
  for (const owner of owners) checkPace(owner, starts.get(owner.id) ?? [])
}

const ownersOf = (leg: ClaimedLeg): string[] =>
  [leg.workspaceId, leg.campaignId, leg.trunkId, leg.numberId].filter((id) => id !== null)

function checkRoom(owners: readonly Owner[], live: readonly ClaimedLeg[], resting: readonly ClaimedLeg[]): void {
  for (const owner of owners) {
    const count = [...live, ...resting].filter((leg) => ownersOf(leg).includes(owner.id)).length
    assert.ok(count <= owner.maxCalls, `${owner.id} has ${count} calls at once, ${owner.maxCalls} allowed`)
  }
  for (const keys of [live.map((leg) => leg.phone), live.map((leg) => leg.contactId)])
    assert.equal(new Set(keys).size, keys.length, 'a phone or a contact lives twice')
}

/** Starts lie an interval apart at least: then no half-open second holds more than the rate, and no two share an instant. */
function checkPace(owner: Owner, starts: readonly bigint[]): void {
  const sorted = starts.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0))
  for (const [index, at] of sorted.entries()) {
    const next = sorted[index + 1]
    if (next !== undefined)
      assert.ok(
        Number(next - at) >= 1e9 / owner.callsPerSecond,
        `${owner.id}: two starts ${next - at} ns apart, ${owner.callsPerSecond} a second allowed`,
      )
    const inSecond = sorted.slice(index).filter((other) => other < at + 1_000_000_000n).length
    assert.ok(
      inSecond <= owner.callsPerSecond,
      `${owner.id}: ${inSecond} starts in one second, ${owner.callsPerSecond} allowed`,
    )
  }
}
