/** The sound of one called party: its port, its side of offer and answer, what it says and hears. */
import type { MediaEngine, SessionStats } from '@dialwright/media'
import { acceptAnswer, answerOffer, createOffer, type LocalAudio, type NegotiatedAudio } from '@dialwright/sip'

const codecs = ['pcma', 'pcmu'] as const

export class CalleeAudio {
  readonly #media: MediaEngine
  readonly #sessionId: string
  readonly #address: string
  readonly #isMuted: boolean
  #port = 0
  #version = 0
  #answer: Promise<string | null> | null = null
  #isClosed = false
  #nextPlay = 1

  constructor(media: MediaEngine, sessionId: string, address: string, isMuted: boolean) {
    this.#media = media
    this.#sessionId = sessionId
    this.#address = address
    this.#isMuted = isMuted
  }

  /**
   * The answer to the INVITE's offer; asked again (a 200 after a 183) it is the same (RFC 3264 §4). Null: the call is over meanwhile.
   * @throws {SipError} `SDP_MALFORMED`, `SDP_NOTHING_IN_COMMON`.
   */
  answer(offer: string): Promise<string | null> {
    this.#answer ??= this.#open(offer)
    return this.#answer
  }

  async #open(offer: string): Promise<string | null> {
    this.#port = await this.#media.open(this.#sessionId)
    if (this.#isClosed) {
      await this.#media.close(this.#sessionId)
      return null
    }
    return this.answerAnew(offer)
  }

  /**
   * The answer to a further offer.
   * @throws {SipError} as `answer`.
   */
  answerAnew(offer: string): string {
    const { sdp, negotiated } = answerOffer(offer, this.#local())
    this.#setRemote(negotiated)
    return sdp
  }

  /** An offer of what is in force, as its next version (RFC 3264 §8). */
  offer(): string {
    return createOffer(this.#local())
  }

  /** @throws {SipError} as `answer`. */
  accept(answer: string): void {
    this.#setRemote(acceptAnswer(answer, codecs))
  }

  /** @returns What `play-done` will call it. */
  play(promptIds: readonly string[]): string {
    const playId = String(this.#nextPlay++)
    this.#media.play(this.#sessionId, playId, promptIds)
    return playId
  }

  stop(playId: string): void {
    this.#media.stop(this.#sessionId, playId)
  }

  press(digits: string): void {
    this.#media.sendDtmf(this.#sessionId, digits)
  }

  /** Null: there was never any sound. */
  async close(): Promise<SessionStats | null> {
    this.#isClosed = true
    return this.#media.close(this.#sessionId)
  }

  #local(): LocalAudio {
    this.#version += 1
    return { address: this.#address, port: this.#port, codecs, sessionId: this.#port, version: this.#version }
  }

  #setRemote(audio: NegotiatedAudio): void {
    const { remoteAddress: address, remotePort: port, codec, payloadType, telephoneEventPayloadType } = audio
    const isMuted = this.#isMuted
    this.#media.setRemote(this.#sessionId, { address, port, codec, payloadType, telephoneEventPayloadType, isMuted })
  }
}
