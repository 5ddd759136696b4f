/** People: uploaded one by one or in batches, into a task or into the task that their bot has for the day; and taken out again. */
import type { Principal } from '../../access/authenticate.ts'
import { type CampaignState, changeState } from '../../campaigns/change-state.ts'
import { CampaignNotFoundError, InvalidInputError } from '../../campaigns/errors.ts'
import { addContacts } from '../../contacts/add-contacts.ts'
import { cancelContacts } from '../../contacts/cancel-contacts.ts'
import { checkContacts } from '../../contacts/check-contacts.ts'
import type { ServerDeps } from '../../deps.ts'
import { resolveReference } from '../../resources/references.ts'
import { FieldRefusal, parseGiven } from '../field-refusal.ts'
import { type FieldMessage, isRecord } from '../mistake.ts'
import { noneAdded, notAdded, thereIsNo } from './errors.ts'
import { contactOfPerson } from './mapping.ts'
import { missingOf, namedByCandidate, namedBySingle, parseNaming } from './named.ts'
import {
  batchSchema,
  cancelSchema,
  candidateItemSchema,
  candidateSchema,
  singleBatchSchema,
  singleSchema,
  type TwinCandidate,
  type TwinPerson,
  type TwinSingle,
} from './schemas/candidate.ts'
import { phones } from './schemas/fields.ts'
import { noTemplate, taskOfDay, templateOf } from './task-of-day.ts'
import { type Identity, type Indexed, identityOf, readPeople, shown, type Told, tellAll } from './told.ts'
import { toldPhones } from './told-phone.ts'

/** One person into a task. */
export async function addOne(deps: ServerDeps, principal: Principal, given: unknown): Promise<Identity> {
  const { workspaceId } = principal
  const person = await parseNaming(
    { deps, workspaceId },
    {
      ...{ schema: candidateSchema, naming: namedByCandidate, message: notAdded },
      after: ({ phone, autoCallId }) => unreadableIn(deps, workspaceId, phone, autoCallId),
    },
    given,
  )
  const told: Told = { items: [], errors: [] }
  await addToTasks(deps, principal, [{ index: 0, person }], person.forceStart, told)
  return identityOf(told)
}

/** Many people: who cannot be added is told by the place in the list, the others are in. */
export async function addBatch(deps: ServerDeps, principal: Principal, given: unknown): Promise<object> {
  const { batch, forceStart } = parseGiven(batchSchema, given, noneAdded)
  const told: Told = { items: [], errors: [] }
  await addToTasks(deps, principal, readPeople(candidateItemSchema, batch, told), forceStart, told)
  return shown(told, false)
}

/** One person into the task that the bot has for this day; it is made from the template when it is not there. */
export async function addSingle(deps: ServerDeps, principal: Principal, given: unknown): Promise<Identity> {
  const { workspaceId } = principal
  const person = await parseNaming(
    { deps, workspaceId },
    {
      ...{ schema: singleSchema, naming: namedBySingle, message: notAdded },
      after: ({ phone, autoCallTemplateId }) => unreadableIn(deps, workspaceId, phone, autoCallTemplateId),
    },
    given,
  )
  const told: Told = { items: [], errors: [] }
  await addToTasksOfDay(deps, principal, [{ index: 0, person }], told)
  return identityOf(told)
}

export async function addSingleBatch(deps: ServerDeps, principal: Principal, given: unknown): Promise<object> {
  const { batch } = parseGiven(singleBatchSchema, given, noneAdded)
  const told: Told = { items: [], errors: [] }
  await addToTasksOfDay(deps, principal, readPeople(singleSchema, batch, told), told)
  return shown(told, true)
}

async function addToTasks(
  deps: ServerDeps,
  principal: Principal,
  people: readonly Indexed<TwinCandidate>[],
  forceStart: boolean | undefined,
  told: Told,
): Promise<void> {
  for (const [autoCallId, list] of Map.groupBy(people, ({ person }) => person.autoCallId)) {
    try {
      const id = await taskId(deps, principal.workspaceId, autoCallId)
      await addPeople(deps, principal, { id, autoCallId, field: 'autoCallId', forceStart }, list, told)
    } catch (error) {
      if (!(error instanceof CampaignNotFoundError)) throw error
      tellAll(told, list, [{ field: 'autoCallId', message: thereIsNo('campaign', autoCallId) }])
    }
  }
}

/** Where nobody can be added no task is made either. */
async function addToTasksOfDay(
  deps: ServerDeps,
  principal: Principal,
  people: readonly Indexed<TwinSingle>[],
  told: Told,
): Promise<void> {
  const { workspaceId } = principal
  const orders = Map.groupBy(people, ({ person }) =>
    JSON.stringify([person.autoCallTemplateId ?? null, person.botSettingsId ?? null]),
  )
  for (const list of orders.values()) {
    const [{ person: order } = {}] = list
    if (order === undefined) continue
    try {
      const template = await templateOf(deps, workspaceId, order)
      const wrong = await missingOf(deps, workspaceId, order, namedBySingle)
      if (template === null && order.autoCallTemplateId == null) wrong.push(noTemplate)
      tellAll(told, list, wrong)
      const refused = template === null ? new Map() : await unreadable(deps, workspaceId, template, list)
      for (const [{ index }, mistakes] of refused) tellAll(told, [{ index }], mistakes)
      const addable = list.filter((one) => !refused.has(one))
      if (template === null || wrong.length > 0 || addable.length === 0) continue
      const id = await taskOfDay(deps, principal, template, order)
      await addPeople(deps, principal, { id, autoCallId: id, field: 'autoCallTemplateId' }, addable, told)
    } catch (error) {
      if (!(error instanceof InvalidInputError)) throw error
      tellAll(told, list, error.problems)
    }
  }
}

