/** The digest state of one call: the challenges it has met and how often each nonce was used (RFC 3261 §22; RFC 7616 §3.4). */
import { randomToken, type SipRandom } from '../clock.ts'
import { type Header, header, headerValues, type SipRequest, type SipResponse } from '../message/message.ts'
import { authorize, type Challenge, type Credentials, chooseChallenge } from './digest.ts'

type HeaderName = 'Authorization' | 'Proxy-Authorization'

/** A server and a proxy that each ask, and each find their nonce stale once: more rounds than that are a loop. */
const maxRounds = 4

export class Authorizer {
  readonly #credentials: Credentials | null
  readonly #random: SipRandom
  readonly #met = new Map<HeaderName, { readonly challenge: Challenge; uses: number }>()

  constructor(credentials: Credentials | null, random: SipRandom) {
    this.#credentials = credentials
    this.#random = random
  }

  /**
   * Takes in a 401 or 407.
   * @param round  how often this request has been repeated for a challenge already.
   * @returns Whether to send the request again, with `headers`; false for every other response.
   */
  accept(request: SipRequest, response: SipResponse, round: number): boolean {
    if (this.#credentials === null || (response.status !== 401 && response.status !== 407) || round >= maxRounds)
      return false
    const isProxy = response.status === 407
    const name: HeaderName = isProxy ? 'Proxy-Authorization' : 'Authorization'
    const values = headerValues(response, isProxy ? 'Proxy-Authenticate' : 'WWW-Authenticate')
    const challenge = chooseChallenge(values, this.#credentials.realm)
    if (challenge === undefined) return false
    // An answer that was asked for and refused means a wrong password, unless only the nonce had aged. The first copy of a request
    // may carry an answer to an old nonce that nobody asked for: that one is worth a second try.
    if (round > 0 && header(request, name) !== undefined && !challenge.isStale) return false
    this.#met.set(name, { challenge, uses: 0 })
    return true
  }

  /** An answer to each challenge met so far, the nonce count one higher each time. */
  headers(method: string, uri: string): Header[] {
    const credentials = this.#credentials
    if (credentials === null) return []
    return [...this.#met].map(([name, entry]): Header => {
      entry.uses += 1
      const answer = { method, uri, nonceCount: entry.uses, cnonce: randomToken(this.#random, 8) }
      return [name, authorize(entry.challenge, credentials, answer)]
    })
  }
}
