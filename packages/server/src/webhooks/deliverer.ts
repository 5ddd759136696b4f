/** The deliverer: sends what is due, a few at a time, in order per contact and endpoint, and keeps a record of every try. */
import type { Clock, Random } from '@dialwright/dialer'
import { type Agent, request } from 'undici'
import { type Database, type DatabaseLog, statement, transaction } from '../adapters/postgres/pool.ts'
import type { SecretBox } from '../adapters/secrets/secret-box.ts'
import { nextTryAt } from './backoff.ts'
import { type Dialect, type DialectTeller, takesAny2xx, tellerOf, type VendorTellers } from './dialects.ts'
import { webhookHeaders, webhookSecretPurpose } from './signature.ts'

export type DelivererParts = {
  readonly pool: Database
  readonly clock: Clock
  readonly random: Random
  readonly secretBox: SecretBox
  readonly log: DatabaseLog
  readonly agent: Agent
  readonly tellers: VendorTellers
  /** Called when a delivery has ended, well or badly: there is room for another. */
  readonly onRoom: () => void
}

type Due = {
  readonly id: string
  readonly workspaceId: string
  readonly endpointId: string
  readonly url: string
  readonly dialect: Dialect
  readonly secretBox: Buffer | null
  readonly body: Record<string, unknown>
  readonly tries: number
  readonly expiresAt: Temporal.Instant
}
type Answer = { readonly status: number | null; readonly error: string | null }

const inFlightLimit = 32
/** So that one receiver that hangs does not take every place. */
const inFlightPerEndpoint = 8
const timeoutMs = 10_000
/** Of an answer's body, which nobody reads: more than this is cut off with its connection. */
const answerBytes = 16_384
const errorLength = 500

// A delivery waits for every earlier one of its contact at its endpoint, also while that one is in flight or backs off.
const readDue = statement<Due>(
  'webhook-due',
  `select d.id, d.workspace_id as "workspaceId", e.id as "endpointId", e.url, e.dialect, e.secret_box as "secretBox", d.body,
          d.tries, d.expires_at as "expiresAt"
     from webhook_endpoint e
     cross join lateral (
       select * from webhook_delivery w
        where w.endpoint_id = e.id and w.state = 'pending' and w.next_at <= $1 and w.id <> all ($2::uuid[])
          and not exists (select from webhook_delivery o where o.endpoint_id = w.endpoint_id and o.key = w.key
                             and o.state = 'pending' and (o.outbox_id, o.place) < (w.outbox_id, w.place))
        order by w.next_at, w.outbox_id, w.place limit ${inFlightPerEndpoint}) d
    where e.enabled order by d.next_at, d.outbox_id limit $3`,
)
// What an endpoint that was switched off no longer takes is given up in time, or it would wait for ever.
const giveUp = statement(
  'webhook-give-up',
  `update webhook_delivery d set state = 'dead', last_error = coalesce(d.last_error, 'The endpoint is switched off.')
     from webhook_endpoint e
    where e.id = d.endpoint_id and not e.enabled and d.state = 'pending' and d.next_at <= $1 and d.expires_at <= $1`,
)
const addTry = statement(
  'webhook-add-try',
  `insert into webhook_try (delivery_id, workspace_id, number, at, duration_ms, status, error)
   values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing`,
)
const record = statement(
  'webhook-record',
  `update webhook_delivery set state = $2, tries = $3, next_at = coalesce($4, next_at), last_status = $5, last_error = $6,
          delivered_at = $7
    where id = $1 and state = 'pending'`,
)

export class Deliverer {
  readonly #parts: DelivererParts
  readonly #inFlight = new Map<string, { readonly endpointId: string; readonly ended: Promise<void> }>()

  constructor(parts: DelivererParts) {
    this.#parts = parts
  }

