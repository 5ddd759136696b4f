/** Campaigns of the assistant: made with their phones in one piece, shown with their progress, filled further, steered. */
import { setImmediate } from 'node:timers/promises'
import { readVariables } from '@dialwright/scenario'
import { type Queryable, transaction } from '../../adapters/postgres/pool.ts'
import { type CampaignState, changeState, type StateAction } from '../../campaigns/change-state.ts'
import { createCampaign } from '../../campaigns/create-campaign.ts'
import { addAllContacts } from '../../contacts/add-all.ts'
import type { NewContact } from '../../contacts/prepare-contact.ts'
import type { ServerDeps } from '../../deps.ts'
import { idempotencyOf } from '../../idempotency.ts'
import { normalizePhone } from '../../numbers/normalize.ts'
import { campaignProgress } from '../../reports/campaign-progress.ts'
import { integerIdOf, integerIdsOf, integerIdsOfParts } from '../../resources/integer-id.ts'
import { FieldRefusal } from '../field-refusal.ts'
import { type FieldMessage, isRecord, problemsOf } from '../mistake.ts'
import { noSuch, refused } from './errors.ts'
import { type Caller, dialect, idOf, idOrNotFound, isInProject, lookUp, type StartBlock, startBlockOf } from './ids.ts'
import { campaignOf, contactOf, type Found, stateOf } from './mapping.ts'
import { campaignSchema, type Is74Campaign, phonesIn, phonesSchema } from './schemas.ts'

type Body = Readonly<Record<string, unknown>>
type Workspace = { readonly zone: string; readonly country: string }

/** @returns The vendor's id. Repeated under one Idempotency-Key, it is the id of the first. */
export async function makeCampaign(
  { deps, principal }: Caller,
  body: Body,
  idempotencyKey: unknown,
): Promise<{ campaign: { id: number } }> {
  const { workspaceId } = principal
  const { given, found, contacts } = await readCampaign(deps.pool, workspaceId, body)
  // Without the people, who are kept as such.
  const original = { campaign: body.campaign }
  const campaign = campaignOf(given, found, deps.clock.now(), original)
  let id: number | null = null
  const campaignId = await createCampaign(
    deps,
    principal,
    campaign,
    idempotencyOf('is74 campaigns', idempotencyKey, body),
    async (connection, made) => {
      await addAllContacts(connection, deps, { workspaceId, campaignId: made }, contacts)
      // The sequence last: whoever else makes a campaign waits for it until we are done.
      id = await integerIdOf(connection, workspaceId, dialect, 'campaign', made)
    },
  )
  return {
    campaign: { id: id ?? (await integersOf(deps, workspaceId, 'campaign', [campaignId])).get(campaignId) ?? 0 },
  }
}

/** @throws {FieldRefusal} 400 with every mistake: of form, of ids that lead nowhere, of data that the start block cannot take. */
async function readCampaign(
  on: Queryable,
  workspaceId: string,
  body: Body,
): Promise<{ given: Is74Campaign; found: Found; contacts: NewContact[] }> {
  const parsed = campaignSchema.safeParse(body)
  const problems = parsed.success ? [] : problemsOf(parsed.error)
  const workspace = await workspaceOf(on, workspaceId)
  const raw = isRecord(body.campaign) ? body.campaign : {}
  const look = <What>(name: string, what: string, find: (id: number) => Promise<What | null>) =>
    lookUp({ field: `campaign.${name}`, id: raw[name], what }, problems, find)
  const projectId = await look('project_id', 'project', (id) => idOf(on, workspaceId, 'project', id))
  const block = await look('start_block_id', 'start block', (id) => startBlockOf(on, workspaceId, id))
  const numberId = await look('phone_id', 'phone', (id) => idOf(on, workspaceId, 'number', id))
  if (
    projectId !== null &&
    block !== null &&
    !(await isInProject(on, workspaceId, projectId, 'scenario', block.scenarioId))
  )
    problems.push({ field: 'campaign.start_block_id', message: 'its scenario is not of this project' })
  if (projectId !== null && numberId !== null && !(await isInProject(on, workspaceId, projectId, 'number', numberId)))
    problems.push({ field: 'campaign.phone_id', message: 'this phone is not of this project' })
  const contacts = await contactsOf(body, block?.parameters ?? [], workspace.country, problems)
  if (!parsed.success || block === null || numberId === null || problems.length > 0)
    throw new FieldRefusal(400, refused, problems)
  const found = { scenarioId: block.scenarioId, startBlock: block.part, numberId, workspaceZone: workspace.zone }
  return { given: parsed.data, found, contacts }
}

