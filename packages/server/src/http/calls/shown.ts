/** Calls, and why somebody is called or not, as the native API answers. */
import { z } from 'zod'
import { shownId, shownInstant, shownInstantOrNull } from '../../resources/fields.ts'
import { nextSchema } from '../scope.ts'

const text = z.string().nullable()
const shown = {
  id: shownId,
  direction: z.enum(['out', 'in']),
  campaignId: shownId.nullable(),
  contactId: shownId.nullable(),
  attempt: z.int().nullable(),
  phone: z.string(),
  callerId: text,
  trunkId: shownId.nullable(),
  numberId: shownId.nullable(),
  disposition: z.string(),
  detail: text,
  sip: z.object({ code: z.int().nullable(), reason: text, q850: z.int().nullable() }),
  createdAt: shownInstant,
  startedAt: shownInstant,
  ringingAt: shownInstantOrNull,
  answeredAt: shownInstantOrNull,
  endedAt: shownInstant,
  talkMs: z.number(),
  robotMs: z.number().meta({ description: "Of the talk the robot's part: shorter where somebody else took the call" }),
  endedBy: z.enum(['callee', 'caller', 'us', 'operator', 'timeout', 'error']),
  keys: z.string(),
  tags: z.array(z.string()),
  goal: text,
  level: text,
  amd: z.unknown(),
  recording: text,
  sipCallId: text,
}

export const shownCalls = z.object({ items: z.array(z.looseObject(shown)), next: nextSchema })
export type ListedCall = z.output<typeof shownCalls>['items'][number]
export const shownCall = z.looseObject({
  ...shown,
  variables: z.record(z.string(), z.unknown()),
  path: z.array(z.object({ block: z.string(), at: shownInstantOrNull, said: z.string().optional() })),
  timeline: z.array(z.looseObject({ kind: z.string() })),
})
export const shownExplanation = z.looseObject({
  verdict: z.enum(['eligible', 'waiting', 'never', 'live']),
  gates: z
    .array(z.looseObject({ gate: z.string(), open: z.boolean(), reason: z.string() }))
    .readonly()
    .meta({ description: 'Each may carry "until": when time alone opens it' }),
})
