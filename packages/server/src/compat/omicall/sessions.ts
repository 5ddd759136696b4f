/** Makes a session: its script as a scenario, its phones as a campaign; all or nothing, every mistake named. */
import type { Principal } from '../../access/authenticate.ts'
import type { Queryable } from '../../adapters/postgres/pool.ts'
import { createCampaign } from '../../campaigns/create-campaign.ts'
import { addAllContacts } from '../../contacts/add-all.ts'
import type { ServerDeps } from '../../deps.ts'
import { idempotencyOf } from '../../idempotency.ts'
import { normalizePhone } from '../../numbers/normalize.ts'
import { ResourceError } from '../../resources/errors.ts'
import { createResource } from '../../resources/resource.ts'
import { scenarios } from '../../scenarios/scenario.ts'
import { parseOr } from '../mistake.ts'
import { OmicallError } from './errors.ts'
import { findSteps } from './find-steps.ts'
import { campaignOf, waveSizeOf } from './mapping.ts'
import { paged } from './paging.ts'
import { type Session, sessionSchema } from './schemas.ts'
import { scenarioOf } from './script.ts'

export type Caller = { readonly deps: ServerDeps; readonly principal: Principal }
type Problem = { readonly field: string; readonly message: string }
type Company = { readonly country: string; readonly maxCalls: number | null }

/** Contacts shown with the answer, in the form of the vendor's printed sample. */
const shownContacts = 50

export async function executeByPhone(caller: Caller, body: unknown, key: unknown): Promise<object> {
  const { deps, principal } = caller
  const { workspaceId } = principal
  const session = parseOr(sessionSchema, body, 'body', (problems) => OmicallError.ofFields(problems))
  const idempotency = idempotencyOf('omicall executeByPhone', key, body)
  const company = await companyOf(deps.pool, workspaceId)
  const problems: Problem[] = []
  const steps = await findSteps(deps.pool, workspaceId, session.scripts, problems)
  const numberIds = await numbersOf(deps.pool, workspaceId, session, problems)
  const waveSize = waveSizeOf(session, company.maxCalls)
  if (company.maxCalls !== null && waveSize > company.maxCalls)
    problems.push({ field: 'numberCallPerTime', message: `at most ${company.maxCalls} calls at once are allowed` })
  for (const [index, phone] of session.phones.entries())
    if (normalizePhone(phone, company.country) === null)
      problems.push({
        field: `phoneNumberList.${index}`,
        message: `"${phone.slice(0, 40)}" cannot be read as a phone number`,
      })
  if (problems.length > 0) throw OmicallError.ofFields(problems)
  const scenarioId = await scenarioIdOf(caller, scenarioOf(steps))
  const now = deps.clock.now()
  const name = session.name?.trim() || `AutoCall ${now.toString({ smallestUnit: 'second' })}`
  const campaign = campaignOf(session, name, scenarioId, numberIds, waveSize, now)
  const contacts = session.phones.map((phone) => ({ phones: [phone], variables: {} }))
  const id = await createCampaign(deps, principal, campaign, idempotency, async (connection, campaignId) => {
    await addAllContacts(connection, deps, { workspaceId, campaignId }, contacts)
  })
  return { autocall_id: id, name, ...(await contactsOf(deps.pool, workspaceId, id)) }
}

/** The scenario of these steps: made once, and used by every session that says the same. */
async function scenarioIdOf({ deps, principal }: Caller, definition: ReturnType<typeof scenarioOf>): Promise<string> {
  const find = async (): Promise<string | undefined> => {
    const { rows } = await deps.pool.query<{ id: string }>(
      'select id from scenario where workspace_id = $1 and name = $2',
      [principal.workspaceId, definition.name],
    )
    return rows[0]?.id
  }
  const known = await find()
  if (known !== undefined) return known
  try {
    return (await createResource(deps, principal, scenarios, definition, undefined)).shown.id
  } catch (error) {
    // Another session of the same steps was faster.
    const made = error instanceof ResourceError ? await find() : undefined
    if (made !== undefined) return made
    throw error
  }
}

async function companyOf(on: Queryable, workspaceId: string): Promise<Company> {
  const { rows } = await on.query<Company>(
    `select w.country, p.max_calls as "maxCalls" from workspace w left join pace p on p.owner_id = w.id where w.id = $1`,
    [workspaceId],
  )
  return rows[0] ?? { country: 'VN', maxCalls: null }
}

/** The numbers that calls show: those that are named, by the number itself or an id; all of the company where none are. */
async function numbersOf(
  on: Queryable,
  workspaceId: string,
  { numberCallOuts }: Session,
  problems: Problem[],
): Promise<string[]> {
  const { rows } = await on.query<{ id: string; keys: string[] }>(
    `select n.id, array[n.id::text, n.phone, n.phone_key, n.name] || array(
              select x.external_id from external_id x where x.workspace_id = n.workspace_id and x.dialect = 'omicall' and x.kind = 'number'
                and x.resource_id = n.id) as keys
       from phone_number n where n.workspace_id = $1 and coalesce(n.valid_until > dw_clock(), true) order by n.name, n.id`,
    [workspaceId],
  )
  if (numberCallOuts == null) {
    if (rows.length === 0) problems.push({ field: 'numberCallOuts', message: 'the company has no number to call from' })
    return rows.map(({ id }) => id)
  }
  const ids = new Set<string>()
  for (const [index, given] of numberCallOuts.entries()) {
    const found = rows.find(({ keys }) => keys.includes(given) || keys.includes(given.replace(/^\+/, '')))
    if (found === undefined)
      problems.push({ field: `numberCallOuts.${index}`, message: `the company has no number ${given}` })
    else ids.add(found.id)
  }
  if (numberCallOuts.length === 0) problems.push({ field: 'numberCallOuts', message: 'expected at least one number' })
  return [...ids]
}

type ContactRow = {
  readonly id: string
  readonly phone: string
  readonly createdAt: Temporal.Instant
  readonly total: number
}

async function contactsOf(on: Queryable, workspaceId: string, campaignId: string): Promise<object> {
  const { rows } = await on.query<ContactRow>(
    `select k.id, p.given as phone, k.created_at as "createdAt", count(*) over () as total
       from contact k join contact_phone p on p.contact_id = k.id and p.position = 0
      where k.workspace_id = $1 and k.campaign_id = $2 order by k.id limit $3`,
    [workspaceId, campaignId, shownContacts],
  )
  return paged({ page: 1, size: shownContacts }, rows[0]?.total ?? 0, rows.map(shownContact))
}

function shownContact({ id, phone, createdAt }: ContactRow): object {
  const at = createdAt.epochMilliseconds
  const value = [{ display_value: phone, data_type: 'personal', value_type: 'Cá nhân' }]
  return {
    public_id: id,
    create_by: null,
    last_update_by: null,
    created_date: at,
    last_updated_date: at,
    contact_type: 'contact',
    tags_view: null,
    is_deleted: false,
    tags: [],
    attribute_structure: [{ identify: false, field_code: 'phone_number', field_type: 'phone', value }],
  }
}
