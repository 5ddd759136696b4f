import assert from 'node:assert/strict'
import { test } from 'node:test'
import { VirtualClock } from '@dialwright/testkit'
import { NodeClock } from '../node-clock.ts'
import { CallTransfers, type TransferringCall } from './call-transfers.ts'

const call: TransferringCall = {
  ...{ legId: 'leg', callId: 'call', workspaceId: 'w', scenarioVersionId: null, attempt: null, redirect: null },
  ...{ way: { trunkId: 't', numberId: null, callerId: null }, ringTimeoutMs: 45_000, maxDurationMs: 60_000 },
}

for (const [name, attempt, result, note] of [
  ['that came in, which belongs to none, fails in words and goes its stated way', null, 'failed', 'transfer-refused'],
  [
    'of a campaign that hands over to nobody is told so',
    { campaignId: 'c', contactId: 'k', attemptId: 'a' },
    'nobody',
    'transfer-ended',
  ],
] as const)
  test(`a hand-over to the campaign of a call ${name}`, async () => {
    const notes: [string, unknown][] = []
    const deps = {
      clock: new NodeClock(new VirtualClock()),
      source: {},
      note: (_: unknown, kind: string, { reason = null }: { reason?: string | null }) => notes.push([kind, reason]),
    } as unknown as ConstructorParameters<typeof CallTransfers>[1]
    const ended = Promise.withResolvers<string>()
    const listener = { ringing: () => {}, answered: () => {}, ended: ended.resolve, scenario: () => {} }
    new CallTransfers({ ...call, attempt }, deps).begin('campaign', listener)
    assert.equal(await ended.promise, result)
    const reason = attempt === null ? 'a call that came in belongs to no campaign' : null
    assert.deepEqual(notes[0], [note, reason])
  })
