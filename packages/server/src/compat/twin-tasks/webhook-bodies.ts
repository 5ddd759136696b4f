/** The bodies of TWIN's webhooks: calls, people and tasks in the vendor's words. Pure. */
import { idIn } from '../../webhooks/dialects.ts'
import type { OutboxPayload, OutboxRow } from '../../webhooks/events.ts'
import type { CallFacts, CampaignFacts, ContactFacts, LiveCallFacts, Named } from '../../webhooks/facts.ts'
import { recordingPath } from '../recording-path.ts'
import { webhookCallStatus } from '../twin-call-status.ts'
import { taskStatus } from './task-status.ts'
import { toldPhones } from './told-phone.ts'

const twinId = (thing: Named): string => idIn('twin', thing)

const toldPhone = ({ phone, givenPhone }: LiveCallFacts): string =>
  toldPhones([phone], givenPhone === null ? [] : [givenPhone])[0] ?? phone

type Person = { readonly eventId: string; readonly campaign: CampaignFacts; readonly contact: ContactFacts }

/** A session: a call that has ended, with the fields that clients of the vendor's search know. */
export function sessionOf({
  campaign,
  contact,
  call,
}: {
  readonly campaign: CampaignFacts | null
  readonly contact: ContactFacts | null
  readonly call: CallFacts
}) {
  const status = webhookCallStatus(call.disposition)
  const talkSeconds = Math.round(call.talkMs / 1_000)
  const [zone, ...others] = contact?.zones ?? []
  const scenario = call.scenario ?? campaign?.scenario ?? null
  return {
    id: call.id,
    taskId: campaign === null ? null : twinId(campaign),
    autoCallCandidateId: contact === null ? null : twinId(contact),
    botId: scenario === null ? null : twinId(scenario),
    clientExternalId: contact?.clientExternalId ?? null,
    callbackData: contact?.callbackData ?? null,
    phone: toldPhone(call),
    isIncoming: call.direction === 'in',
    attempt: call.attemptNumber,
    createdAt: call.createdAt.toString(),
    startedAt: call.startedAt.toString(),
    finishedAt: call.endedAt.toString(),
    duration: Math.max(0, Math.round((call.endedAt.epochMilliseconds - call.startedAt.epochMilliseconds) / 1_000)),
    mainCallDuration: talkSeconds,
    robotCallDuration: Math.round(call.robotMs / 1_000),
    status,
    currentStatusName: status,
    // A number may belong to several zones; then none of them is the person's for certain.
    timezone: others.length === 0 ? (zone ?? null) : null,
    dialogResult: call.goal,
    results: call.variables,
    resultsString: JSON.stringify(call.variables),
    recordPath: call.recording === null ? null : recordingPath(call.id),
  }
}
export type SessionField = keyof ReturnType<typeof sessionOf>
export const sessionFields = [
  ...([
    'id',
    'taskId',
    'autoCallCandidateId',
    'botId',
    'clientExternalId',
    'callbackData',
    'phone',
    'isIncoming',
  ] as const),
  ...([
    'attempt',
    'createdAt',
    'startedAt',
    'finishedAt',
    'duration',
    'mainCallDuration',
    'robotCallDuration',
  ] as const),
  ...(['status', 'currentStatusName', 'timezone', 'dialogResult', 'results', 'resultsString', 'recordPath'] as const),
] satisfies readonly SessionField[]

/** `CALL_ENDED`: after every attempt. Durations in whole seconds; `robotCallDuration` is the talk until an operator took the call. */
export function callEndedBody({ eventId, ...session }: Person & { readonly call: CallFacts }) {
  return { event: 'CALL_ENDED', eventId, ...sessionOf(session) }
}

/** `CALL_ENDED` of a call that came in: nobody's task, nobody's candidate. */
export function incomingEndedBody({ eventId, call }: { readonly eventId: string; readonly call: CallFacts }) {
  return { event: 'CALL_ENDED', eventId, ...sessionOf({ campaign: null, contact: null, call }) }
}

