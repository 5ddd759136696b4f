/** The bodies of TWIN's webhooks: a finished call and a finished person in the vendor's words. Pure. */
import type { Disposition } from '@dialwright/dialer'
import type { CallFacts, CampaignFacts, ContactFacts } from '../../webhooks/facts.ts'

const statuses = {
  answered: 'ANSWERED',
  machine: 'ANSWERED',
  screened: 'ANSWERED',
  fax: 'ANSWERED',
  busy: 'BUSY',
  rejected: 'REJECTED',
  'no-answer': 'NOANSWER',
  unreachable: 'UNAVAILABLE',
  'invalid-number': 'INVALID',
  blocked: 'BLACKLIST',
  congestion: 'CONGESTION',
  cancelled: 'CANCEL',
  failed: 'FAILED',
  unknown: 'FAILED',
} as const satisfies Record<Disposition, string>

/** The vendor's call status for a disposition. */
export function webhookCallStatus(disposition: Disposition): string {
  return statuses[disposition]
}

type Person = { readonly eventId: string; readonly campaign: CampaignFacts; readonly contact: ContactFacts }

/** `CALL_ENDED`: after every attempt. Durations in whole seconds; the robot talks for the whole main call, as nobody is transferred yet. */
export function callEndedBody({ eventId, campaign, contact, call }: Person & { readonly call: CallFacts }) {
  const status = webhookCallStatus(call.disposition)
  const talkSeconds = Math.round(call.talkMs / 1_000)
  const [zone, ...others] = contact.zones
  return {
    event: 'CALL_ENDED',
    eventId,
    id: call.id,
    taskId: campaign.twinId,
    autoCallCandidateId: contact.twinId,
    botId: campaign.scenarioTwinId,
    clientExternalId: contact.clientExternalId,
    callbackData: contact.callbackData ?? null,
    phone: call.phone,
    isIncoming: call.direction === 'in',
    attempt: call.attemptNumber,
    createdAt: call.createdAt.toString(),
    startedAt: call.startedAt.toString(),
    finishedAt: call.endedAt.toString(),
    duration: Math.max(0, Math.round((call.endedAt.epochMilliseconds - call.startedAt.epochMilliseconds) / 1_000)),
    mainCallDuration: talkSeconds,
    robotCallDuration: talkSeconds,
    status,
    currentStatusName: status,
    // A number may belong to several zones; then none of them is the person's for certain.
    timezone: others.length === 0 ? (zone ?? null) : null,
    dialogResult: call.goal,
    results: call.variables,
    resultsString: JSON.stringify(call.variables),
    recordPath: call.recording,
  }
}

/** `CANDIDATE_CHANGED`: the person is finished, no more calls. `status` is CANCEL for one nobody may dial, else FINISHED. */
export function candidateChangedBody({ eventId, campaign, contact }: Person) {
  return {
    event: 'CANDIDATE_CHANGED',
    eventId,
    id: contact.twinId,
    taskId: campaign.twinId,
    clientExternalId: contact.clientExternalId,
    callbackData: contact.callbackData ?? null,
    phone: contact.phones,
    status: contact.state === 'excluded' ? 'CANCEL' : 'FINISHED',
    lastCallStatus: contact.lastDisposition === null ? null : webhookCallStatus(contact.lastDisposition),
    attempts: contact.attempts,
    variables: contact.variables,
    finishedAt: contact.finishedAt?.toString() ?? null,
  }
}
