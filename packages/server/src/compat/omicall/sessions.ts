/** Makes a session: its script as a scenario, its phones as a campaign; all in one transaction, every mistake named. */
import { setImmediate } from 'node:timers/promises'
import { readScenario, type ScenarioDefinition } from '@dialwright/scenario'
import type { Principal } from '../../access/authenticate.ts'
import type { Connection, Queryable } from '../../adapters/postgres/pool.ts'
import { uuidV7 } from '../../adapters/system/uuid-v7.ts'
import { createCampaign, type NewCampaign } from '../../campaigns/create-campaign.ts'
import { InvalidInputError } from '../../campaigns/errors.ts'
import { addAllContacts } from '../../contacts/add-all.ts'
import type { ServerDeps } from '../../deps.ts'
import { idempotencyOf } from '../../idempotency.ts'
import { normalizePhone } from '../../numbers/normalize.ts'
import { Desk } from '../../resources/desk.ts'
import { createAt } from '../../resources/resource.ts'
import { ScenarioInvalidError } from '../../scenarios/errors.ts'
import { scenarios } from '../../scenarios/scenario.ts'
import type { FieldMessage } from '../mistake.ts'
import { takeTurn } from '../turn.ts'
import { companyOf, numbersOf } from './company.ts'
import { contactsOf } from './contacts.ts'
import { OmicallError } from './errors.ts'
import { findSteps } from './find-steps.ts'
import { campaignOf, waveSizeOf } from './mapping.ts'
import { type ReadSession, readSession } from './schemas.ts'
import { placeIn, scenarioOf } from './script.ts'

export type Caller = { readonly deps: ServerDeps; readonly principal: Principal }

/** Reading one takes some 20 µs: after so many, others get their turn. */
const phonesAtOnce = 250

/** @param key  Of the header Idempotency-Key: the same request under it is the same session. */
export async function executeByPhone(caller: Caller, body: unknown, key: unknown): Promise<object> {
  const { deps, principal } = caller
  const { workspaceId } = principal
  const { session, problems } = readSession(body)
  if (problems.length > 0) {
    const { problems: more } = await lookUp(deps.pool, workspaceId, session)
    throw OmicallError.ofFields([...problems, ...more])
  }
  const now = deps.clock.now()
  const name = session.name?.trim() || `AutoCall ${now.toString({ smallestUnit: 'second' })}`
  const contacts = session.phones.map((phone) => ({ phones: [phone], variables: {} }))
  const id = await createCampaign(
    deps,
    principal,
    (connection) => campaignFor(caller, connection, session, name, now),
    idempotencyOf('omicall executeByPhone', key, body),
    async (connection, campaignId) => {
      await addAllContacts(connection, deps, { workspaceId, campaignId }, contacts)
    },
  )
  return { autocall_id: id, name, ...(await contactsOf(deps.pool, workspaceId, id)) }
}

async function campaignFor(
  caller: Caller,
  connection: Connection,
  session: ReadSession,
  name: string,
  now: Temporal.Instant,
): Promise<NewCampaign> {
  const { definition, numberIds, waveSize, problems } = await lookUp(connection, caller.principal.workspaceId, session)
  if (problems.length > 0) throw OmicallError.ofFields(problems)
  const scenarioId = await scenarioIdOf(caller, connection, definition)
  return campaignOf(session, name, scenarioId, numberIds, waveSize, now)
}

type LookedUp = {
  readonly definition: ScenarioDefinition
  readonly numberIds: readonly string[]
  readonly waveSize: number
  /** What leads nowhere, or is more than the company may. */
  readonly problems: readonly FieldMessage[]
}

async function lookUp(on: Queryable, workspaceId: string, session: ReadSession): Promise<LookedUp> {
  const company = await companyOf(on, workspaceId)
  const problems: FieldMessage[] = []
  const definition = scenarioOf(await findSteps(on, workspaceId, session.scripts, problems))
  for (const { path, message } of readScenario(definition).problems)
    problems.push({ field: placeIn(definition, path), message })
  const numberIds = await numbersOf(on, workspaceId, session, company.country, problems)
  const waveSize = waveSizeOf(session, company.maxCalls)
  if (session.numberCallPerTime != null && company.maxCalls !== null && waveSize > company.maxCalls)
    problems.push({ field: 'numberCallPerTime', message: `at most ${company.maxCalls} calls at once are allowed` })
  problems.push(...(await unreadablePhones(session, company.country)))
  return { definition, numberIds, waveSize, problems }
}

async function unreadablePhones({ phones, phoneField }: ReadSession, country: string): Promise<FieldMessage[]> {
  const problems: FieldMessage[] = []
  for (const [index, phone] of phones.entries()) {
    if (index % phonesAtOnce === phonesAtOnce - 1) await setImmediate()
    if (normalizePhone(phone, country) === null)
      problems.push({
        field: `${phoneField}.${index}`,
        message: `"${phone.slice(0, 40)}" cannot be read as a phone number`,
      })
  }
  return problems
}

/** The scenario of these steps: made once, and used by every session that says the same. */
async function scenarioIdOf(
  { deps, principal }: Caller,
  connection: Connection,
  definition: ScenarioDefinition,
): Promise<string> {
  const { workspaceId } = principal
  const find = async (): Promise<string | undefined> => {
    const { rows } = await connection.query<{ id: string }>(
      'select id from scenario where workspace_id = $1 and name = $2',
      [workspaceId, definition.name],
    )
    return rows[0]?.id
  }
  const known = await find()
  if (known !== undefined) return known
  await takeTurn(connection, workspaceId, definition.name)
  const made = await find()
  if (made !== undefined) return made
  const desk = new Desk(deps, connection, principal)
  try {
    return (await createAt(desk, scenarios, uuidV7(deps.clock, deps.random), definition)).shown.id
  } catch (error) {
    const problems = problemsIn(definition, error)
    throw problems === null ? error : OmicallError.ofFields(problems)
  }
}

/** What the workspace lacks of a menu, like a sound that has gone since, by its step. Null: it is something else. */
function problemsIn(definition: ScenarioDefinition, error: unknown): FieldMessage[] | null {
  if (error instanceof ScenarioInvalidError)
    return error.problems.map(({ path, message }) => ({ field: placeIn(definition, path), message }))
  if (error instanceof InvalidInputError)
    return error.problems.map(({ field, message }) => ({
      field: placeIn(definition, `/${field.replaceAll('.', '/')}`),
      message,
    }))
  return null
}