/** Reading one takes some 20 µs: after so many, others get their turn. */
const readAtOnce = 250

/** Each phone that cannot be read and each value that its parameter cannot take is named. */
async function contactsOf(
  body: Body,
  parameters: StartBlock['parameters'],
  country: string,
  problems: FieldMessage[],
): Promise<NewContact[]> {
  const contacts: NewContact[] = []
  for (const [index, phone] of phonesIn(body)) {
    if (index % readAtOnce === readAtOnce - 1) await setImmediate()
    if (normalizePhone(phone.phone, country) === null)
      problems.push({ field: `phones.${index}.phone`, message: 'cannot be read as a phone number' })
    const read = readVariables(phone.add_data, parameters)
    for (const { name, message } of read.problems) problems.push({ field: `phones.${index}.add_data.${name}`, message })
    contacts.push(contactOf(phone, read.variables))
  }
  return contacts
}

async function workspaceOf(on: Queryable, workspaceId: string): Promise<Workspace> {
  const { rows } = await on.query<Workspace>('select time_zone as zone, country from workspace where id = $1', [
    workspaceId,
  ])
  return rows[0] ?? { zone: 'UTC', country: 'RU' }
}

/** More people for a campaign; one that was done goes on, one that is stopped takes none. Who is in it already is left out. */
export async function addPhones({ deps, principal }: Caller, id: string, body: Body): Promise<object> {
  const { workspaceId } = principal
  const campaignId = await idOrNotFound({ deps, principal }, 'campaign', id)
  const parsed = phonesSchema.safeParse(body)
  const problems = parsed.success ? [] : problemsOf(parsed.error)
  const { country } = await workspaceOf(deps.pool, workspaceId)
  const parameters = await parametersOf(deps.pool, workspaceId, campaignId)
  const contacts = await contactsOf(body, parameters, country, problems)
  if (problems.length > 0) throw new FieldRefusal(400, refused, problems)
  const added = await transaction(deps.pool, async (connection) => {
    const all = await addAllContacts(connection, deps, { workspaceId, campaignId }, contacts)
    // It is held since: nobody stops it between this and the end.
    const { rowCount } = await connection.query("select from campaign where id = $1 and state = 'stopped'", [
      campaignId,
    ])
    if (rowCount === 1) throw new FieldRefusal(400, 'A campaign that is stopped takes no phones')
    return all
  })
  if (added.accepted > 0) deps.onChange()
  return { campaign: { id: Number(id) }, ...added }
}

/** Of the version that the campaign was made with. */
async function parametersOf(on: Queryable, workspaceId: string, campaignId: string): Promise<StartBlock['parameters']> {
  const { rows } = await on.query<{ parameters: StartBlock['parameters'] }>(
    `select block.entry -> 'parameters' as parameters
       from campaign c join scenario_version v on v.id = c.scenario_version_id,
            jsonb_array_elements(v.definition -> 'startBlocks') as block(entry)
      where c.workspace_id = $1 and c.id = $2 and block.entry ->> 'id' = c.start_block`,
    [workspaceId, campaignId],
  )
  return rows[0]?.parameters ?? []
}

export async function steer(caller: Caller, id: string, action: StateAction): Promise<object> {
  const campaignId = await idOrNotFound(caller, 'campaign', id)
  const state = await changeState(caller.deps, caller.principal, campaignId, action)
  return { campaign: { id: Number(id), ...stateOf(state) } }
}

