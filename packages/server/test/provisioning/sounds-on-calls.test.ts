/** A workspace's own sound takes the place of the shipped one on its calls, and on its calls alone. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { ClaimedLeg, Prompt, Telephony } from '@dialwright/dialer'
import { VirtualClock } from '@dialwright/testkit'
import { PostgresMaterialSource } from '../../src/adapters/postgres/material-source.ts'
import { AudioLibrary } from '../../src/audio/library.ts'
import { CallMaterials } from '../../src/dialing/call-materials.ts'
import { type Json, smallDocument, useInstallation, wav } from './ground.ts'

const path = '/prompts/en/greeting.wav'

function document(name: string, sound: string | null): Json {
  return smallDocument(name, {
    ...(sound === null ? {} : { audio: [{ path, file: sound }] }),
    scenarios: [
      {
        name: 'hello',
        language: 'en',
        startBlocks: [{ id: 'start', name: 'Start', next: 'say' }],
        blocks: [
          { id: 'say', type: 'say', audio: path, next: 'end' },
          { id: 'end', type: 'hangup' },
        ],
      },
    ],
  })
}

describe('sounds on calls', () => {
  const installation = useInstallation()

  test('each call plays what its workspace has at the path at that moment', async () => {
    const loaded: Prompt[] = []
    const played: string[] = []
    const telephony = {
      loadPrompt: async (prompt: Prompt) => void loaded.push(prompt),
      play: (_leg: string, _play: string, promptIds: readonly string[]) => void played.push(...promptIds),
    } as unknown as Telephony
    const clock = new VirtualClock()
    const materials = new CallMaterials({
      source: new PostgresMaterialSource({ pool: installation.pool, secretBox: installation.deps.secretBox }),
      audio: new AudioLibrary(installation.deps.dataDirectory),
      speech: { synthesize: () => Promise.reject(new Error('nothing is spoken here')) },
      telephony,
      clock,
      log: installation.deps.log,
      recordings: '.',
    })
    /** How many samples the call of this workspace hears first. */
    const hears = async (name: string): Promise<number | undefined> => {
      const { rows } = await installation.pool.query<{ id: string }>(
        'select v.id from scenario_version v join workspace w on w.id = v.workspace_id where w.name = $1',
        [name],
      )
      const leg = { legId: 'a', scenarioVersionId: rows[0]?.id, startBlock: 'start', variables: {}, phone: '7' }
      const conversation = await materials.conversationFor(leg as unknown as ClaimedLeg)
      conversation.start(clock.now())
      const playing = played.at(-1)
      return loaded.find(({ promptId }) => promptId === playing)?.samples.length
    }
    const shipped = (await new AudioLibrary(installation.deps.dataDirectory).read(path)).samples.length
    const own = (samples: number) => wav(8_000, new Int16Array(samples).fill(7))
    await installation.apply(document('With its own', own(1_234)))
    await installation.apply(document('Without', null))
    assert.equal(await hears('With its own'), 1_234)
    assert.equal(await hears('Without'), shipped)
    await installation.apply(document('With its own', own(2_345)))
    assert.equal(await hears('With its own'), 2_345)
    await Promise.all([hears('With its own'), hears('With its own'), hears('Without')])
    assert.equal(loaded.length, 3, 'each content is handed over once')
  })
})
