/** What webhook tests stand on: a tenant with a campaign and finished calls in a real database, and a receiver on loopback. */
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SeededRandom, VirtualClock } from '@dialwright/testkit'
import { pino } from 'pino'
import type { Pool } from '../../src/adapters/postgres/pool.ts'
import { SecretBox } from '../../src/adapters/secrets/secret-box.ts'
import { uuidV7 } from '../../src/adapters/system/uuid-v7.ts'
import { vendorTellers } from '../../src/compat/tellers.ts'
import type { DispatcherDeps } from '../../src/webhooks/dispatcher.ts'
import { webhookSecretPurpose } from '../../src/webhooks/signature.ts'

export type Received = {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly text: string
  readonly body: Record<string, unknown>
}

/** Keeps what it is told; `answer` decides the status, null leaves the request without an answer. */
export class Receiver {
  readonly received: Received[] = []
  answer: (request: Received) => number | null = () => 200
  headers: Record<string, string> = {}
  connections = 0
  #waiting: (() => void)[] = []
  readonly #server: Server

  private constructor(server: Server) {
    this.#server = server
  }

  static async start(): Promise<Receiver> {
    const server = createServer()
    const receiver = new Receiver(server)
    server.on('connection', () => {
      receiver.connections += 1
    })
    server.on('request', async (request, response) => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk)
      const text = Buffer.concat(chunks).toString('utf8')
      const one = { path: request.url ?? '', headers: request.headers, text, body: JSON.parse(text) }
      receiver.received.push(one)
      const status = receiver.answer(one)
      if (status !== null) response.writeHead(status, receiver.headers).end()
      for (const wake of receiver.#waiting.splice(0)) wake()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return receiver
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  url(path = '/hook'): string {
    return `http://127.0.0.1:${this.port}${path}`
  }

  async count(atLeast: number): Promise<void> {
    while (this.received.length < atLeast) await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise<void>((resolve) => this.#server.close(() => resolve()))
  }
}

export class WebhookGround {
  readonly clock = new VirtualClock('2026-03-02T09:15:00Z')
  readonly random = new SeededRandom(7)
  readonly secretBox = new SecretBox([new Uint8Array(32).fill(3)])
  readonly workspaceId = this.id()
  readonly campaignId = this.id()
  readonly #pool: Pool
  #routeId = 0
  #zoneId = 0

  private constructor(pool: Pool) {
    this.#pool = pool
  }

  static async open(pool: Pool): Promise<WebhookGround> {
    const ground = new WebhookGround(pool)
    await pool.query('truncate workspace, zone restart identity cascade')
    await ground.#fill()
    return ground
  }

  deps(egress: DispatcherDeps['egress'] = 'loopback'): DispatcherDeps {
    const { clock, random, secretBox } = this
    return {
      pool: this.#pool,
      clock,
      random,
      secretBox,
      log: pino({ level: 'silent' }),
      egress,
      tellers: vendorTellers,
    }
  }

  id(): string {
    return uuidV7(this.clock, this.random)
  }

  async #fill(): Promise<void> {
    const [scenarioId, versionId] = [this.id(), this.id()]
    const { workspaceId, campaignId } = this
    const query = this.#pool.query.bind(this.#pool)
    await query("insert into workspace (id, name, time_zone, country) values ($1, 'w', 'Europe/Moscow', 'RU')", [
      workspaceId,
    ])
    await query("insert into scenario (id, workspace_id, name, language) values ($1, $2, 's', 'ru')", [
      scenarioId,
      workspaceId,
    ])
    await query(
      "insert into scenario_version (id, workspace_id, scenario_id, number, definition) values ($1, $2, $3, 1, '{}')",
      [versionId, workspaceId, scenarioId],
    )
    await query(
      `insert into campaign (id, workspace_id, name, state, scenario_version_id, start_block, settings)
       values ($1, $2, 'c', 'running', $3, 'main', '{}')`,
      [campaignId, workspaceId, versionId],
    )
    const routes = await query<{ id: number }>('insert into route (workspace_id) values ($1) returning id', [
      workspaceId,
    ])
    const zones = await query<{ id: number }>("insert into zone (names) values ('{Europe/Moscow}') returning id")
    this.#routeId = routes.rows[0]?.id ?? 0
    this.#zoneId = zones.rows[0]?.id ?? 0
  }

  /** Moves time on once the dispatcher waits for it: a round that runs has already read the clock. */
  async advance(byMs: number): Promise<void> {
    while (this.clock.pending === 0) await new Promise((resolve) => setImmediate(resolve))
    this.clock.advance(byMs)
  }

  async addEndpoint(
    url: string,
    {
      dialect = 'native',
      events = [],
      secret = null,
    }: { dialect?: string; events?: string[]; secret?: string | null } = {},
  ): Promise<string> {
    const id = this.id()
    await this.#pool.query(
      `insert into webhook_endpoint (id, workspace_id, campaign_id, url, dialect, events, secret_box)
       values ($1, $2, $3, $4, $5, $6, $7)`,
      [
        id,
        this.workspaceId,
        this.campaignId,
        url,
        dialect,
        events,
        secret === null ? null : this.secretBox.seal(secret, webhookSecretPurpose),
      ],
    )
    return id
  }

  async addContact(phone: string): Promise<string> {
    const id = this.id()
    await this.#pool.query(
      `insert into contact (id, workspace_id, campaign_id, state, route_id, zone_id, client_external_id, callback_data, variables,
                            attempts, last_disposition, finished_at)
       values ($1, $2, $3, 'done', $4, $5, 'crm-1', '{"a": 1}', '{"name": "Анна"}', 2, 'answered', $6)`,
      [id, this.workspaceId, this.campaignId, this.#routeId, this.#zoneId, this.clock.now()],
    )
    await this.#pool.query(
      `insert into contact_phone (contact_id, position, workspace_id, campaign_id, given, phone, phone_key, zone_id, route_id)
       values ($1, 0, $2, $3, $4, $4, $4, $5, $6)`,
      [id, this.workspaceId, this.campaignId, phone, this.#zoneId, this.#routeId],
    )
    return id
  }

  /** A call that ended now, with its event in the outbox. */
  async endAttempt(
    contactId: string,
    number: number,
    disposition = 'answered',
    talkMs = 12_400,
    redialAt?: string,
  ): Promise<string> {
    const callId = this.id()
    const endedAt = this.clock.now()
    const startedAt = endedAt.subtract({ seconds: 20 })
    await this.#pool.query(
      `insert into call (id, workspace_id, direction, campaign_id, contact_id, attempt_number, phone, disposition, created_at,
                         started_at, ended_at, talk_ms, ended_by, variables, goal)
       values ($1, $2, 'out', $3, $4, $5, '79990000001', $6, $7, $7, $8, $9, 'callee', '{"yes": true}', 'agreed')`,
      [callId, this.workspaceId, this.campaignId, contactId, number, disposition, startedAt, endedAt, talkMs],
    )
    const told = { callId, disposition, startedAt: startedAt.toString(), talkMs }
    await this.tell('attempt.finished', contactId, { ...told, ...(redialAt === undefined ? {} : { redialAt }) })
    return callId
  }

