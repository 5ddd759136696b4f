/** People: uploaded one by one or in batches, into a task or into the task that their bot has for the day; and taken out again. */
import type { z } from 'zod'
import type { Principal } from '../../access/authenticate.ts'
import { campaignOfDay } from '../../campaigns/campaign-of-day.ts'
import { changeState } from '../../campaigns/change-state.ts'
import { CampaignNotFoundError, InvalidInputError } from '../../campaigns/errors.ts'
import { addContacts } from '../../contacts/add-contacts.ts'
import { cancelContacts } from '../../contacts/cancel-contacts.ts'
import { checkContacts } from '../../contacts/check-contacts.ts'
import type { ServerDeps } from '../../deps.ts'
import { resolveReference } from '../../resources/references.ts'
import { FieldRefusal, parseGiven } from '../field-refusal.ts'
import { type FieldMessage, problemsOf } from '../mistake.ts'
import {
  batchSchema,
  cancelSchema,
  candidateItemSchema,
  candidateSchema,
  singleBatchSchema,
  singleSchema,
  type TwinPerson,
  type TwinSingle,
} from './candidate-schema.ts'
import { isRecord } from './folding.ts'
import { contactOfPerson } from './mapping.ts'

type Identity = { readonly id: { readonly identity: string } }
type Indexed<Person extends TwinPerson> = { readonly index: number; readonly person: Person }
type Item = {
  readonly id: string
  readonly phone: readonly string[]
  readonly clientExternalId: string | null
  readonly autoCallId: string
}
type Told = {
  readonly items: (Item & { readonly index: number })[]
  readonly errors: (FieldMessage & { readonly index: number })[]
}

/** One person into a task. */
export async function addOne(deps: ServerDeps, principal: Principal, given: unknown): Promise<Identity> {
  const candidate = parseGiven(candidateSchema, given, 'The candidate cannot be added')
  const id = await taskId(deps, principal.workspaceId, candidate.autoCallId)
  const added = await addPerson(deps, principal, id, candidate)
  await startUnlessTold(deps, principal, id, candidate.forceStart)
  return added
}

/** Many people: who cannot be added is told by the place in the list, the others are in. */
export async function addBatch(deps: ServerDeps, principal: Principal, given: unknown): Promise<object> {
  const { batch, forceStart } = parseGiven(batchSchema, given, 'The candidates cannot be added')
  const told: Told = { items: [], errors: [] }
  const people = readPeople(candidateItemSchema, batch, told)
  for (const [autoCallId, list] of grouped(people, ({ autoCallId }) => autoCallId)) {
    try {
      const id = await taskId(deps, principal.workspaceId, autoCallId)
      await addPeople(deps, principal, { id, autoCallId }, list, told)
      await startUnlessTold(deps, principal, id, forceStart)
    } catch (error) {
      if (!(error instanceof CampaignNotFoundError)) throw error
      for (const { index } of list)
        told.errors.push({ index, field: 'autoCallId', message: `there is no task ${autoCallId}` })
    }
  }
  return shown(told, false)
}

/** One person into the task that the bot has for this day; it is made from the template when it is not there. */
export async function addSingle(deps: ServerDeps, principal: Principal, given: unknown): Promise<Identity> {
  const person = parseGiven(singleSchema, given, 'The candidate cannot be added')
  const template = await templateOf(deps, principal, person)
  const [rejected] = await checkContacts(deps, principal.workspaceId, template, [contactOfPerson(person)])
  if (rejected) throw new FieldRefusal(400, 'The candidate cannot be added', [ofVendor(rejected)])
  const id = await taskOfDay(deps, principal, template, person)
  const added = await addPerson(deps, principal, id, person)
  await startUnlessTold(deps, principal, id, undefined)
  return added
}

