/** What espeak-ng may be given to read: words alone, none of the notations in which a text could steer it. Pure. */

/** Control characters (its embedded commands begin with U+0001), halves of pairs, non-characters. */
const unreadable = /[\p{Cc}\p{Cs}\p{Cn}\p{Co}]+/gu
/** Phonemes in its own notation stand between double brackets. */
const phonemes = /\[\[|\]\]/g

/** @returns Composed (NFC), one blank between words; empty when nothing is left to read. */
export function speakableText(text: string): string {
  return text.normalize('NFC').replace(unreadable, ' ').replace(phonemes, ' ').replace(/\s+/g, ' ').trim()
}

/** Chinese characters, also those of Japanese. */
export function hasHanzi(text: string): boolean {
  return /\p{Script=Han}/u.test(text)
}

/**
 * A voice as it may stand on the command line: never a path, never an option.
 * @see `espeak-ng --voices` and its variants, `ru+f2`
 */
export function isVoiceName(voice: string): boolean {
  return /^[A-Za-z][A-Za-z0-9]*([-_][A-Za-z0-9]+)*(\+[A-Za-z0-9]+)?$/.test(voice) && voice.length <= 64
}
