import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  addPlainContact,
  campaignId,
  contactId,
  otherCampaignId,
  plainWorld,
  settings,
  uuid,
  workspaceId,
} from '../../../dialer/src/ports/store-world.conformance.ts'
import { virtualEngine } from './virtual-engine.ts'

test('campaigns that share a trunk go in turn: none takes every slot', async () => {
  const { ground, run } = virtualEngine()
  await plainWorld(ground, { contacts: 0 })
  await ground.addTrunk({ id: uuid(13), workspaceId, callsPerSecond: 5 })
  const routeId = await ground.addRoute({ trunkIds: [uuid(13)] })
  const campaigns = [campaignId, otherCampaignId, uuid(33)]
  for (const id of campaigns.slice(1)) await ground.addCampaign({ id, workspaceId, settings: settings() })
  const people = 300
  for (let n = 0; n < people; n += 1)
    await addPlainContact(ground, routeId, n, { campaignId: campaigns[n % 3] ?? campaignId })
  await run(30_000)
  const shares = [0, 0, 0]
  for (let n = 0; n < people; n += 1) {
    const { attempts } = await ground.contact(contactId(n))
    if (attempts > 0) shares[n % 3] = (shares[n % 3] ?? 0) + 1
  }
  const [least, most] = [Math.min(...shares), Math.max(...shares)]
  assert.ok(most > 0 && least >= 0.8 * most, `attempts by campaign: ${shares.join(', ')}`)
})
