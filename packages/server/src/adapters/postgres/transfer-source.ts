/** Whom hand-overs mean, on PostgreSQL. */
import { routeNumber, type TransferTarget } from '@dialwright/dialer'
import type { GivenTransferTarget } from '@dialwright/scenario'
import type {
  Operator,
  OperatorGroup,
  OwnNumber,
  Redirection,
  TransferSource,
} from '../../dialing/hand-over/transfer-source.ts'
import { normalizePhone } from '../../numbers/normalize.ts'
import { type ReferredKind, referenceOf, resolveReference } from '../../resources/references.ts'
import { type Pool, statement } from './pool.ts'

const country = statement<{ readonly country: string }>(
  'transfer-country',
  'select country from workspace where id = $1',
)
const groupByCode = statement<{ readonly id: string }>(
  'transfer-group-code',
  'select id from operator_group where workspace_id = $1 and code = $2',
)
const group = statement<Pick<OperatorGroup, 'mode' | 'isEnabled' | 'number'>>(
  'transfer-group',
  `select g.mode, g.enabled as "isEnabled",
          case when n.id is null then null
               else jsonb_build_object('numberId', n.id, 'phone', n.phone, 'trunkId', n.trunk_id) end as number
     from operator_group g left join phone_number n on n.id = g.number_id and n.workspace_id = g.workspace_id
    where g.workspace_id = $1 and g.id = $2`,
)
// A leg of a hand-over to the same phone lives: whoever it is is ringing or talking.
const operators = statement<Operator>(
  'transfer-operators',
  `select o.id as "operatorId", o.name, o.phone, o.idle_since as "idleSince",
          exists (select from live_leg l where l.workspace_id = $1 and l.direction = 'transfer' and l.phone = o.phone) as "isOnCall"
     from operator o where o.workspace_id = $1 and o.group_id = $2 order by o.position, o.id`,
)
const talked = statement('transfer-talked', 'update operator set idle_since = $2 where id = $1')
const numberByPhone = statement<OwnNumber>(
  'transfer-number',
  `select id as "numberId", phone, trunk_id as "trunkId" from phone_number
    where workspace_id = $1 and phone_key = regexp_replace($2, '[^0-9]', '', 'g')
      and (valid_from is null or valid_from <= dw_clock()) and (valid_until is null or valid_until > dw_clock())
    order by id limit 1`,
)
const routes = statement<{ readonly prefix: string; readonly trunkIds: readonly string[] }>(
  'transfer-routes',
  `select r.prefix, array(select t.trunk_id from route_trunk t where t.route_id = r.id order by t.position) as "trunkIds"
     from route r where r.workspace_id = $1 and r.dialplan_id = $2`,
)
const version = statement<{ readonly id: string }>(
  'transfer-version',
  `select v.id from scenario_version v where v.workspace_id = $1 and v.scenario_id = $2 order by v.number desc limit 1`,
)
const tell = statement(
  'transfer-tell',
  `insert into outbox (workspace_id, topic, key, payload) values ($1, 'call.redirected', $2, $3)`,
)

export class PostgresTransferSource implements TransferSource {
  readonly #pool: Pool

  constructor(pool: Pool) {
    this.#pool = pool
  }

  async resolveTarget(workspaceId: string, given: GivenTransferTarget): Promise<TransferTarget | null> {
    const { operatorGroup, scenario, dialplan, number, callerId } = given
    if (operatorGroup !== undefined) {
      const groupId = await this.#find(workspaceId, 'operator-group', operatorGroup)
      return groupId === null ? null : { to: 'operator-group', groupId }
    }
    if (scenario !== undefined) {
      const scenarioId = await this.#find(workspaceId, 'scenario', scenario)
      return scenarioId === null ? null : { to: 'scenario', scenarioId }
    }
    const phone = await this.#read(workspaceId, number ?? '')
    if (phone === null) return null
    if (dialplan !== undefined) {
      const dialplanId = await this.#find(workspaceId, 'dialplan', dialplan)
      return dialplanId === null ? null : { to: 'dialplan', dialplanId, phone }
    }
    return { to: 'number', phone, callerId: callerId ?? undefined }
  }

  async operatorGroup(workspaceId: string, groupId: string): Promise<OperatorGroup | null> {
    const [found] = await group(this.#pool, [workspaceId, groupId])
    return found === undefined ? null : { ...found, operators: await operators(this.#pool, [workspaceId, groupId]) }
  }

  async ownNumber(workspaceId: string, phone: string): Promise<OwnNumber | null> {
    const [found] = await numberByPhone(this.#pool, [workspaceId, phone])
    return found ?? null
  }

  async trunksOf(workspaceId: string, dialplanId: string, phone: string): Promise<readonly string[]> {
    return routeNumber(await routes(this.#pool, [workspaceId, dialplanId]), phone)?.trunkIds ?? []
  }

  async latestVersion(workspaceId: string, scenarioId: string): Promise<string | null> {
    const [found] = await version(this.#pool, [workspaceId, scenarioId])
    return found?.id ?? null
  }

  async tellRedirected({ workspaceId, callId, attempt, numberId, target, phone }: Redirection): Promise<void> {
    const payload = { workspaceId, ...attempt, callId, numberId, redirect: { target, phone } }
    await tell(this.#pool, [workspaceId, attempt?.contactId ?? callId, JSON.stringify(payload)])
  }

  async operatorTalked(operatorId: string, until: Temporal.Instant): Promise<void> {
    await talked(this.#pool, [operatorId, until])
  }

  /** A group is known by its code, too. */
  async #find(
    workspaceId: string,
    kind: Extract<ReferredKind, 'operator-group' | 'scenario' | 'dialplan'>,
    given: NonNullable<GivenTransferTarget['scenario']>,
  ): Promise<string | null> {
    const found = await resolveReference(this.#pool, workspaceId, kind, referenceOf(given))
    if ('id' in found) return found.id
    if (kind !== 'operator-group' || found.problem === 'ambiguous' || typeof given === 'object') return null
    const [byCode] = await groupByCode(this.#pool, [workspaceId, String(given)])
    return byCode?.id ?? null
  }

  /** E.164 by the workspace's country where it can be; a short number as it is written. */
  async #read(workspaceId: string, number: string): Promise<string | null> {
    const [workspace] = await country(this.#pool, [workspaceId])
    const found = normalizePhone(number, workspace?.country ?? 'none') ?? normalizePhone(number, 'none')
    return found?.phone ?? null
  }
}
