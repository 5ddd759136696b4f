import assert from 'node:assert/strict'
import test from 'node:test'
import { replacesLost, revisedTimeline } from './late-result.ts'

test('a late result replaces what recovery wrote, and nothing else', () => {
  for (const disposition of ['unknown', 'answered'] as const)
    assert.equal(replacesLost({ disposition, detail: 'node-lost' }, { disposition: 'busy' }), true)
  // The telephony process was lost, not the node: its end was told by who knew it.
  assert.equal(
    replacesLost({ disposition: 'unknown', detail: 'the telephony process ended' }, { disposition: 'busy' }),
    false,
  )
  assert.equal(replacesLost({ disposition: 'busy', detail: null }, { disposition: 'answered' }), false)
  assert.equal(replacesLost({ disposition: 'unknown', detail: 'node-lost' }, { disposition: 'unknown' }), false)
})

test('the timeline of a revised attempt tells both stories by their instants', () => {
  const at = (second: number): string => `2026-03-02T09:00:0${second}.000Z`
  const timeline = revisedTimeline(
    [{ at: at(5), kind: 'recovered', phase: 1 }],
    {
      disposition: 'answered',
      timeline: [
        { at: at(1), kind: 'invite' },
        { at: at(7), kind: 'ended' },
      ],
    },
    { disposition: 'unknown', detail: 'node-lost' },
    Temporal.Instant.from(at(8)),
  )
  assert.deepEqual(
    timeline.map(({ kind }) => kind),
    ['invite', 'recovered', 'ended', 'revised'],
  )
  assert.deepEqual(timeline.at(-1), { at: at(8), kind: 'revised', disposition: 'answered', was: 'unknown' })
})
