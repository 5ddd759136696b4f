/**
 * The `Speech` port: words in, sound out. A provider is one way to speak (a child process here, a protocol elsewhere); whoever
 * needs words spoken knows voices, never providers. It stands in the server, beside its users: neither the dialer nor the scenario
 * machine speaks.
 */

export type SpeechVoice = {
  /** Which of the providers: `espeak`. */
  readonly provider: string
  /** The voice as that provider calls it: `ru`, `en-us+f3`. */
  readonly voice: string
  /** Language tag of what is spoken: `ru`, `zh-CN`. */
  readonly language: string
  /** 0.5 to 2, times the provider's own pace. */
  readonly speed: number
}

export type Utterance = { readonly text: string; readonly voice: SpeechVoice }

export type SpeechUrgency = 'now' | 'ahead'

export interface Speech {
  /**
   * @param urgency  `now`: somebody waits on the line; `ahead`: may be needed later, and lets the others go first.
   * @returns Signed 16-bit samples, 8 kHz mono, trimmed, as loud as our prompts.
   * @throws {SpeechError} with the code of what went wrong; within a bounded time, whatever the provider does.
   */
  synthesize(utterance: Utterance, urgency?: SpeechUrgency): Promise<Int16Array>
}

/** How a provider is, in words for whoever runs the server. */
export type SpeechStatus = {
  readonly provider: string
  readonly isReady: boolean
  /** What it says of itself: name and version. Null: it does not answer. */
  readonly version: string | null
  /** What is missing and how it is mended; null: nothing. */
  readonly message: string | null
}

/** A provider: a `Speech` of its own that can tell how it is. */
export interface SpeechProvider extends Speech {
  readonly name: string
  status(): Promise<SpeechStatus>
}
