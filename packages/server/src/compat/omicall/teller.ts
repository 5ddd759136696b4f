/** The vendor's hooks of calls: it rings, somebody answered, it is over; the last may come again for one transaction. */
import { type DialectTeller, idIn, type Told, takesAny2xx } from '../../webhooks/dialects.ts'
import { shownTransaction } from './history.ts'

export const omicallTeller: DialectTeller = {
  words: {
    'call.ringing': ['ringing'],
    'call.answered': ['answered'],
    'attempt.finished': ['hangup'],
    'attempt.revised': ['hangup'],
  },
  body,
  ...takesAny2xx,
  eventIdOf: ({ event_id }) => String(event_id),
  isAlwaysHeaded: false,
}

function body(word: string, { eventId, row, campaign, call, liveCall }: Told): object | null {
  const known = call ?? liveCall
  if (known === null || (word === 'hangup' && call === null)) return null
  const isOver = word === 'hangup' && call !== null
  return {
    event: word,
    event_id: eventId,
    event_date: row.createdAt.epochMilliseconds,
    ...shownTransaction({
      id: known.id,
      attemptId: known.attemptId,
      campaignId: campaign === null ? null : idIn('omicall', campaign),
      direction: known.direction,
      phone: known.givenPhone ?? known.phone,
      callerId: known.callerId ?? known.number?.phone ?? null,
      createdAt: known.createdAt,
      startedAt: known.startedAt,
      answeredAt: word === 'ringing' ? null : known.answeredAt,
      disposition: isOver ? call.disposition : null,
      endedAt: isOver ? call.endedAt : null,
      talkMs: isOver ? call.talkMs : 0,
      recording: isOver ? call.recording : null,
      tags: isOver ? call.tags : [],
      trunk: null,
    }),
  }
}
