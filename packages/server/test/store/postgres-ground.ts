/** The conformance ground on a real PostgreSQL: rows written by SQL, and `dw_clock()` in the hand of the test. */
import type { CampaignSettings, CampaignStore, Clock, NumberMode, Random } from '@dialwright/dialer'
import type {
  CampaignSeed,
  CampaignState,
  ContactSeed,
  ContactSight,
  NumberSeed,
  SideLegSight,
  StoreGround,
  TrunkSeed,
  WorkspaceSeed,
} from '../../../dialer/src/ports/store-ground.conformance.ts'
import { PostgresCampaignStore } from '../../src/adapters/postgres/campaign-store/campaign-store.ts'
import { explainFacts } from '../../src/adapters/postgres/explain-facts.ts'
import type { Pool } from '../../src/adapters/postgres/pool.ts'
import { uuidV7 } from '../../src/adapters/system/uuid-v7.ts'

const tables = 'workspace, zone, dialer_node, test_clock'

export class PostgresGround implements StoreGround {
  readonly store: CampaignStore
  readonly #pool: Pool
  readonly #clock: Clock & { advance(byMs: number): void }
  readonly #random: Random

  private constructor(pool: Pool, clock: Clock & { advance(byMs: number): void }, random: Random) {
    this.#pool = pool
    this.#clock = clock
    this.#random = random
    this.store = new PostgresCampaignStore({ pool, clock, random })
  }

  /** Empties the database and makes its time virtual. */
  static async open(
    pool: Pool,
    clock: Clock & { advance(byMs: number): void },
    random: Random,
  ): Promise<PostgresGround> {
    await pool.query('create table if not exists test_clock (at timestamptz not null)')
    await pool.query(
      "create or replace function dw_clock() returns timestamptz language sql volatile as 'select at from test_clock'",
    )
    await pool.query(`truncate ${tables} restart identity cascade`)
    await pool.query('insert into test_clock values ($1)', [clock.now()])
    return new PostgresGround(pool, clock, random)
  }

  now(): Temporal.Instant {
    return this.#clock.now()
  }

  async advance(byMs: number): Promise<void> {
    this.#clock.advance(byMs)
    await this.#pool.query('update test_clock set at = $1', [this.now()])
  }