  /** Starts as many due deliveries as there is room for. They go on by themselves. */
  async fill(): Promise<void> {
    const room = inFlightLimit - this.#inFlight.size
    if (room <= 0) return
    await giveUp(this.#parts.pool, [this.#parts.clock.now()])
    const due = await readDue(this.#parts.pool, [this.#parts.clock.now(), [...this.#inFlight.keys()], inFlightLimit])
    for (const delivery of due) {
      if (this.#inFlight.size >= inFlightLimit) return
      if (this.#inFlightAt(delivery.endpointId) < inFlightPerEndpoint) this.#start(delivery)
    }
  }

  /** Resolves when nothing is in flight any more: at most the time limit of one try. */
  async settled(): Promise<void> {
    while (this.#inFlight.size > 0) await Promise.all([...this.#inFlight.values()].map(({ ended }) => ended))
  }

  #inFlightAt(endpointId: string): number {
    return [...this.#inFlight.values()].filter((other) => other.endpointId === endpointId).length
  }

  #start(delivery: Due): void {
    const ended = this.#deliver(delivery)
      .catch((error: unknown) => {
        this.#parts.log.error({ delivery: delivery.id, error: String(error) }, 'webhook try could not be recorded')
      })
      .finally(() => {
        this.#inFlight.delete(delivery.id)
        this.#parts.onRoom()
      })
    this.#inFlight.set(delivery.id, { endpointId: delivery.endpointId, ended })
  }

  async #deliver(delivery: Due): Promise<void> {
    const { clock, random, pool } = this.#parts
    const at = clock.now()
    const startedMs = clock.monotonicMs()
    const { status, error } = await this.#send(delivery, at)
    const durationMs = Math.round(clock.monotonicMs() - startedMs)
    const number = delivery.tries + 1
    const now = clock.now()
    const next = error === null ? null : nextTryAt(number, now, delivery.expiresAt, random)
    const failed = next === null ? 'dead' : 'pending'
    await transaction(pool, async (connection) => {
      await addTry(connection, [delivery.id, delivery.workspaceId, number, at, durationMs, status, error])
      const state = error === null ? 'delivered' : failed
      await record(connection, [delivery.id, state, number, next, status, error, error === null ? now : null])
    })
  }

  async #send(delivery: Due, at: Temporal.Instant): Promise<Answer> {
    const limit = new AbortController()
    const timer = this.#parts.clock.schedule(timeoutMs, () =>
      limit.abort(new Error(`No complete answer within ${timeoutMs / 1_000} s.`)),
    )
    try {
      const body = JSON.stringify(delivery.body)
      const answer = await request(delivery.url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'user-agent': 'Dialwright',
          ...this.#signed(delivery, at, body),
        },
        body,
        dispatcher: this.#parts.agent,
        signal: limit.signal,
      })
      const status = answer.statusCode
      // The status decides (redirects are never followed); what happens to the body after it does not.
      await answer.body.dump({ limit: answerBytes, signal: limit.signal }).catch(() => undefined)
      const { takes, expects } = this.#tellerOf(delivery) ?? takesAny2xx
      return { status, error: takes(status) ? null : `Expected ${expects}, found ${status}.` }
    } catch (error) {
      return { status: null, error: describe(error) }
    } finally {
      timer.cancel()
    }
  }

  #tellerOf({ dialect }: Due): DialectTeller | null {
    return tellerOf(dialect, this.#parts.tellers)
  }

  #signed(delivery: Due, at: Temporal.Instant, body: string): Record<string, string> {
    const teller = this.#tellerOf(delivery)
    if (teller === null || (delivery.secretBox === null && !teller.isAlwaysHeaded)) return {}
    const secret =
      delivery.secretBox === null ? null : this.#parts.secretBox.open(delivery.secretBox, webhookSecretPurpose)
    return webhookHeaders(teller.eventIdOf(delivery.body), at, body, secret)
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error).slice(0, errorLength)
  // Several addresses that all refuse come as one error without words of its own.
  const text =
    error instanceof AggregateError && error.message === '' ? error.errors.map(String).join('; ') : error.message
  return (text === '' ? error.name : text).slice(0, errorLength)
}
