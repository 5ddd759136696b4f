/** The personas that make sound: what the caller hears of each, and what the ledger says of the caller. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { assertHeard } from '@dialwright/testkit'
import { personas } from '../src/personas/persona.ts'
import { type Heard, msOf, openCaller, sentenceMs, shareOf } from './caller.ts'

const committed = (path: string): Int16Array => {
  const file = readFileSync(new URL(`../assets/${path}`, import.meta.url))
  return Int16Array.from({ length: (file.length - 44) / 2 }, (_, i) => file.readInt16LE(44 + 2 * i))
}

const summary = ({ lines }: Heard): string =>
  lines.map(({ kind, finalCode, by }) => (kind === 'ended' ? `${kind}:${finalCode}:${by}` : kind)).join(' ')

const ended = ({ lines }: Heard) => lines.at(-1) ?? assert.fail('no line')

function assertHeardSentence(heard: Heard): void {
  const { heardMs = 0 } = ended(heard)
  assert.ok(Math.abs(heardMs - sentenceMs) <= 60, `the carrier heard ${heardMs} ms of ${sentenceMs}`)
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

/** First and last window of a tone, in ms from the beginning. */
function spanOf(hertz: number, samples: Int16Array): [number, number] {
  const shares = shareOf(hertz, samples)
  return [shares.findIndex((share) => share > 0.6) * 20, shares.findLastIndex((share) => share > 0.6) * 20]
}

