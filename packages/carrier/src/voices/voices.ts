/** What personas say and networks play, by name; 8 kHz mono, no recording of anyone. */
import { readFileSync } from 'node:fs'
import { faxAnswer, joined, ringback, specialInformation, tone } from './tones.ts'

const rate = 8_000
const loudness = 6_000

/** Spoken words, committed as files: see assets/PROVENANCE.md. */
const words = ['yes', 'no', 'screening', 'not-in-service'] as const
const languages = ['en', 'ru', 'vi', 'zh'] as const
type Word = (typeof words)[number]
type Language = (typeof languages)[number]

export type Voice = Word | 'hello' | 'chatter' | 'voicemail' | 'sit' | 'ringback' | 'fax'

export type RandomNumber = { next(): number }

/** Every sound of the carrier by its prompt id. */
export function allVoices(random: RandomNumber): ReadonlyMap<string, Int16Array> {
  return new Map<string, Int16Array>([
    ['hello', babble(0.8, random)],
    ['chatter', babble(8, random)],
    ['voicemail', joined(babble(3, random), tone(1_000, 0.4))],
    ['sit', specialInformation()],
    ['ringback', ringback()],
    ['fax', faxAnswer()],
    ...words.flatMap((word) => languages.map((language) => [`${word}-${language}`, readWord(word, language)] as const)),
  ])
}

/** The prompt of a voice: words are spoken in the language of the number's country, others sound the same everywhere. */
export function promptOf(voice: Voice, number: string): string {
  return isWord(voice) ? `${voice}-${languageOf(number)}` : voice
}

function isWord(voice: Voice): voice is Word {
  return words.some((word) => word === voice)
}

function languageOf(number: string): Language {
  const digits = number.replace(/\D/g, '')
  if (digits.startsWith('84')) return 'vi'
  if (digits.startsWith('86')) return 'zh'
  return digits.startsWith('7') ? 'ru' : 'en'
}

const wavHeaderBytes = 44

/** Our own files: 16-bit mono PCM at 8 kHz behind a header of 44 bytes, as `npm run make-audio` writes them. */
function readWord(word: Word, language: Language): Int16Array {
  const bytes = readFileSync(new URL(`../../assets/${language}/${word}.wav`, import.meta.url))
  return Int16Array.from({ length: Math.floor((bytes.length - wavHeaderBytes) / 2) }, (_, index) =>
    bytes.readInt16LE(wavHeaderBytes + 2 * index),
  )
}

/** Syllables with a pitch, two formants and pauses, like speech heard through a wall. */
export function babble(seconds: number, random: RandomNumber): Int16Array {
  const samples = new Int16Array(Math.round(seconds * rate))
  let at = 0
  while (at < samples.length) {
    const length = Math.round((0.12 + random.next() * 0.15) * rate)
    const pitch = 110 + random.next() * 80
    const formant = 400 + random.next() * 500
    for (let i = 0; i < length && at + i < samples.length; i++) {
      const time = i / rate
      const envelope = Math.sin((Math.PI * i) / length)
      const voice =
        Math.sin(2 * Math.PI * pitch * time) +
        0.6 * Math.sin(2 * Math.PI * formant * time) +
        0.3 * Math.sin(2 * Math.PI * formant * 2.4 * time)
      samples[at + i] = Math.round((loudness * envelope * voice) / 1.9)
    }
    at += length + Math.round((0.02 + random.next() * 0.06) * rate)
  }
  return samples
}