export async function addSingleBatch(deps: ServerDeps, principal: Principal, given: unknown): Promise<object> {
  const { batch } = parseGiven(singleBatchSchema, given, 'The candidates cannot be added')
  const told: Told = { items: [], errors: [] }
  const people = readPeople(singleSchema, batch, told)
  const byTask = grouped(people, (one) => JSON.stringify([one.autoCallTemplateId ?? null, one.botSettingsId ?? null]))
  for (const list of byTask.values()) {
    const [first] = list
    if (first === undefined) continue
    try {
      const template = await templateOf(deps, principal, first.person)
      const contacts = list.map(({ person }) => contactOfPerson(person))
      const rejections = await checkContacts(deps, principal.workspaceId, template, contacts)
      for (const [at, rejected] of rejections.entries())
        if (rejected !== null) told.errors.push({ index: list[at]?.index ?? 0, ...ofVendor(rejected) })
      // Where nobody can be added no task is made either.
      const addable = list.filter((_, at) => rejections[at] === null)
      if (addable.length === 0) continue
      const id = await taskOfDay(deps, principal, template, first.person)
      await addPeople(deps, principal, { id, autoCallId: id }, addable, told)
      await startUnlessTold(deps, principal, id, undefined)
    } catch (error) {
      if (!(error instanceof InvalidInputError)) throw error
      for (const { index } of list)
        for (const { field, message } of error.problems) told.errors.push({ index, field, message })
    }
  }
  return shown(told, true)
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

/** Our id. Without a template of its own: the newest task that was never started, of this bot before that of others. */
async function templateOf(
  deps: ServerDeps,
  { workspaceId }: Principal,
  { botSettingsId, autoCallTemplateId }: TwinSingle,
): Promise<string> {
  const field = 'autoCallTemplateId'
  if (autoCallTemplateId == null) {
    const template = await defaultTemplate(deps, workspaceId, botSettingsId ?? null)
    if (template !== null) return template
    const message = 'expected the id of a task to take as a template: there is none that was never started'
    throw new InvalidInputError([{ field, code: 'required', message }])
  }
  const given = { value: autoCallTemplateId, dialect: 'twin' }
  const found = await resolveReference(deps.pool, workspaceId, 'campaign', given)
  if ('id' in found) return found.id
  throw new InvalidInputError([{ field, code: found.problem, message: `there is no task "${autoCallTemplateId}"` }])
}

async function taskOfDay(
  deps: ServerDeps,
  principal: Principal,
  template: string,
  { botSettingsId }: TwinSingle,
): Promise<string> {
  return campaignOfDay(deps, principal, {
    template: { field: 'autoCallTemplateId', value: template, dialect: 'native' },
    ...(botSettingsId == null ? {} : { scenario: { field: 'botSettingsId', value: botSettingsId, dialect: 'twin' } }),
    original: (before, name) =>
      isRecord(before) ? { ...before, name, ...(botSettingsId == null ? {} : { botId: botSettingsId }) } : before,
  })
}

async function defaultTemplate(deps: ServerDeps, workspaceId: string, botId: string | null): Promise<string | null> {
  const bot =
    botId === null
      ? null
      : await resolveReference(deps.pool, workspaceId, 'scenario', { value: botId, dialect: 'twin' })
  const { rows } = await deps.pool.query<{ id: string }>(
    `select c.id from campaign c join scenario_version v on v.id = c.scenario_version_id
      where c.workspace_id = $1 and c.dialect = 'twin' and c.state = 'draft'
      order by (v.scenario_id = $2::uuid) desc nulls last, c.created_at desc, c.id limit 1`,
    [workspaceId, bot !== null && 'id' in bot ? bot.id : null],
  )
  return rows[0]?.id ?? null
}

async function addPerson(deps: ServerDeps, principal: Principal, id: string, person: TwinPerson): Promise<Identity> {
  const added = await addContacts(deps, principal.workspaceId, id, [contactOfPerson(person)])
  const [rejected] = added.rejected
  if (rejected !== undefined) throw new FieldRefusal(400, 'The candidate cannot be added', [ofVendor(rejected)])
  const [one] = [...added.accepted, ...added.duplicates]
  if (one === undefined) throw new Error('Expected one person to be added, found none.')
  return { id: { identity: one.id } }
}

async function addPeople(
  deps: ServerDeps,
  { workspaceId }: Principal,
  task: { readonly id: string; readonly autoCallId: string },
  list: readonly Indexed<TwinPerson>[],
  told: Told,
): Promise<void> {
  const contacts = list.map(({ person }) => contactOfPerson(person))
  const added = await addContacts(deps, workspaceId, task.id, contacts)
  for (const { index: at, id, phones } of [...added.accepted, ...added.duplicates]) {
    const { index = 0, person } = list[at] ?? {}
    const clientExternalId = person?.clientExternalId ?? null
    told.items.push({ index, id, phone: phones, clientExternalId, autoCallId: task.autoCallId })
  }
  for (const { index: at, ...rejection } of added.rejected)
    told.errors.push({ index: list[at]?.index ?? 0, ...ofVendor(rejection) })
}

/** Those that can be read; the others are told by their place. */
function readPeople<Schema extends z.ZodType<TwinPerson>>(
  schema: Schema,
  batch: readonly unknown[],
  { errors }: Told,
): Indexed<z.output<Schema>>[] {
  return batch.flatMap((given, index) => {
    const parsed = schema.safeParse(given)
    if (parsed.success) return { index, person: parsed.data }
    for (const problem of problemsOf(parsed.error)) errors.push({ index, ...problem })
    return []
  })
}

function grouped<Person extends TwinPerson>(
  people: readonly Indexed<Person>[],
  keyOf: (person: Person) => string,
): Map<string, Indexed<Person>[]> {
  return Map.groupBy(people, ({ person }) => keyOf(person))
}

/** Ours says `phones/0`, the vendor's body has `phone`. */
function ofVendor({ field, message }: FieldMessage): FieldMessage {
  const renamed = field.replace(/^phones/, 'phone').replace(/^zone$/, 'timezone')
  return { field: renamed.replaceAll('/', '.'), message }
}

function shown({ items, errors }: Told, withTask: boolean): object {
  const inOrder = <One extends { readonly index: number }>(list: readonly One[]): One[] =>
    list.toSorted((a, b) => a.index - b.index)
  return {
    items: inOrder(items).map(({ index: _, autoCallId, ...item }) => (withTask ? { ...item, autoCallId } : item)),
    errors: inOrder(errors),
  }
}

/** A task without a time of its own starts at its first upload, unless `forceStart` is exactly false; a paused one stays paused. */
async function startUnlessTold(
  deps: ServerDeps,
  principal: Principal,
  id: string,
  forceStart: boolean | undefined,
): Promise<void> {
  if (forceStart === false) return
  const { rows } = await deps.pool.query<{ state: string }>(
    'select state from campaign where workspace_id = $1 and id = $2',
    [principal.workspaceId, id],
  )
  const state = rows[0]?.state
  if (state === 'draft' || (forceStart === true && state === 'paused')) await changeState(deps, principal, id, 'start')
}
