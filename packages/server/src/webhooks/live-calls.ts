/**
 * Tells of what happens in the middle of a call: it rings, it is answered. Written only where an endpoint asks for it; who asks is
 * looked at once a second for each workspace, so that calls whose ringing nobody wants to hear of cost no statement.
 */
import type { Clock } from '@dialwright/dialer'
import { type Pool, statement } from '../adapters/postgres/pool.ts'
import type { LiveTopic } from './events.ts'

/** The outbound call that it is about. */
export type LiveCall = {
  readonly workspaceId: string
  readonly campaignId: string
  readonly contactId: string
  readonly attemptId: string
  readonly callId: string
}
type Asking = { readonly campaignId: string | null; readonly topics: readonly string[] }
type Known = { readonly untilMs: number; readonly asking: Promise<readonly Asking[]> }

const knownForMs = 1_000

const whoAsks = statement<Asking>(
  'live-calls-who-asks',
  `select campaign_id as "campaignId", live_topics as topics from webhook_endpoint
    where workspace_id = $1 and live_topics <> '{}' and enabled`,
)
const write = statement(
  'live-calls-write',
  'insert into outbox (workspace_id, topic, key, payload) values ($1, $2, $3, $4)',
)

export class LiveCallTeller {
  readonly #pool: Pool
  readonly #clock: Clock
  readonly #known = new Map<string, Known>()

  constructor(pool: Pool, clock: Clock) {
    this.#pool = pool
    this.#clock = clock
  }

  /** Somebody may ask for something else now. */
  forget(): void {
    this.#known.clear()
  }

  /** Resolves when the receivers are sure to be told, before anything that is told of the call later. */
  async tell(topic: LiveTopic, { workspaceId, ...call }: LiveCall): Promise<void> {
    const asking = await this.#whoAsks(workspaceId)
    const isWanted = asking.some(
      ({ campaignId, topics }) => topics.includes(topic) && (campaignId === null || campaignId === call.campaignId),
    )
    if (isWanted)
      await write(this.#pool, [workspaceId, topic, call.contactId, JSON.stringify({ workspaceId, ...call })])
  }

  #whoAsks(workspaceId: string): Promise<readonly Asking[]> {
    const nowMs = this.#clock.monotonicMs()
    const known = this.#known.get(workspaceId)
    if (known !== undefined && known.untilMs > nowMs) return known.asking
    const asking = whoAsks(this.#pool, [workspaceId])
    this.#known.set(workspaceId, { untilMs: nowMs + knownForMs, asking })
    // What could not be read is asked for again.
    asking.catch(() => this.#known.delete(workspaceId))
    return asking
  }
}
