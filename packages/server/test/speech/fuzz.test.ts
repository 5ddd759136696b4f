/** Whatever stands in a text, it is spoken or refused by a code within its time, and no process stays behind. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { missingPeer, SeededRandom } from '@dialwright/testkit'
import { SpeechError } from '../../src/speech/errors.ts'
import { defaultVoice } from '../../src/speech/voices.ts'
import { childrenOf, openEspeak, seconds } from './ground.ts'

const pieces = [
  ...[
    '"',
    "'",
    '`',
    '$(reboot)',
    ';',
    '|',
    '&&',
    '\\',
    '%s%n',
    '--stdout',
    '-v',
    '\n',
    '\r\n',
    '\t',
    '\u0000',
    '\u0001200S',
    '\u001b',
  ],
  ...[
    '<speak>',
    '<break time="99999s"/>',
    '</speak>',
    '<audio src="/etc/passwd"/>',
    '&lt;',
    '&#0;',
    '<',
    '>',
    '[[',
    ']]',
    "[[h@l'oU]]",
  ],
  ...[
    '😀',
    '👩‍👩‍👧‍👦',
    '\u200d',
    '\ufeff',
    '\ud800',
    '\udfff',
    '\u202e',
    '\u0301',
    '\u0301\u0301\u0301',
    'ﷺ',
    '\u{10ffff}',
    '\ue000',
  ],
  ...[
    'привет',
    'Xin chào bạn',
    '您好',
    'こんにちは',
    '안녕하세요',
    'مرحبا',
    'שלום',
    'สวัสดี',
    'नमस्ते',
    'Γειά',
    'ქართული',
    'ðæθ',
  ],
  ...[
    '0',
    '1234567890',
    '12345678901234567890',
    '3.14',
    '1e9',
    '12:30',
    '№ 5',
    '₽ 100',
    '٣',
    'II',
    'aaaaaaaaaaaaaaaa',
    'x',
    ' ',
    '...',
    '!?',
    '_',
    '–',
  ],
]

function textBy(random: SeededRandom): string {
  const most = random.next() < 0.1 ? 2_000 : 60
  let text = ''
  while (text.length < most && random.next() > 0.02) text += pieces[Math.floor(random.next() * pieces.length)] ?? ''
  return text.slice(0, 2_000)
}

describe('texts of any kind', { skip: missingPeer('espeak-ng') }, () => {
  test('are spoken or refused, in every language, and leave no process', { timeout: 240_000 }, async (context) => {
    const espeak = openEspeak(context, { atOnce: 2, timeoutMs: 20_000 })
    const random = new SeededRandom(26)
    const languages = ['ru', 'en', 'vi', 'zh', 'de', 'ja']
    const codes = new Map<string, number>()
    const one = async (text: string, language: string): Promise<void> => {
      try {
        const samples = await espeak.synthesize({ text, voice: defaultVoice(language, text) })
        assert.ok(samples.length > 0 && seconds(samples) < 600)
        codes.set('spoken', (codes.get('spoken') ?? 0) + 1)
      } catch (error) {
        assert.ok(error instanceof SpeechError, `${JSON.stringify(text)}: ${error}`)
        // A hang or a crash is no answer to a text.
        assert.ok(
          ['SPEECH_TEXT_UNSPEAKABLE', 'SPEECH_TEXT_TOO_LONG', 'SPEECH_VOICE_UNKNOWN'].includes(error.code),
          `${error.code} ${error.message}: ${JSON.stringify(text)} in ${language}`,
        )
        codes.set(error.code, (codes.get(error.code) ?? 0) + 1)
      }
    }
    const texts = [
      ...[
        'a'.repeat(2_000),
        '1'.repeat(2_000),
        'щ'.repeat(2_000),
        '. '.repeat(1_000),
        'xin '.repeat(500),
        '😀'.repeat(1_000),
      ],
      ...Array.from({ length: 60 }, () => textBy(random)),
    ]
    const waiting = texts.entries()
    const worker = async (): Promise<void> => {
      for (const [index, text] of waiting) await one(text, languages[index % languages.length] ?? 'en')
    }
    await Promise.all([worker(), worker(), worker()])
    assert.ok((codes.get('spoken') ?? 0) > 25, JSON.stringify([...codes]))
    assert.deepEqual(childrenOf(), [])
  })
})
