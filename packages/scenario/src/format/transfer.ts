/** The block that hands a call over: to whom, and what the person on the line hears until somebody answers. */
import { z } from 'zod'
import {
  blockId,
  externalIdsSchema,
  oneSourceAtMost,
  oneSourceAtMostMessage,
  spoken,
  voiceNeedsText,
  voiceNeedsTextMessage,
} from './fields.ts'

const referenceForm = 'expected an id, a name, or {dialect: id} with one dialect'
const reference = z.union(
  [
    z.string().min(1).max(200),
    z.int(),
    externalIdsSchema.refine((ids) => Object.values(ids).filter((id) => id !== undefined).length === 1, referenceForm),
  ],
  referenceForm,
)
const number = z
  .string('expected digits in quotes')
  .regex(/^\+?\d{2,20}$/, 'expected 2 to 20 digits, like +74951234567')

/**
 * Whom a call is handed to: `{operatorGroup}`, `{number, callerId?}`, `{dialplan, number}` or `{scenario}`. One object and not a union
 * of four, so that a wrong member is named by its own place.
 */
export const transferTargetSchema = z
  .strictObject({
    operatorGroup: reference.optional(),
    number: number.optional(),
    callerId: number.optional(),
    dialplan: reference.optional(),
    scenario: reference.optional(),
  })
  .refine(
    ({ operatorGroup, number, scenario }) =>
      [operatorGroup, number, scenario].filter((one) => one !== undefined).length === 1,
    { error: 'expected exactly one of operatorGroup, number and scenario' },
  )
  .refine(({ dialplan, number }) => dialplan === undefined || number !== undefined, {
    error: 'a dialplan needs the number that is dialled by it',
    path: ['dialplan'],
  })
  .refine(
    ({ callerId, number, dialplan }) => callerId === undefined || (number !== undefined && dialplan === undefined),
    {
      error: 'a caller ID belongs to a number without a dialplan',
      path: ['callerId'],
    },
  )
/** Things of the workspace as the scenario's author names them. */
export type GivenTransferTarget = z.infer<typeof transferTargetSchema>

/**
 * `mode` says what is heard until somebody answers: `blind` (the default) rings, as any call does; `warm` says the prompt, again and
 * again, or rings where there is none. Either way the two hear each other from the answer on, and the call ends when either hangs up.
 * `noAnswer` follows when nobody takes the call: not answered, busy, failed, or no channel free.
 */
export const transferBlock = z
  .strictObject({
    id: blockId,
    type: z.literal('transfer'),
    to: z.union(
      [z.literal('campaign'), transferTargetSchema],
      'expected "campaign", {operatorGroup}, {number, callerId}, {dialplan, number} or {scenario}',
    ),
    mode: z.enum(['blind', 'warm']).optional(),
    ...spoken,
    noAnswer: blockId,
  })
  .refine(oneSourceAtMost, oneSourceAtMostMessage)
  .refine(voiceNeedsText, voiceNeedsTextMessage)
  .refine(({ mode, text, audio }) => mode === 'warm' || (text === undefined && audio === undefined), {
    error: 'a prompt belongs to mode "warm": a blind transfer rings',
    path: ['mode'],
  })