describe('personas', { concurrency: true }, () => {
  let line: Awaited<ReturnType<typeof openCaller>>
  before(async () => {
    line = await openCaller()
  })
  after(() => line.close())

  for (const [number, word] of [
    ['120255501005', 'en/yes.wav'],
    ['749555501006', 'ru/no.wav'],
  ] as const) {
    test(`${number} hears a sentence to its end and then says ${word}`, async () => {
      const heard = await line.call(number, async ({ until, hears, say, sound, hangUp }) => {
        await until('answered')
        await hears('first-packet')
        say()
        await hears('play-done')
        assert.ok(!sound.some(({ type }) => type === 'voice-start'), 'it has interrupted')
        await hears('voice-end')
        hangUp()
      })
      assert.equal(summary(heard), 'ring answered ended:200:caller')
      assertHeardSentence(heard)
      assert.equal(ended(heard).digits, '')
      assertHeard(heard.samples, committed(word), word)
    })
  }

  test('15 sounds the special information tone in early media, then refuses with 404', async () => {
    const heard = await line.call('749555501015', async () => {})
    assert.equal(summary(heard), 'ring ended:404:callee')
    assert.deepEqual([ended(heard).heardMs, ended(heard).digits], [0, ''])
    assert.deepEqual(progressOf(heard), ['183 with sound'])
    const spans = [950, 1_400, 1_800].map((hertz) => {
      const ms = msOf(hertz, heard.samples)
      assert.ok(ms >= 260 && ms <= 400, `${ms} ms of ${hertz} Hz`)
      return spanOf(hertz, heard.samples)
    })
    assert.ok(
      spans.flat().every((at, index, all) => index === 0 || at >= (all[index - 1] ?? 0)),
      String(spans),
    )
  })

  test('16 says in early media that the number is not in service, then refuses with 480', async () => {
    const heard = await line.call('120255501016', async () => {})
    assert.equal(summary(heard), 'ring ended:480:callee')
    assert.deepEqual(progressOf(heard), ['183 with sound'])
    assertHeard(heard.samples, committed('en/not-in-service.wav'), 'not in service')
  })

  test('21 asks who calls, listens to the answer, and puts the caller through', async () => {
    const heard = await line.call('120255501021', async ({ until, hears, say, hangUp }) => {
      await until('answered')
      await hears('voice-end')
      say()
      // The sentence has pauses of its own: what counts is that ringing, then a person, come after ours.
      await hears('play-done')
      await hears('voice-end', 3)
      hangUp()
    })
    assert.equal(summary(heard), 'ring answered ended:200:caller')
    assertHeardSentence(heard)
    const at = assertHeard(heard.samples, committed('en/screening.wav'), 'who calls')
    const [ringAt] = spanOf(425, heard.samples)
    assert.ok(ringAt * 8 > at + committed('en/screening.wav').length, `rung at ${ringAt} ms`)
    assert.ok(msOf(425, heard.samples) >= 900)
  })

  test('22 hears the caller, keys and all, and none of its own sound arrives', async () => {
    const heard = await line.call('749555501022', async ({ until, hears, say, press, drained, hangUp }) => {
      await until('answered')
      say()
      await hears('play-done')
      press('42#')
      await drained()
      hangUp()
    })
    assert.equal(summary(heard), 'ring answered ended:200:caller')
    assertHeardSentence(heard)
    assert.equal(ended(heard).digits, '42#')
    assert.equal(heard.stats.received, 0)
  })

  test('23 stays in early media, ringing on, until the caller gives up', async () => {
    const heard = await line.call('749555501023', async ({ hears, hangUp }) => {
      await hears('voice-end', 2)
      hangUp()
    })
    assert.equal(summary(heard), 'ring ended:487:caller')
    assert.deepEqual(progressOf(heard), ['183 with sound'])
    assert.ok(msOf(425, heard.samples) >= 1_800, 'two rings')
  })

  test('26 sends a re-INVITE in the call; what became of it stands in the ledger, and the call goes on', async () => {
    for (const refuses of [false, true]) {
      const heard = await line.call(
        '749555501026',
        async ({ until, hears, say, press, drained, refuseReinvites, hangUp }) => {
          if (refuses) refuseReinvites()
          await until('reoffer')
          say()
          await hears('play-done')
          press('7')
          await drained()
          hangUp()
        },
      )
      assert.equal(summary(heard), 'ring answered ended:200:caller')
      assert.equal(ended(heard).reinvite, refuses ? 'refused' : 'answered')
      assertHeardSentence(heard)
      assert.equal(ended(heard).digits, '7')
      // Our sentence and key came behind the re-INVITE: so long it goes on sending, too.
      assert.ok(heard.stats.received >= 40, `${heard.stats.received} packets`)
    }
  })

  test('27 rings in early media, then answers and says hello', async () => {
    const heard = await line.call('749555501027', async ({ until, hears, sound, hangUp }) => {
      await until('provisional')
      await hears('voice-end')
      await until('answered')
      const before = sound.length
      await hears('voice-end', 2)
      assert.ok(sound.length > before)
      hangUp()
    })
    assert.equal(summary(heard), 'ring answered ended:200:caller')
    assert.deepEqual(progressOf(heard), ['183 with sound'])
    const ringMs = msOf(425, heard.samples)
    assert.ok(ringMs >= 900 && ringMs <= 1_100, `${ringMs} ms of ringing`)
    assert.ok(heard.stats.heardMs >= ringMs + 500, 'a hello behind the ringing')
    const [ring, answered] = heard.lines
    const waitedMs = (answered?.monotonicMs ?? 0) - (ring?.monotonicMs ?? 0)
    assert.ok(waitedMs >= 1_950 && waitedMs <= 4_000, `answered after ${waitedMs} ms`)
  })

  test('29 answers as a fax does: 2100 Hz for three seconds, then V.21 flags', async () => {
    const heard = await line.call('749555501029', async ({ until, hears, hangUp }) => {
      await until('answered')
      await hears('voice-end')
      hangUp()
    })
    assert.equal(summary(heard), 'ring answered ended:200:caller')
    const calledToneMs = msOf(2_100, heard.samples)
    assert.ok(calledToneMs >= 2_800 && calledToneMs <= 3_100, `${calledToneMs} ms of 2100 Hz`)
    // A flag is six ones between two zeros: most of its power is at the frequency of a one.
    const flags = heard.samples.subarray((spanOf(2_100, heard.samples)[1] + 140) * 8)
    const [ones, zeros] = [1_650, 1_850].map((hertz) => mean(shareOf(hertz, flags).slice(0, 40))) as [number, number]
    assert.ok(ones > 0.35 && ones > 3 * zeros, `${ones.toFixed(2)} at a one, ${zeros.toFixed(2)} at a zero`)
    assert.equal(ended(heard).digits, '')
  })

  test('every code of the plan is built', () => {
    const planned = ['00', '01', '02', '03', '04', '05', '06', ...Array.from({ length: 20 }, (_, n) => String(n + 10))]
    assert.deepEqual(personas.map(({ code }) => code).toSorted(), planned)
  })
})

test('21 hangs up on a caller that says nothing', async (t) => {
  const haste = 10
  const line = await openCaller(haste)
  t.after(() => line.close())
  const heard = await line.call('120255501021', ({ until }) => until('ended'))
  assert.equal(summary(heard), 'ring answered ended:200:callee')
  assert.equal(ended(heard).heardMs, 0)
  const [, answered, over] = heard.lines.map(({ monotonicMs }) => monotonicMs / haste)
  const lastedMs = (over ?? 0) - (answered ?? 0)
  // Its question of 1.9 s at its true length, then 15 s of patience in haste: well before the 60 s that any call may last.
  assert.ok(lastedMs >= 3_300 && lastedMs <= 5_000, `${lastedMs} ms`)
})

function progressOf({ sip }: Heard): string[] {
  return sip.flatMap((event) =>
    event.type === 'provisional' && event.status > 100
      ? [`${event.status}${event.body === '' ? '' : ' with sound'}`]
      : [],
  )
}
