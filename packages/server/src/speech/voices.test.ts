import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SpeechVoice } from './speech.ts'
import { utteranceKey } from './utterance-key.ts'
import { defaultVoice, utteranceOf } from './voices.ts'

const anna: SpeechVoice = { provider: 'espeak', voice: 'ru+f2', language: 'ru', speed: 0.9 }
const voices = new Map([['anna', anna]])

test('each language has a default voice; Chinese in pinyin has another one than in characters', () => {
  const voiceOf = (language: string, text = 'x') => defaultVoice(language, text).voice
  assert.deepEqual(
    ['ru', 'en', 'en-GB', 'en-AU', 'vi', 'vi-VN', 'kk', 'pt-BR', 'pt'].map((language) => voiceOf(language)),
    ['ru', 'en-us', 'en-gb', 'en-us', 'vi', 'vi', 'kk', 'pt-br', 'pt'],
  )
  assert.deepEqual(
    [voiceOf('zh', 'ni3 hao3'), voiceOf('zh-CN', '你好'), voiceOf('zh', '你好 Anna'), voiceOf('zh-HK', '你好')],
    ['cmn-latn-pinyin', 'cmn', 'cmn', 'yue'],
  )
})

test('a named voice speaks with its own speed times the speed of the block, between half and twice', () => {
  const spoken = (speed?: number) => utteranceOf({ text: 'x', voice: 'anna', speed }, 'ru', voices)
  assert.deepEqual(spoken(), { utterance: { text: 'x', voice: anna }, isSubstitute: false })
  assert.equal(spoken(1.5).utterance.voice.speed, 1.35)
  assert.equal(spoken(2).utterance.voice.speed, 1.8)
  assert.equal(utteranceOf({ text: 'x', speed: 2 }, 'ru', voices).utterance.voice.speed, 2)
  const slow = new Map([['slow', { ...anna, speed: 0.5 }]])
  assert.equal(utteranceOf({ text: 'x', voice: 'slow', speed: 0.5 }, 'ru', slow).utterance.voice.speed, 0.5)
})

test('a name that the workspace has not is spoken by the default voice, which is told', () => {
  const { utterance, isSubstitute } = utteranceOf({ text: 'x', voice: 'boris' }, 'ru', voices)
  assert.equal(utterance.voice.voice, 'ru')
  assert.ok(isSubstitute)
})

test('an utterance has one key; another word, voice, language or speed has another', () => {
  const base = { text: 'x', voice: anna }
  assert.equal(utteranceKey(base), utteranceKey(structuredClone(base)))
  assert.match(utteranceKey(base), /^[0-9a-f]{64}$/)
  const others = [
    { ...base, text: 'y' },
    ...[{ voice: 'ru' }, { provider: 'other' }, { language: 'en' }, { speed: 1 }].map((change) => ({
      ...base,
      voice: { ...anna, ...change },
    })),
  ]
  assert.equal(new Set([base, ...others].map(utteranceKey)).size, 6)
})
