/** The lines that are kept registered: what main wants against what is, and where their providers are. */
import { isIPv4 } from 'node:net'
import type { Random, Registration } from '@dialwright/dialer'
import type { RegistrationEvent, RegistrationOptions } from '@dialwright/sip'
import type { Resolve } from './addresses.ts'
import type { KnownLine } from './ingress.ts'
import type { LineState } from './protocol.ts'
import { registrationInWords } from './registration-words.ts'

type Running = { stop(): Promise<void> }

export type LinesDeps = {
  readonly register: (
    options: RegistrationOptions,
    onEvent: (event: RegistrationEvent) => void,
    afterMs: number,
  ) => Running
  readonly random: Pick<Random, 'bytes'>
  readonly resolve: Resolve
  /** A REGISTER is about to leave for this address, and its answer must be read. */
  readonly onAsk: (address: string) => void
  readonly tell: (state: LineState) => void
}

type Line = {
  readonly wanted: Registration
  readonly running: Running
  addresses: readonly string[]
}

/** A thousand lines of one provider begin within twenty seconds, not within one burst that it would lose half of. */
const betweenBeginningsMs = 20

export class Lines {
  readonly #deps: LinesDeps
  readonly #lines = new Map<string, Line>()
  /** Being taken back: a line of the same id begins behind it, so that the provider hears them in this order. */
  readonly #ending = new Map<string, Promise<void>>()
  /** Wanted, and waiting for its predecessor's end. */
  readonly #waiting = new Map<string, Registration>()

  constructor(deps: LinesDeps) {
    this.#deps = deps
  }

  /** Where calls may come from; a line that is being taken back no longer counts. */
  *known(): Iterable<KnownLine> {
    for (const { wanted, addresses } of this.#lines.values()) {
      const { lineId, user, trunk } = wanted
      yield { lineId, user, trunkId: trunk.trunkId, port: trunk.port, addresses }
    }
  }

  /** Replaces what is wanted. */
  set(wanted: readonly Registration[]): void {
    const byId = new Map(wanted.map((one) => [one.lineId, one]))
    for (const lineId of [...this.#waiting.keys()]) if (!byId.has(lineId)) this.#waiting.delete(lineId)
    for (const [lineId, line] of [...this.#lines]) {
      const next = byId.get(lineId)
      if (next === undefined || !isSame(next, line.wanted)) this.#end(lineId, line)
    }
    let begun = 0
    for (const [lineId, one] of byId) {
      if (this.#lines.has(lineId)) continue
      if (this.#ending.has(lineId)) this.#waiting.set(lineId, one)
      else this.#begin(one, betweenBeginningsMs * begun++)
    }
  }

  /** Takes all back; resolves when each has been answered or given up. */
  async close(): Promise<void> {
    this.set([])
    await Promise.all(this.#ending.values())
  }

  #begin(wanted: Registration, afterMs: number): void {
    const { lineId, trunk, user, username, password, everySeconds } = wanted
    const tell = (event: RegistrationEvent): void => this.#deps.tell({ lineId, ...registrationInWords(event, wanted) })
    const callId = Array.from(this.#deps.random.bytes(12), (byte) => byte.toString(16).padStart(2, '0')).join('')
    let failures = 0
    const line: Line = {
      wanted,
      addresses: isIPv4(trunk.host) ? [trunk.host] : [],
      running: this.#started(
        {
          domain: trunk.fromDomain ?? (trunk.port === 5060 ? trunk.host : `${trunk.host}:${trunk.port}`),
          user,
          line: lineId,
          credentials: { username, password },
          everySeconds,
          callId,
          locate: async () => {
            const addresses = await this.#deps.resolve(trunk.host)
            // One of several may be dead: after each silence the next one is asked.
            const address = addresses[failures % addresses.length]
            if (address === undefined) throw new Error(`the name ${trunk.host} has no address`)
            line.addresses = addresses
            this.#deps.onAsk(address)
            return { address, port: trunk.port }
          },
        },
        (event) => {
          if (event.type === 'unreachable') failures += 1
          tell(event)
        },
        afterMs,
        wanted,
      ),
    }
    this.#lines.set(lineId, line)
  }

  /** What cannot be written (a line break in a name) is refused by us, and nothing is sent. */
  #started(
    options: RegistrationOptions,
    onEvent: (event: RegistrationEvent) => void,
    afterMs: number,
    { lineId }: Registration,
  ): Running {
    try {
      return this.#deps.register(options, onEvent, afterMs)
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      const message = `Not registered: what would have to be sent cannot be written. ${reason}`
      this.#deps.tell({ lineId, state: 'refused', forMs: null, sipCode: null, message })
      return { stop: async () => onEvent({ type: 'ended', status: null }) }
    }
  }

  #end(lineId: string, line: Line): void {
    this.#lines.delete(lineId)
    const ended = line.running.stop().then(() => {
      this.#ending.delete(lineId)
      const next = this.#waiting.get(lineId)
      this.#waiting.delete(lineId)
      if (next !== undefined) this.#begin(next, 0)
    })
    this.#ending.set(lineId, ended)
  }
}

function isSame(one: Registration, other: Registration): boolean {
  return JSON.stringify(ordered(one)) === JSON.stringify(ordered(other))
}

/** What decides how it is registered, in one order. */
function ordered({ trunk, user, username, password, everySeconds }: Registration): readonly unknown[] {
  return [trunk.trunkId, trunk.host, trunk.port, trunk.fromDomain, user, username, password, everySeconds]
}