  async tell(topic: string, contactId: string, more: object): Promise<void> {
    const { workspaceId, campaignId } = this
    await this.#pool.query('insert into outbox (workspace_id, topic, key, payload) values ($1, $2, $3, $4)', [
      workspaceId,
      topic,
      contactId,
      JSON.stringify({ workspaceId, campaignId, contactId, ...more }),
    ])
  }

  async tellCampaign(state: string): Promise<void> {
    const { workspaceId, campaignId } = this
    await this.#pool.query('insert into outbox (workspace_id, topic, key, payload) values ($1, $2, $3, $4)', [
      ...[workspaceId, 'campaign.changed', campaignId, JSON.stringify({ workspaceId, campaignId, state })],
    ])
  }

  /** A call that is up now. */
  async liveCall(contactId: string, phone: string): Promise<string> {
    const [callId, legId, trunkId] = [this.id(), this.id(), this.id()]
    const { rows } = await this.#pool.query<{ node: number }>(
      `insert into dialer_node (name, epoch, expires_at) values ($1, 1, dw_clock()) returning node`,
      [legId],
    )
    await this.#pool.query(
      "insert into trunk (id, workspace_id, name, host, port) values ($1, $2, $3, '127.0.0.1', 5060)",
      [...[trunkId, this.workspaceId, trunkId]],
    )
    await this.#pool.query(
      `insert into live_leg (leg_id, call_id, workspace_id, direction, campaign_id, contact_id, phone, phone_key, trunk_id, node, epoch,
                             phase, start_at)
       values ($1, $2, $3, 'out', $4, $5, $6, $6, $7, $8, 1, 2, $9)`,
      [
        ...[legId, callId, this.workspaceId, this.campaignId, contactId, phone, trunkId],
        rows[0]?.node,
        this.clock.now(),
      ],
    )
    return callId
  }

  async deliveries(): Promise<readonly Delivery[]> {
    const { rows } = await this.#pool.query<Delivery>(
      `select state, tries, event, last_status as "lastStatus", last_error as "lastError", next_at as "nextAt"
         from webhook_delivery order by outbox_id, endpoint_id`,
    )
    return rows
  }

  /** Waits until what is recorded fits, giving the database turns; the test's own time limit ends a wait in vain. */
  async until(fits: (deliveries: readonly Delivery[]) => boolean): Promise<readonly Delivery[]> {
    for (;;) {
      const deliveries = await this.deliveries()
      if (fits(deliveries)) return deliveries
    }
  }
}

export type Delivery = {
  readonly state: string
  readonly tries: number
  readonly event: string
  readonly lastStatus: number | null
  readonly lastError: string | null
  readonly nextAt: Temporal.Instant
}
