/** The providers of speech by name: an utterance goes to the one that its voice names. */
import { SpeechError } from './errors.ts'
import type { Speech, SpeechProvider, SpeechStatus, SpeechUrgency, Utterance } from './speech.ts'

export class SpeechProviders implements Speech {
  readonly #providers: ReadonlyMap<string, SpeechProvider>

  constructor(providers: readonly SpeechProvider[]) {
    this.#providers = new Map(providers.map((provider) => [provider.name, provider]))
  }

  async synthesize(utterance: Utterance, urgency: SpeechUrgency = 'now'): Promise<Int16Array> {
    const { provider } = utterance.voice
    const found = this.#providers.get(provider)
    if (found === undefined) {
      const names = [...this.#providers.keys()].join(', ')
      throw new SpeechError('SPEECH_PROVIDER_UNKNOWN', `there is no speech provider "${provider}"; there is ${names}`)
    }
    return found.synthesize(utterance, urgency)
  }

  status(): Promise<readonly SpeechStatus[]> {
    return Promise.all([...this.#providers.values()].map((provider) => provider.status()))
  }
}