/** `CANDIDATE_CHANGED`: the person is finished, no more calls. `status` is CANCEL for one nobody may dial, else FINISHED. */
export function candidateChangedBody({ eventId, campaign, contact }: Person) {
  return {
    event: 'CANDIDATE_CHANGED',
    eventId,
    id: twinId(contact),
    taskId: twinId(campaign),
    clientExternalId: contact.clientExternalId,
    callbackData: contact.callbackData ?? null,
    phone: toldPhones(contact.phones, contact.givenPhones),
    status: contact.state === 'excluded' ? 'CANCEL' : 'FINISHED',
    lastCallStatus: contact.lastDisposition === null ? null : webhookCallStatus(contact.lastDisposition),
    attempts: contact.attempts,
    variables: contact.variables,
    finishedAt: contact.finishedAt?.toString() ?? null,
  }
}

/** `RECALL_SCHEDULED`: after an attempt that is followed by another, with the instant from which on it may be made. */
export function recallScheduledBody({
  eventId,
  campaign,
  contact,
  call,
  redialAt,
}: Person & { readonly call: CallFacts; readonly redialAt: string }) {
  return {
    event: 'RECALL_SCHEDULED',
    ...ofCall({ eventId, campaign, contact }, call),
    attempt: call.attemptNumber,
    lastCallStatus: webhookCallStatus(call.disposition),
    scheduledAt: Temporal.Instant.from(redialAt).toString(),
  }
}

/** `EFFICIENCY_REACHED`: after a call whose scenario reached its goal; `efficiency` is that goal. */
export function efficiencyReachedBody({ eventId, campaign, contact, call }: Person & { readonly call: CallFacts }) {
  return {
    event: 'EFFICIENCY_REACHED',
    ...ofCall({ eventId, campaign, contact }, call),
    efficiency: call.goal,
    results: call.variables,
    resultsString: JSON.stringify(call.variables),
  }
}

type Redirected = Person & {
  readonly call: LiveCallFacts
  readonly redirect: NonNullable<OutboxPayload['redirect']>
  readonly redirectTo: Named | null
  readonly at: Temporal.Instant
}

/**
 * `CALL_REDIRECTED`: the robot hands the person over, told before the other side rings. Of the vendor's two destinations `ch` is a
 * group of operators; everything else is `custom`. We announce nothing to whoever takes over: `redirectAnons` is null.
 */
export function callRedirectedBody({ eventId, campaign, contact, call, redirect, redirectTo, at }: Redirected) {
  const { target, phone = null } = redirect
  const number = phone ?? (typeof target.phone === 'string' ? target.phone : null)
  return {
    event: 'CALL_REDIRECTED',
    ...ofCall({ eventId, campaign, contact }, call),
    redirectDestination: target.to === 'operator-group' ? 'ch' : 'custom',
    redirectDestinationId: redirectTo === null ? number : twinId(redirectTo),
    redirectAdditional: target.to === 'dialplan' ? number : (target.callerId ?? null),
    redirectAnons: null,
    redirectedAt: at.toString(),
  }
}

/** `AUTOCALL_STATUS_CHANGED`: of the task itself, as it became then. */
export function autoCallStatusChangedBody({
  eventId,
  campaign,
  row,
}: {
  readonly eventId: string
  readonly campaign: CampaignFacts
  readonly row: OutboxRow
}) {
  return {
    event: 'AUTOCALL_STATUS_CHANGED',
    eventId,
    id: twinId(campaign),
    taskId: twinId(campaign),
    name: campaign.name,
    botId: twinId(campaign.scenario),
    status: taskStatus(row.payload.state ?? ''),
    changedAt: row.createdAt.toString(),
  }
}

/** What every event of a call begins with. */
function ofCall({ eventId, campaign, contact }: Person, call: LiveCallFacts) {
  return {
    eventId,
    id: call.id,
    taskId: twinId(campaign),
    autoCallCandidateId: twinId(contact),
    botId: twinId(call.scenario ?? campaign.scenario),
    clientExternalId: contact.clientExternalId,
    callbackData: contact.callbackData ?? null,
    phone: toldPhone(call),
  }
}
