/** Which voice speaks: the one that a block names, if the workspace has it, else the default voice of the scenario's language. Pure. */
import type { SpeechVoice, Utterance } from './speech.ts'

/** What a block says: words, and how. */
export type Phrase = {
  readonly text: string
  /** A name of the workspace's own. */
  readonly voice?: string | undefined
  /** 0.5 to 2, times the voice's own. */
  readonly speed?: number | undefined
}

/** Where the voice of espeak-ng is not called as the language is; every other language is tried under its own name. */
const espeakVoices: ReadonlyMap<string, string> = new Map([
  ['en', 'en-us'],
  ['en-us', 'en-us'],
  ['en-gb', 'en-gb'],
  ['zh', 'cmn'],
  ['cmn', 'cmn'],
  ['zh-hk', 'yue'],
  ['yue', 'yue'],
  ['pt-br', 'pt-br'],
  ['no', 'nb'],
])
/** Chinese written in pinyin is read by a voice of its own; that of characters would spell it as English. */
const pinyinVoice = 'cmn-latn-pinyin'
const slowest = 0.5
const fastest = 2

/**
 * The voice of a language when no other is named.
 * @param language  A tag: `ru`, `zh-CN`.
 */
export function defaultVoice(language: string, text: string): SpeechVoice {
  const tag = language.toLowerCase()
  const [main = tag] = tag.split('-')
  const voice = espeakVoices.get(tag) ?? espeakVoices.get(main) ?? main
  const isPinyin = voice === 'cmn' && !/\p{Script=Han}/u.test(text)
  return { provider: 'espeak', voice: isPinyin ? pinyinVoice : voice, language, speed: 1 }
}

export type Chosen = {
  readonly utterance: Utterance
  /** The voice's name was not found, and the default one speaks in its place. */
  readonly isSubstitute: boolean
}

/** @param voices  Of the workspace, by name. */
export function utteranceOf(phrase: Phrase, language: string, voices: ReadonlyMap<string, SpeechVoice>): Chosen {
  const { text, voice: name, speed = 1 } = phrase
  const named = name === undefined ? undefined : voices.get(name)
  const voice = named ?? defaultVoice(language, text)
  return {
    utterance: { text, voice: { ...voice, speed: paceOf(voice.speed * speed) } },
    isSubstitute: name !== undefined && named === undefined,
  }
}

/** To two places: what nobody hears apart is spoken once. */
function paceOf(speed: number): number {
  return Math.round(Math.min(fastest, Math.max(slowest, speed)) * 100) / 100
}
