import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SeededRandom, VirtualClock } from '@dialwright/testkit'
import { pino } from 'pino'
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
import { InMemoryTelephony } from '../../src/adapters/memory/telephony/in-memory-telephony.ts'
import { DialingEngine } from '../../src/dialing/engine.ts'
import { NodeClock } from '../../src/dialing/node-clock.ts'
import { MemoryGround } from '../store/memory-ground.ts'

test('campaigns that share a trunk go in turn: none takes every slot', async () => {
  const clock = new VirtualClock()
  const ground = new MemoryGround(clock, new SeededRandom(7))
  await plainWorld(ground, { contacts: 0 })
  await ground.addTrunk({ id: uuid(13), workspaceId, callsPerSecond: 5 })
  const routeId = await ground.addRoute({ trunkIds: [uuid(13)] })
  const campaigns = [campaignId, otherCampaignId, uuid(33)]
  for (const id of campaigns.slice(1)) await ground.addCampaign({ id, workspaceId, settings: settings() })
  const people = 300
  for (let n = 0; n < people; n += 1)
    await addPlainContact(ground, routeId, n, { campaignId: campaigns[n % 3] ?? campaignId })
  const trunk = {
    target: {
      trunkId: uuid(13),
      host: '127.0.0.1',
      port: 5060,
      username: null,
      password: null,
      fromDomain: null,
      codecs: ['pcma'] as const,
    },
    ringTimeoutMs: null,
    formatNumber: (phone: string) => phone,
  }
  const engine = new DialingEngine({
    store: ground.store,
    telephony: new InMemoryTelephony({
      clock,
      calleeOf: () => ({ kind: 'reject', ringMs: 10, status: 486, q850: 17 }),
    }),
    clock: new NodeClock(clock),
    log: pino({ level: 'silent' }),
    nodeName: 'node-a',
    loadTrunk: async () => trunk,
    openConversation: () => Promise.reject(new Error('nobody answers')),
    recordingOf: () => ({ file: '', name: '' }),
    faults: () => {},
  })
  // Whoever is busy never talks: a conversation is opened all the same, before the INVITE.
  await engine.start()
  await clock.advanceAsync(30_000)
  await engine.stop()
  const shares = [0, 0, 0]
  for (let n = 0; n < people; n += 1) {
    const { attempts } = await ground.contact(contactId(n))
    if (attempts > 0) shares[n % 3] = (shares[n % 3] ?? 0) + 1
  }
  const [least, most] = [Math.min(...shares), Math.max(...shares)]
  assert.ok(most > 0 && least >= 0.8 * most, `attempts by campaign: ${shares.join(', ')}`)
})
