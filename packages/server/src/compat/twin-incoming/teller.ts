/** The vendor's hooks of a call that came in, two for each: the robot is over, the whole call is over. */
import { type DialectTeller, idIn, type Told } from '../../webhooks/dialects.ts'
import type { LiveCallFacts } from '../../webhooks/facts.ts'
import { recordingPath } from '../recording-path.ts'
import { webhookCallStatus } from '../twin-call-status.ts'

const robotEnded = 'INCOMING_ROBOT_ENDED'
const callEnded = 'INCOMING_CALL_ENDED'
export const incomingEvents = [robotEnded, callEnded]

/** What a number's receivers hear of. */
export function receiversOf(urls: readonly string[]): { readonly url: string; readonly events: readonly string[] }[] {
  return [...new Set(urls)].map((url) => ({ url, events: incomingEvents }))
}

export const incomingTeller: Pick<DialectTeller, 'words' | 'body'> = {
  words: { 'call.robot-ended': [robotEnded], 'call.finished': [callEnded], 'call.revised': [callEnded] },
  body: (word, told) => (word === robotEnded ? robotEndedBody(told) : callEndedBody(told)),
}

/** Durations are whole seconds: `duration` from the first ring to what is told, `robotCallDuration` from the answer on. */
function robotEndedBody({ eventId, row, liveCall }: Told): object | null {
  if (liveCall === null) return null
  const { robotMs = 0, keys = '', variables = {}, goal = null } = row.payload
  return {
    ...{ event: robotEnded, eventId, ...common(liveCall) },
    duration: secondsBetween(liveCall.startedAt, row.createdAt),
    robotCallDuration: Math.round(robotMs / 1_000),
    ...results({ keys, variables, goal }),
  }
}

/** We have no prices: `billing` is null. */
function callEndedBody({ eventId, call }: Told): object | null {
  if (call === null) return null
  return {
    ...{ event: callEnded, eventId, ...common(call) },
    finishedAt: call.endedAt.toString(),
    duration: secondsBetween(call.startedAt, call.endedAt),
    mainCallDuration: Math.round(call.talkMs / 1_000),
    robotCallDuration: Math.round(call.robotMs / 1_000),
    status: webhookCallStatus(call.disposition),
    ...results(call),
    recordPath: call.recording === null ? null : recordingPath(call.id),
    billing: null,
  }
}

function common(call: LiveCallFacts) {
  return {
    callId: call.id,
    isIncoming: true,
    startedAt: call.startedAt.toString(),
    number: call.number?.phone ?? call.callerId,
    numberName: call.number?.name ?? null,
    phone: call.phone,
    botId: call.scenario === null ? null : idIn('twin', call.scenario),
  }
}

type Said = {
  readonly keys: string
  readonly variables: Readonly<Record<string, unknown>>
  readonly goal: string | null
}

function results({ keys, variables, goal }: Said) {
  return { keys, dialogResult: goal, results: variables, resultsString: JSON.stringify(variables) }
}

function secondsBetween(from: Temporal.Instant, to: Temporal.Instant): number {
  return Math.max(0, Math.round((to.epochMilliseconds - from.epochMilliseconds) / 1_000))
}
