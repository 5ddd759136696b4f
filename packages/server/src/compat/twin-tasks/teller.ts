/** TWIN's webhooks: which of the vendor's six events tells of what, and how its receivers answer. */
import type { DialectTeller, Told } from '../../webhooks/dialects.ts'
import {
  autoCallStatusChangedBody,
  callEndedBody,
  callRedirectedBody,
  candidateChangedBody,
  efficiencyReachedBody,
  incomingEndedBody,
  recallScheduledBody,
} from './webhook-bodies.ts'

export const twinTeller: DialectTeller = {
  words: {
    'call.redirected': ['CALL_REDIRECTED'],
    'attempt.finished': ['CALL_ENDED', 'EFFICIENCY_REACHED', 'RECALL_SCHEDULED'],
    // The dialect has no word for a correction: the same call is told again, as it really ended.
    'attempt.revised': ['CALL_ENDED', 'EFFICIENCY_REACHED'],
    'contact.finished': ['CANDIDATE_CHANGED'],
    'campaign.changed': ['AUTOCALL_STATUS_CHANGED'],
    // A call that came in: of no task, and so to endpoints of the company alone.
    'call.finished': ['CALL_ENDED'],
    'call.revised': ['CALL_ENDED'],
  },
  body,
  // The vendor promises its receivers that 200 alone counts.
  takes: (status) => status === 200,
  expects: 'status 200',
  eventIdOf: ({ eventId }) => String(eventId),
  isAlwaysHeaded: false,
}

function body(word: string, { eventId, row, campaign, contact, call, liveCall, redirectTo }: Told): object | null {
  if (row.topic === 'call.finished' || row.topic === 'call.revised')
    return call === null ? null : incomingEndedBody({ eventId, call })
  if (campaign === null) return null
  if (word === 'AUTOCALL_STATUS_CHANGED') return autoCallStatusChangedBody({ eventId, campaign, row })
  if (contact === null) return null
  const person = { eventId, campaign, contact }
  if (word === 'CANDIDATE_CHANGED') return candidateChangedBody(person)
  const { redialAt, redirect } = row.payload
  if (word === 'CALL_REDIRECTED')
    return liveCall === null || redirect === undefined
      ? null
      : callRedirectedBody({ ...person, call: liveCall, redirect, redirectTo, at: row.createdAt })
  if (call === null) return null
  if (word === 'CALL_ENDED') return callEndedBody({ ...person, call })
  if (word === 'EFFICIENCY_REACHED') return call.goal === null ? null : efficiencyReachedBody({ ...person, call })
  return redialAt === undefined ? null : recallScheduledBody({ ...person, call, redialAt })
}
