/** Why words could not be spoken. None of it ends a call: the scenario goes the way of a prompt that cannot be played. */

export type SpeechErrorCode =
  | 'SPEECH_PROGRAM_MISSING'
  | 'SPEECH_PROVIDER_UNKNOWN'
  | 'SPEECH_VOICE_UNKNOWN'
  | 'SPEECH_TEXT_TOO_LONG'
  | 'SPEECH_TEXT_UNSPEAKABLE'
  | 'SPEECH_TIMEOUT'
  | 'SPEECH_BUSY'
  | 'SPEECH_CLOSED'
  | 'SPEECH_FAILED'

export class SpeechError extends Error {
  readonly code: SpeechErrorCode

  constructor(code: SpeechErrorCode, message: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'SpeechError'
    this.code = code
  }
}
