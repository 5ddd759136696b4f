import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CampaignSettings } from '@dialwright/dialer'
import type { TrunkSeed } from '../../../dialer/src/ports/store-ground.conformance.ts'
import {
  addPlainContact,
  contactId,
  numberId,
  phoneOf,
  plainWorld,
  settings,
  uuid,
  workspaceId,
} from '../../../dialer/src/ports/store-world.conformance.ts'
import { virtualEngine } from './virtual-engine.ts'

const seconds = 60

/** Attempts of a minute over trunks with these limits. */
async function attempts(
  people: number,
  trunks: readonly Partial<TrunkSeed>[],
  given: CampaignSettings = settings(),
  numbersPerSecond: readonly number[] = [],
): Promise<number> {
  const { ground, run } = virtualEngine()
  await plainWorld(ground, { contacts: 0, settings: given })
  const trunkIds = trunks.map((_, n) => uuid(60 + n))
  for (const [n, trunk] of trunks.entries()) await ground.addTrunk({ ...trunk, id: uuid(60 + n), workspaceId })
  const routeId = await ground.addRoute({ trunkIds })
  for (const [n, callsPerSecond] of numbersPerSecond.entries())
    await ground.addNumber({ id: numberId(n), workspaceId, trunkId: uuid(60), phone: phoneOf(900 + n), callsPerSecond })
  await ground.addGroup({ id: uuid(41), numberIds: numbersPerSecond.map((_, n) => numberId(n)) })
  for (let n = 0; n < people; n += 1) await addPlainContact(ground, routeId, n)
  await run(seconds * 1_000)
  let count = 0
  for (let n = 0; n < people; n += 1) count += (await ground.contact(contactId(n))).attempts
  return count
}

const within = (count: number, perSecond: number): void => {
  const wanted = seconds * perSecond
  // One percent is what a pace may be off in the long run; the call at either end of the time is nobody's.
  assert.ok(Math.abs(count - wanted) <= Math.max(2, wanted / 100), `${count} attempts, ${wanted} expected`)
}

for (const rate of [0.7, 3])
  test(`a trunk of ${rate} calls a second is used at that rate in the long run`, async () => {
    within(await attempts(rate * seconds + 30, [{ callsPerSecond: rate }]), rate)
  })

test('trunks of one route are used at their rates together', async () => {
  within(await attempts(450, [{ callsPerSecond: 3 }, { callsPerSecond: 4 }]), 7)
})

test('numbers of a group are shown at their rates together', async () => {
  within(await attempts(240, [{}], settings({ callerId: { mode: 'group', groupId: uuid(41) } }), [1.5, 2]), 3.5)
})

test('a channel that rests is taken again when it has rested, not at the next look around', async () => {
  // A hundredth of a second rings, three tenths rest: three a second, less the planning and the way to the INVITE.
  const count = await attempts(240, [{}], settings({}, { maxCalls: 1, pauseSeconds: 0.3 }))
  assert.ok(count > 0.85 * seconds * (1 / 0.31), `${count} attempts`)
})