  async addWorkspace(seed: WorkspaceSeed): Promise<void> {
    await this.#pool.query(
      "insert into workspace (id, name, time_zone, country) values ($1, $1::uuid::text, 'Europe/Moscow', 'RU')",
      [seed.id],
    )
    await this.#addPace('workspace', seed, seed.id)
  }

  async addTrunk(seed: TrunkSeed): Promise<void> {
    await this.#pool.query(
      "insert into trunk (id, workspace_id, name, host, port, closed_until, destinations, breaker) values ($1, $2, $1::uuid::text, '127.0.0.1', 5060, $3, $4, $5)",
      [
        seed.id,
        seed.workspaceId,
        seed.closedUntil ?? null,
        seed.destinations ?? null,
        seed.breaker === undefined ? null : JSON.stringify(seed.breaker),
      ],
    )
    await this.#addPace('trunk', seed, seed.workspaceId)
  }

  async addNumber(seed: NumberSeed): Promise<void> {
    await this.#pool.query(
      `insert into phone_number (id, workspace_id, name, phone, trunk_id, valid_from, valid_until, force_out)
       values ($1, $2, $3, $3, $4, $5, $6, $7)`,
      [
        ...[seed.id, seed.workspaceId, seed.phone, seed.trunkId, seed.validFrom ?? null, seed.validUntil ?? null],
        seed.forceOut ?? false,
      ],
    )
    await this.#addPace('number', seed, seed.workspaceId)
  }

  async addGroup(seed: {
    readonly id: string
    readonly workspaceId: string
    readonly numberIds: readonly string[]
    readonly mode?: NumberMode
    readonly dailyCap?: number
  }): Promise<void> {
    await this.#pool.query(
      'insert into caller_id_group (id, workspace_id, name, mode, daily_cap) values ($1, $2, $1::uuid::text, $3, $4)',
      [seed.id, seed.workspaceId, seed.mode ?? 'round-robin', seed.dailyCap ?? null],
    )
    await this.#pool.query(
      `insert into caller_id_group_member (workspace_id, group_id, number_id, position)
       select $1, $2, n.id, n.position from unnest($3::uuid[]) with ordinality as n(id, position)`,
      [seed.workspaceId, seed.id, seed.numberIds],
    )
  }

  async addRoute(seed: { readonly workspaceId: string; readonly trunkIds: readonly string[] }): Promise<number> {
    const dialplanId = uuidV7(this.#clock, this.#random)
    await this.#pool.query('insert into dialplan (id, workspace_id, name) values ($1, $2, $1::uuid::text)', [
      dialplanId,
      seed.workspaceId,
    ])
    const { rows } = await this.#pool.query<{ id: number }>(
      'insert into route (workspace_id, dialplan_id) values ($1, $2) returning id',
      [seed.workspaceId, dialplanId],
    )
    const routeId = rows[0]?.id ?? 0
    await this.#pool.query(
      `insert into route_trunk (workspace_id, route_id, position, trunk_id)
       select $1, $2, t.position, t.id from unnest($3::uuid[]) with ordinality as t(id, position)`,
      [seed.workspaceId, routeId, seed.trunkIds],
    )
    return routeId
  }

  async addRouteByNumbers(seed: { readonly workspaceId: string; readonly groupId: string }): Promise<number> {
    const { rows } = await this.#pool.query<{ id: number }>(
      'insert into route (workspace_id, group_id) values ($1, $2) returning id',
      [seed.workspaceId, seed.groupId],
    )
    return rows[0]?.id ?? 0
  }

  async setSettings(campaignId: string, settings: CampaignSettings): Promise<void> {
    await this.#pool.query('update campaign set settings = $2 where id = $1', [campaignId, JSON.stringify(settings)])
  }

  async addCampaign(seed: CampaignSeed): Promise<void> {
    const [scenarioId, versionId] = [uuidV7(this.#clock, this.#random), uuidV7(this.#clock, this.#random)]
    await this.#pool.query(
      "insert into scenario (id, workspace_id, name, language) values ($1, $2, $1::uuid::text, 'ru')",
      [scenarioId, seed.workspaceId],
    )
    await this.#pool.query(
      "insert into scenario_version (id, workspace_id, scenario_id, number, definition) values ($1, $2, $3, 1, '{}')",
      [versionId, seed.workspaceId, scenarioId],
    )
    await this.#pool.query(
      `insert into campaign (id, workspace_id, name, state, scenario_version_id, start_block, settings, start_at, expires_at)
       values ($1, $2, $1::uuid::text, $3, $4, 'main', $5, $6, $7)`,
      [
        seed.id,
        seed.workspaceId,
        seed.state ?? 'running',
        versionId,
        JSON.stringify(seed.settings),
        seed.startAt ?? null,
        seed.expiresAt ?? null,
      ],
    )
  }

  async addContact(seed: ContactSeed): Promise<void> {
    const zoneId = await this.#zoneId(seed.zones)
    const priority = seed.priority ?? 0
    await this.#pool.query(
      `insert into contact (id, workspace_id, campaign_id, priority, route_id, zone_id, due_at, client_external_id)
       values ($1, $2, $3, $4, $5, $6, $7, $1::uuid::text)`,
      [seed.id, seed.workspaceId, seed.campaignId, priority, seed.routeId, zoneId, seed.dueAt],
    )
    await this.#pool.query(
      `insert into contact_phone (contact_id, position, workspace_id, campaign_id, given, phone, phone_key, client_external_id, zone_id, route_id)
       select $1, p.position - 1, $2, $3, p.phone, p.phone, ltrim(p.phone, '+'), $1::uuid::text, $4, $5
         from unnest($6::text[]) with ordinality as p(phone, position)`,
      [seed.id, seed.workspaceId, seed.campaignId, zoneId, seed.routeId, seed.phones],
    )
    await this.#pool.query(
      'insert into lane (workspace_id, campaign_id, route_id, zone_id, priority) values ($1, $2, $3, $4, $5) on conflict do nothing',
      [seed.workspaceId, seed.campaignId, seed.routeId, zoneId, priority],
    )
  }

  async setCampaignState(campaignId: string, state: CampaignState): Promise<void> {
    await this.#pool.query('update campaign set state = $2 where id = $1', [campaignId, state])
  }

  async forbid(workspaceId: string, phone: string, expiresAt?: Temporal.Instant): Promise<void> {
    await this.#pool.query(
      "insert into do_not_call (id, workspace_id, phone_key, reason, source, expires_at) values ($1, $2, ltrim($3, '+'), 'asked', 'test', $4)",
      [uuidV7(this.#clock, this.#random), workspaceId, phone, expiresAt ?? null],
    )
  }

  campaignState(campaignId: string): Promise<CampaignState> {
    return this.#one<{ state: CampaignState }>('select state from campaign where id = $1', campaignId).then(
      (row) => row.state,
    )
  }

  contact(contactId: string): Promise<ContactSight> {
    return this.#one(
      `select state, attempts, due_at as "dueAt", next_phone_index as "phoneIndex", done_reason as reason from contact where id = $1`,
      contactId,
    )
  }

  async attempts(
    contactId: string,
  ): Promise<readonly { readonly disposition: string; readonly attemptNumber: number }[]> {
    const { rows } = await this.#pool.query<{ disposition: string; attemptNumber: number }>(
      'select disposition, attempt_number as "attemptNumber" from attempt where contact_id = $1 order by started_at, id',
      [contactId],
    )
    return rows
  }

  async sideLegs(): Promise<readonly SideLegSight[]> {
    const { rows } = await this.#pool.query<SideLegSight>(
      `select l.id as "legId", l.call_id as "callId", l.direction, l.ended_by as "endedBy", k.disposition, k.talk_ms as "talkMs"
         from leg l left join call k on k.id = l.call_id and l.direction = 'in' where l.direction <> 'out' order by l.id`,
    )
    return rows
  }

  explainFacts(question: { readonly workspaceId: string; readonly campaignId: string; readonly phone: string }) {
    return explainFacts(this.#pool, question)
  }

  async told(topic: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const { rows } = await this.#pool.query<{ payload: Readonly<Record<string, unknown>> }>(
      'select payload from outbox where topic = $1 order by id',
      [topic],
    )
    return rows.map(({ payload }) => payload)
  }

  async outbox(): Promise<readonly { readonly topic: string; readonly key: string }[]> {
    return (await this.#pool.query<{ topic: string; key: string }>('select topic, key from outbox order by id')).rows
  }

  async #addPace(kind: string, seed: WorkspaceSeed, workspaceId: string): Promise<void> {
    await this.#pool.query(
      'insert into pace (owner_id, owner_kind, workspace_id, max_calls, calls_per_second, reserved_calls) values ($1, $2, $3, $4, $5, $6)',
      [seed.id, kind, workspaceId, seed.maxCalls ?? null, seed.callsPerSecond ?? null, seed.reservedCalls ?? 0],
    )
  }

  async #zoneId(names: readonly string[]): Promise<number> {
    await this.#pool.query('insert into zone (names) values ($1) on conflict do nothing', [names])
    return (await this.#one<{ id: number }>('select id from zone where names = $1', names)).id
  }

  async #one<Row extends object>(text: string, value: unknown): Promise<Row> {
    const { rows } = await this.#pool.query<Row>(text, [value])
    const [row] = rows
    if (row === undefined) throw new Error(`No row answers: ${text}`)
    return row
  }
}
