/** Who may talk to our SIP port, and whose call it is that comes in. By address: whoever else writes to us hears nothing. */
import { isIPv4 } from 'node:net'
import type { Admission } from '@dialwright/dialer'
import { type Peer, parseUri } from '@dialwright/sip'
import type { Resolve } from './addresses.ts'

type Source = Admission & { addresses: readonly string[] }
/** A registered line as far as calls to it are told apart. */
export type KnownLine = {
  readonly lineId: string
  readonly trunkId: string
  readonly port: number
  readonly user: string
  readonly addresses: readonly string[]
}
export type Caller = { readonly trunkIds: readonly string[]; readonly lineId: string | null }

/** Names of trunks may come to mean other addresses. */
const lookAgainAfterMs = 300_000

export type IngressDeps = {
  readonly clock: { schedule(delayMs: number, action: () => void): { cancel(): void } }
  readonly resolve: Resolve
  /** Lines that are wanted, registered or not: a provider that has lost us may still have a call for us. */
  readonly lines: () => Iterable<KnownLine>
}

export class Ingress {
  readonly #deps: IngressDeps
  /** Addresses that we have written to: their answers are read, their calls not let in for that. */
  readonly #asked = new Set<string>()
  #sources: readonly Source[] = []
  #timer: { cancel(): void } | null = null

  constructor(deps: IngressDeps) {
    this.#deps = deps
  }

  ask(address: string): void {
    this.#asked.add(address)
  }

  /** Replaces whose calls are let in: addresses at once, names as soon as they are looked up. */
  admit(admissions: readonly Admission[]): void {
    this.#sources = admissions.map((one) => ({ ...one, addresses: isIPv4(one.host) ? [one.host] : this.#knownOf(one) }))
    this.#look()
  }

  close(): void {
    this.#timer?.cancel()
  }

  /** Whether datagrams from there are read at all. */
  reads({ address }: Peer): boolean {
    if (this.#asked.has(address) || this.#sources.some(({ addresses }) => addresses.includes(address))) return true
    for (const line of this.#deps.lines()) if (line.addresses.includes(address)) return true
    return false
  }

  /** Whose call an INVITE to this request URI is; null: a stranger's. */
  callerOf(requestUri: string, source: Peer): Caller | null {
    const lines = [...this.#deps.lines()].filter(({ addresses }) => addresses.includes(source.address))
    const sources = this.#sources.filter(({ addresses }) => addresses.includes(source.address))
    if (lines.length === 0 && sources.length === 0) return null
    const known = [...sources, ...lines]
    const exact = known.filter(({ port }) => port === source.port)
    const trunkIds = [...new Set((exact.length > 0 ? exact : known).map(({ trunkId }) => trunkId))]
    const line = lineOf(requestUri, lines)
    if (line === undefined) return { trunkIds, lineId: null }
    // Whose registration was called is surer than the address.
    return { trunkIds: [line.trunkId], lineId: line.lineId }
  }

  #look(): void {
    this.#timer?.cancel()
    const names = this.#sources.filter(({ host }) => !isIPv4(host))
    if (names.length === 0) return
    for (const source of names) {
      this.#deps.resolve(source.host).then(
        (addresses) => {
          source.addresses = addresses
        },
        // What it meant before counts until there is an answer.
        () => {},
      )
    }
    this.#timer = this.#deps.clock.schedule(lookAgainAfterMs, () => this.#look())
  }

  #knownOf({ host }: Admission): readonly string[] {
    return this.#sources.find((source) => source.host === host)?.addresses ?? []
  }
}

/** By the parameter that our contact carries; where a provider drops it, by the user part, if that names one line alone. */
function lineOf(requestUri: string, lines: readonly KnownLine[]): KnownLine | undefined {
  const uri = parseUri(requestUri)
  const byName = lines.find(({ lineId }) => lineId === uri?.parameters.get('line'))
  if (byName !== undefined) return byName
  const sameUser = lines.filter(({ user }) => user === uri?.user)
  return sameUser.length === 1 ? sameUser[0] : undefined
}
