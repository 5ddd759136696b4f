/** A number of ours, and what becomes of calls to it. */
import { z } from 'zod'
import { shownNames, shownNumbers } from '../../inbound/inbound-rule.ts'
import { callTopics } from '../../webhooks/events.ts'
import { identity, instant, name, onlyOnce, phone } from './fields.ts'
import { maxCalls, reservedCalls, reservesTooMany, reservesWhatIsThere } from './limits.ts'
import { referenceSchema } from './reference.ts'
import { credential, host } from './sip.ts'

/** What becomes of a call to the number. */
const inboundRule = z
  .strictObject({
    action: z.enum(['robot', 'end']),
    scenario: referenceSchema.optional(),
    startBlock: z.string().min(1).max(64).optional(),
    shownName: z.enum(shownNames).default('caller'),
    shownNumber: z.enum(shownNumbers).default('caller'),
    record: z.enum(['all', 'off']).default('all'),
    maxDurationSeconds: z.int().min(1).max(14_400).optional(),
    webhooks: z
      .array(
        z.strictObject({
          url: z.url({ protocol: /^https?$/, error: 'expected an http or https address' }).max(2_000),
          events: z.array(z.enum(callTopics)).refine(onlyOnce, 'expected each event once').default([]),
        }),
      )
      .max(20)
      .refine((all) => onlyOnce(all.map(({ url }) => url)), 'expected each address once')
      .default([]),
    did: z
      .string('expected text in quotes, like "456"')
      .regex(/^\+?[A-Za-z0-9_.*#-]{1,64}$/, 'expected what the provider sends: digits, an extension or a name')
      .optional(),
    comment: z.string().max(2_000).optional(),
  })
  .refine(({ action, scenario }) => (action === 'robot') === (scenario !== undefined), {
    error: 'action robot needs a scenario, and action end has none',
    path: ['scenario'],
  })
  .refine(({ scenario, startBlock }) => startBlock === undefined || scenario !== undefined, {
    error: 'a start block needs its scenario',
    path: ['startBlock'],
  })
export const number = z
  .strictObject({
    ...identity,
    name,
    phone,
    trunk: referenceSchema,
    maxCalls,
    reservedCalls,
    validFrom: instant.optional(),
    validUntil: instant.optional(),
    /** With a password the number is a line of its own: it is kept registered, and calls that show it over its trunk use both. */
    login: credential.optional(),
    /** Where the provider wants another name in its digest than in the address. */
    authUsername: credential.optional(),
    /** Null: it stays as it is; absent: there is none. */
    password: z.string().min(1).max(1_024).nullable().optional(),
    /** Absent: the trunk's. */
    fromDomain: host.optional(),
    /** Calls that show the number go over its trunk, whatever a dialplan says. */
    forceOut: z.boolean().default(false),
    /** Absent: nobody answers, calls are refused without ringing. */
    inbound: inboundRule.optional(),
  })
  .refine(
    ({ login, password, authUsername }) =>
      login !== undefined || ((password ?? null) === null && authUsername === undefined),
    {
      error: 'a password needs the login that it belongs to',
      path: ['login'],
    },
  )
  .refine(reservesWhatIsThere, reservesTooMany)
