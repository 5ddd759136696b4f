/** Phrases as prompts: whatever a scenario says in words is spoken, handed to telephony, and known there by what it says. */
import type { Clock } from '@dialwright/dialer'
import type { Logger } from 'pino'
import { SpeechError } from '../speech/errors.ts'
import type { Speech, SpeechUrgency, SpeechVoice, Utterance } from '../speech/speech.ts'
import { utteranceKey } from '../speech/utterance-key.ts'
import { defaultVoice, type Phrase, utteranceOf } from '../speech/voices.ts'
import type { PromptShelf } from './prompt-shelf.ts'

type Deps = {
  readonly speech: Speech
  readonly shelf: PromptShelf
  readonly clock: Clock
  readonly log: Logger
}

/** Who speaks in one call: the language of its scenario, the voices of its workspace. */
export type Speakers = { readonly language: string; readonly voices: ReadonlyMap<string, SpeechVoice> }
/** Told what did not go as written. */
export type Note = (message: string) => void

/** The same fault on every call is told in the log once in this time; on each call it stands in the timeline. */
const toldAgainAfterMs = 60_000
/** Phrases made at once before they are needed: a row that waits must not fill the line of those who are on a call. */
const aheadAtOnce = 2
const silent: Note = () => {}

export class SpokenPrompts {
  readonly #deps: Deps
  readonly #toldAtMs = new Map<string, number>()

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /**
   * The prompt of a phrase: at once when telephony has it, else as soon as it has been spoken.
   * @returns Null, now or later: it cannot be spoken, and the reason was noted.
   */
  promptIdOf(
    phrase: Phrase,
    { language, voices }: Speakers,
    note: Note,
    urgency: SpeechUrgency = 'now',
  ): string | Promise<string | null> {
    const { utterance, isSubstitute } = utteranceOf(phrase, language, voices)
    if (isSubstitute)
      note(`there is no voice "${phrase.voice}": the default voice of ${language} speaks, ${utterance.voice.voice}`)
    const promptId = idOf(utterance)
    if (this.#deps.shelf.has(promptId)) return promptId
    return this.#speak(promptId, utterance, language, note, urgency)
  }

  /** Has phrases ready before they are needed; resolves when each one is, or cannot be. What fails is told when it is needed. */
  async prepare(phrases: readonly Phrase[], speakers: Speakers): Promise<void> {
    const waiting = phrases.values()
    const worker = async (): Promise<void> => {
      for (const phrase of waiting) await this.promptIdOf(phrase, speakers, silent, 'ahead')
    }
    await Promise.all(Array.from({ length: aheadAtOnce }, worker))
  }

  async #speak(
    promptId: string,
    utterance: Utterance,
    language: string,
    note: Note,
    urgency: SpeechUrgency,
  ): Promise<string | null> {
    const { shelf, speech } = this.#deps
    try {
      await shelf.put(promptId, () => speech.synthesize(utterance, urgency))
      return promptId
    } catch (error) {
      const substitute = substituteFor(error, utterance, language)
      if (substitute !== null) {
        note(`${messageOf(error)}: the default voice of ${language} speaks, ${substitute.voice.voice}`)
        return this.#speak(idOf(substitute), substitute, language, note, urgency)
      }
      note(`not spoken: ${messageOf(error)}`)
      this.#tell(error)
      return null
    }
  }

  #tell(error: unknown): void {
    const { clock, log } = this.#deps
    const code = error instanceof SpeechError ? error.code : 'SPEECH_FAILED'
    const told = this.#toldAtMs.get(code)
    if (code === 'SPEECH_CLOSED' || (told !== undefined && clock.monotonicMs() - told < toldAgainAfterMs)) return
    this.#toldAtMs.set(code, clock.monotonicMs())
    log.warn({ code, reason: messageOf(error) }, 'a text could not be spoken: the scenario goes on without it')
  }
}

/** Another voice for what no provider, or not this one, has; null: there is none that would do better. */
function substituteFor(error: unknown, { text, voice }: Utterance, language: string): Utterance | null {
  const isVoiceAtFault =
    error instanceof SpeechError && (error.code === 'SPEECH_VOICE_UNKNOWN' || error.code === 'SPEECH_PROVIDER_UNKNOWN')
  const other = defaultVoice(language, text)
  if (!isVoiceAtFault || (other.provider === voice.provider && other.voice === voice.voice)) return null
  return { text, voice: { ...other, speed: voice.speed } }
}

/** A sound's id is a path or a hash: this is neither. */
function idOf(utterance: Utterance): string {
  return `speech:${utteranceKey(utterance)}`
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