/**
 * Nobody of this task with this phone is rung from now on. A call that lives goes on to its end: it is not cut in the middle of a
 * sentence.
 */
export async function cancelCandidate(
  deps: ServerDeps,
  principal: Principal,
  query: unknown,
  body: unknown,
): Promise<object> {
  const given = { ...(isRecord(body) ? body : {}), ...(isRecord(query) ? query : {}) }
  const { autoCallId, phone } = parseGiven(cancelSchema, given, 'The candidate cannot be cancelled')
  const id = await taskId(deps, principal.workspaceId, autoCallId)
  const cancelled = await cancelContacts(deps, principal, id, { phone })
  if (cancelled.length === 0)
    throw new FieldRefusal(404, `There is nobody with the phone ${phone.slice(0, 40)} in this task`)
  return { items: cancelled.map((contactId) => ({ id: contactId, status: 'CANCEL' })) }
}

/** @throws {CampaignNotFoundError} An id of the vendor's, or one of ours. */
export async function taskId(deps: ServerDeps, workspaceId: string, given: string): Promise<string> {
  const found = await resolveReference(deps.pool, workspaceId, 'campaign', { value: given, dialect: 'twin' })
  if (!('id' in found)) throw new CampaignNotFoundError(given)
  return found.id
}

type Target = {
  readonly id: string
  readonly autoCallId: string
  /** Where the request names it. */
  readonly field: string
  readonly forceStart?: boolean | undefined
}

/**
 * A task without a time of its own starts at its first upload, unless `forceStart` is exactly false; a paused one stays paused
 * unless it is true.
 */
async function addPeople(
  deps: ServerDeps,
  principal: Principal,
  { id: task, autoCallId, field, forceStart }: Target,
  list: readonly Indexed<TwinPerson>[],
  told: Told,
): Promise<void> {
  const { workspaceId } = principal
  const { rows } = await deps.pool.query<{ state: CampaignState }>(
    'select state from campaign where workspace_id = $1 and id = $2',
    [workspaceId, task],
  )
  const state = rows[0]?.state
  if (state === 'stopped')
    return tellAll(told, list, [{ field, message: 'the task is HALTED: nobody is rung any more' }])
  const contacts = list.map(({ person }) => contactOfPerson(person))
  const added = await addContacts(deps, workspaceId, task, contacts)
  for (const { index: at, id, phones } of [...added.accepted, ...added.duplicates]) {
    const { index = 0, person } = list[at] ?? {}
    const phone = toldPhones(phones, person?.phone ?? [])
    told.items.push({ index, id, phone, clientExternalId: person?.clientExternalId ?? null, autoCallId })
  }
  const rejected = added.rejected.flatMap(({ index }) => list[index] ?? [])
  for (const [{ index }, mistakes] of await unreadable(deps, workspaceId, task, rejected))
    tellAll(told, [{ index }], mistakes)
  const isIn = added.accepted.length + added.duplicates.length > 0
  const isStarted = isIn && ((state === 'draft' && forceStart !== false) || (state === 'paused' && forceStart === true))
  if (isStarted) await changeState(deps, principal, task, 'start')
}

/** The same for a body that is refused for something else, where its phones and its task can be told. */
async function unreadableIn(
  deps: ServerDeps,
  workspaceId: string,
  phone: unknown,
  task: unknown,
): Promise<FieldMessage[]> {
  const read = phones.safeParse(phone)
  if (!read.success || typeof task !== 'string') return []
  const found = await resolveReference(deps.pool, workspaceId, 'campaign', { value: task, dialect: 'twin' })
  if (!('id' in found)) return []
  return [
    ...(await unreadable(deps, workspaceId, found.id, [{ index: 0, person: { phone: read.data } }])).values(),
  ].flat()
}

/** Who cannot be added, with each phone that cannot be read as this task reads phones: the schema has looked at all else. */
async function unreadable<Person extends Indexed<TwinPerson>>(
  deps: ServerDeps,
  workspaceId: string,
  campaignId: string,
  people: readonly Person[],
): Promise<Map<Person, FieldMessage[]>> {
  const all = people.flatMap((one) => one.person.phone.map((phone, place) => ({ one, phone, place })))
  const contacts = all.map(({ one, phone }) => ({ ...contactOfPerson(one.person), phones: [phone] }))
  const read = await checkContacts(deps, workspaceId, campaignId, contacts)
  const found = new Map<Person, FieldMessage[]>()
  for (const [at, { one, place }] of all.entries()) {
    const message = read[at]?.message
    if (message !== undefined) found.set(one, [...(found.get(one) ?? []), { field: `phone.${place}`, message }])
  }
  return found
}
