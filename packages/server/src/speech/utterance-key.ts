/** The name of an utterance: the same words in the same voice have the same key, in the cache and among the prompts of telephony. */
import { createHash } from 'node:crypto'
import type { Utterance } from './speech.ts'

/** Grows when the same utterance has to sound different: what was made before is then never found again. */
const makingOf = 1

/** @returns 64 hex digits. */
export function utteranceKey({ text, voice: { provider, voice, language, speed } }: Utterance): string {
  const spoken = [makingOf, provider, voice, language, speed, text]
  return createHash('sha256').update(JSON.stringify(spoken)).digest('hex')
}
