/** espeak-ng as a provider: what it says is sound of the right length and level, and what it cannot do is told by a code. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { describe, test } from 'node:test'
import { missingPeer } from '@dialwright/testkit'
import { align } from '../../../testkit/src/alignment.ts'
import { resample, speechPeak, toPcm16 } from '../../src/audio/shaping.ts'
import { readWav } from '../../src/audio/wav.ts'
import { SpeechProviders } from '../../src/speech/providers.ts'
import type { SpeechStatus } from '../../src/speech/speech.ts'
import { defaultVoice } from '../../src/speech/voices.ts'
import { childrenOf, level, openEspeak, peak, programOf, saying, seconds } from './ground.ts'

const skip = missingPeer('espeak-ng')

describe('espeak-ng', { skip }, () => {
  test('a text becomes speech of the right length, as loud as our prompts, with words to its very ends', async (context) => {
    const espeak = openEspeak(context)
    const text = 'Please confirm your order, number four hundred and twelve.'
    const samples = await espeak.synthesize(saying(text))
    assert.ok(seconds(samples) > 2 && seconds(samples) < 6, `${seconds(samples)} s`)
    assert.ok(Math.abs(peak(samples) - speechPeak * 32_767) < 2, `peak ${peak(samples)}`)
    assert.ok(level(samples) > 1_200 && level(samples) < 8_000, `level ${level(samples)}`)
    assert.ok(level(samples.subarray(320, 1_120)) > 100, 'it begins with silence')
    assert.ok(level(samples.subarray(-1_120, -320)) > 100, 'it ends with silence')
    // Not only some speech, but this text in this voice: as the program says it when it is asked by hand.
    const byHand = execFileSync('espeak-ng', ['-v', 'en-us', '-s', '200', '--stdout', text], { maxBuffer: 1 << 26 })
    const { samples: whole, sampleRate } = readWav(byHand)
    const { correlation } = align(toPcm16(resample(whole, sampleRate, 8_000), 0.5), samples)
    assert.ok(correlation > 0.95, `correlation ${correlation}`)
  })

  test('two texts are two sounds', async (context) => {
    const espeak = openEspeak(context)
    const one = await espeak.synthesize(saying('The meeting is on Monday morning at ten.'))
    const other = await espeak.synthesize(saying('Your parcel waits for you at the post office.'))
    const [longer, shorter] = one.length > other.length ? [one, other] : [other, one]
    const { correlation } = align(longer, shorter.subarray(0, Math.min(shorter.length, 12_000)))
    assert.ok(correlation < 0.5, `correlation ${correlation}`)
  })

  test('speed and voice are heard', async (context) => {
    const espeak = openEspeak(context)
    const text = 'One two three four five six seven eight nine ten.'
    const [slow, plain, fast, deep] = await Promise.all([
      espeak.synthesize(saying(text, 'en-us', 0.5)),
      espeak.synthesize(saying(text, 'en-us', 1)),
      espeak.synthesize(saying(text, 'en-us', 2)),
      espeak.synthesize(saying(text, 'en-us+m7', 1)),
    ])
    assert.ok(seconds(slow) > 1.6 * seconds(plain), `${seconds(slow)} and ${seconds(plain)} s`)
    assert.ok(seconds(fast) < 0.7 * seconds(plain), `${seconds(fast)} and ${seconds(plain)} s`)
    assert.notDeepEqual(deep, plain)
  })

  test('Russian, Vietnamese and pinyin are read by the default voices of their languages', async (context) => {
    const espeak = openEspeak(context)
    for (const [language, text] of [
      ['ru', 'Здравствуйте! Подтвердите, пожалуйста, доставку.'],
      ['vi', 'Xin chào! Bấm một để xác nhận.'],
      ['zh', 'nin2 hao3, qing3 an4 yi1.'],
      ['de', 'Guten Tag, bitte drücken Sie die Eins.'],
    ] as const) {
      const samples = await espeak.synthesize({ text, voice: defaultVoice(language, text) })
      assert.ok(seconds(samples) > 1 && seconds(samples) < 8, `${language}: ${seconds(samples)} s`)
    }
  })

  test('Chinese characters are read, or refused in words: never spelled in English', async (context) => {
    const espeak = openEspeak(context)
    const text = '您好，请按一确认。'
    try {
      const read = await espeak.synthesize({ text, voice: defaultVoice('zh', text) })
      const pinyin = await espeak.synthesize(saying('nin2 hao3, qing3 an4 yi1 que4 ren4.', 'cmn-latn-pinyin'))
      const ratio = read.length / pinyin.length
      assert.ok(ratio > 0.8 && ratio < 1.2, `${ratio} times as long as its pinyin`)
    } catch (error) {
      assert.equal((error as { code?: string }).code, 'SPEECH_TEXT_UNSPEAKABLE')
      assert.match(String(error), /pinyin/)
    }
    // Cantonese has its dictionary everywhere.
    const cantonese = await espeak.synthesize({ text, voice: defaultVoice('zh-HK', text) })
    assert.ok(seconds(cantonese) > 1 && seconds(cantonese) < 4, `${seconds(cantonese)} s`)
    await assert.rejects(espeak.synthesize(saying('Hello 王', 'en-us')), { code: 'SPEECH_TEXT_UNSPEAKABLE' })
  })

  test('a voice that is not there, a path and an option are each refused', async (context) => {
    const espeak = openEspeak(context)
    for (const voice of ['xx-nowhere', 'zz', '../../../etc/passwd', '--stdout', ''])
      await assert.rejects(espeak.synthesize(saying('hello', voice)), { code: 'SPEECH_VOICE_UNKNOWN' }, voice)
    const providers = new SpeechProviders([espeak])
    await assert.rejects(providers.synthesize({ text: 'x', voice: { ...saying('x').voice, provider: 'cloud' } }), {
      code: 'SPEECH_PROVIDER_UNKNOWN',
    })
  })

  test('a text without words, one that is too long and one that never ends are refused', async (context) => {
    const espeak = openEspeak(context)
    await assert.rejects(espeak.synthesize(saying('... !?')), { code: 'SPEECH_TEXT_UNSPEAKABLE' })
    await assert.rejects(espeak.synthesize(saying('x'.repeat(4_001))), { code: 'SPEECH_TEXT_TOO_LONG' })
    const endless = openEspeak(context, { program: programOf(context, 'exec cat /dev/zero') })
    await assert.rejects(endless.synthesize(saying('hello')), { code: 'SPEECH_TEXT_TOO_LONG' })
    assert.deepEqual(childrenOf(), [])
  })

  test('notations of other programs are read, not obeyed', async (context) => {
    const espeak = openEspeak(context)
    const plain = await espeak.synthesize(saying('before after'))
    const marked = await espeak.synthesize(saying('<speak>before <break time="30s"/> after</speak>'))
    assert.ok(seconds(marked) < 12, `a break of 30 s was made: ${seconds(marked)} s`)
    assert.ok(marked.length > plain.length, 'the marks were taken away as if they were obeyed')
    const commanded = await espeak.synthesize(saying('before \u0001450S after'))
    assert.ok(commanded.length > plain.length, 'an embedded command changed the pace')
  })

  test('it tells its version', async (context) => {
    const [status] = await new SpeechProviders([openEspeak(context)]).status()
    assert.ok(status?.isReady)
    assert.match(status.version ?? '', /\d+\.\d+/)
  })
})

describe('a program that does not do its part', () => {
  test('missing, it is told in one line with what mends it', async (context) => {
    const espeak = openEspeak(context, { program: '/nowhere/espeak-ng' })
    await assert.rejects(espeak.synthesize(saying('hello')), { code: 'SPEECH_PROGRAM_MISSING' })
    const status: SpeechStatus = await espeak.status()
    assert.deepEqual([status.isReady, status.version], [false, null])
    assert.match(status.message ?? '', /^[^\n]*not installed[^\n]*apt install espeak-ng[^\n]*$/)
  })

  test('hanging, it is killed at its time, and the next text has its turn', { timeout: 20_000 }, async (context) => {
    const program = programOf(context, 'exec sleep 600')
    const espeak = openEspeak(context, { program, timeoutMs: 300, atOnce: 1 })
    const begun = performance.now()
    const results = await Promise.allSettled([espeak.synthesize(saying('one')), espeak.synthesize(saying('two'))])
    for (const result of results) assert.equal(result.status === 'rejected' && result.reason.code, 'SPEECH_TIMEOUT')
    assert.ok(performance.now() - begun < 5_000)
    assert.deepEqual(childrenOf(), [])
  })

  test('talking rubbish, failing, or ending before it has read, it is told as failed', async (context) => {
    for (const script of [
      'cat >/dev/null; echo rubbish',
      'exit 3',
      'exec head -c 0',
      'echo no luck >&2; exit 1',
      'kill -9 $$',
    ]) {
      const espeak = openEspeak(context, { program: programOf(context, script) })
      await assert.rejects(espeak.synthesize(saying('hello '.repeat(600))), { code: 'SPEECH_FAILED' }, script)
    }
    assert.deepEqual(childrenOf(), [])
  })

  test('no more than so many run at once', { timeout: 30_000 }, async (context) => {
    const program = programOf(context, 'cat >/dev/null; sleep 0.2; exit 1')
    const espeak = openEspeak(context, { program, atOnce: 3 })
    const all = Promise.allSettled(Array.from({ length: 12 }, (_, n) => espeak.synthesize(saying(`text ${n}`))))
    let most = 0
    let isOver = false
    void all.then(() => {
      isOver = true
    })
    while (!isOver) {
      most = Math.max(most, childrenOf().filter((name) => name !== 'pgrep').length)
      await new Promise((resolve) => setImmediate(resolve))
    }
    assert.ok(most > 0 && most <= 3, `${most} at once`)
  })

  test('closed, it ends what runs and leaves nothing behind', { timeout: 20_000 }, async (context) => {
    const espeak = openEspeak(context, { program: programOf(context, 'exec sleep 600'), atOnce: 1 })
    const results = Promise.allSettled([espeak.synthesize(saying('one')), espeak.synthesize(saying('two'))])
    await espeak.close()
    for (const result of await results)
      assert.equal(result.status === 'rejected' && result.reason.code, 'SPEECH_CLOSED')
    assert.deepEqual(childrenOf(), [])
  })
})