type CampaignRow = {
  readonly id: string
  readonly name: string
  readonly state: CampaignState
  readonly scenarioId: string
  readonly startBlock: string
  readonly original: { readonly campaign?: Readonly<Record<string, unknown>> } | null
  readonly createdAt: Temporal.Instant
}
const columns = `c.id, c.name, c.state, v.scenario_id as "scenarioId", c.start_block as "startBlock", c.original, c.created_at as "createdAt"
  from campaign c join scenario_version v on v.id = c.scenario_version_id`

/** Campaigns that were made here, the latest first. */
export async function listCampaigns(
  { deps, principal }: Caller,
  asked: { readonly project_id?: number | undefined; readonly limit: number; readonly after?: number | undefined },
): Promise<object> {
  const { workspaceId } = principal
  if (asked.project_id !== undefined) await idOrNotFound({ deps, principal }, 'project', asked.project_id)
  const after = asked.after === undefined ? null : await idOrNotFound({ deps, principal }, 'campaign', asked.after)
  const { rows } = await deps.pool.query<CampaignRow>(
    `select ${columns}
      where c.workspace_id = $1 and c.dialect = 'is74' and ($2::uuid is null or c.id < $2)
        and ($3::bigint is null or c.original -> 'campaign' -> 'project_id' = to_jsonb($3::bigint))
      order by c.id desc limit $4`,
    [workspaceId, after, asked.project_id ?? null, asked.limit],
  )
  const campaigns = await shownCampaigns(deps, workspaceId, rows)
  return { campaigns, next: rows.length === asked.limit ? (campaigns.at(-1)?.id ?? null) : null }
}

export async function showCampaign({ deps, principal }: Caller, id: string): Promise<object> {
  const { workspaceId } = principal
  const campaignId = await idOrNotFound({ deps, principal }, 'campaign', id)
  const { rows } = await deps.pool.query<CampaignRow>(`select ${columns} where c.workspace_id = $1 and c.id = $2`, [
    workspaceId,
    campaignId,
  ])
  const [shown] = await shownCampaigns(deps, workspaceId, rows)
  if (shown === undefined) throw noSuch('campaign', id)
  const { state: _, byDisposition, ...progress } = await campaignProgress(deps, workspaceId, campaignId)
  return { campaign: { ...shown, progress: { ...progress, by_status: byDisposition } } }
}

/** As it was given, with what has become of it. One that was made elsewhere has no project and no schedule to show. */
async function shownCampaigns(deps: ServerDeps, workspaceId: string, rows: readonly CampaignRow[]) {
  const ids = await integersOf(
    deps,
    workspaceId,
    'campaign',
    rows.map((row) => row.id),
  )
  const scenarios = await integersOf(deps, workspaceId, 'scenario', [...new Set(rows.map((row) => row.scenarioId))])
  const room = { workspaceId, dialect, kind: 'start-block' } as const
  const owners = rows.map(({ scenarioId, startBlock }) => ({ resourceId: scenarioId, part: startBlock }))
  const startBlocks = await integerIdsOfParts(deps.pool, room, owners)
  return rows.map((row, at) => {
    const { project_id = null, description = null, schedule = null, phone_id = null } = row.original?.campaign ?? {}
    return {
      id: ids.get(row.id) ?? 0,
      project_id,
      name: row.name,
      description,
      scenario_id: scenarios.get(row.scenarioId) ?? null,
      start_block_id: startBlocks[at] ?? null,
      schedule,
      phone_id,
      ...stateOf(row.state),
      created_at: row.createdAt.toString({ fractionalSecondDigits: 3 }),
    }
  })
}

function integersOf(
  deps: ServerDeps,
  workspaceId: string,
  kind: 'campaign' | 'scenario',
  ids: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  return integerIdsOf(deps.pool, workspaceId, dialect, kind, ids)
}
