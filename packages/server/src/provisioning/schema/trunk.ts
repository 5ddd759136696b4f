/** A way to a provider. */
import { z } from 'zod'
import { identity, name, notYet, onlyOnce } from './fields.ts'
import { callsPerSecond, maxCalls, reservedCalls, reservesTooMany, reservesWhatIsThere } from './limits.ts'
import { credential, host, prefix } from './sip.ts'

/** Of `of` results or more within `seconds`, this share of the trunk's own faults takes it out of use for `openSeconds`. */
const breaker = z.union(
  [
    z.literal('off'),
    z.strictObject({
      share: z.number().min(0.01).max(1),
      of: z.int().min(1).max(10_000),
      seconds: z.int().min(1).max(3_600),
      openSeconds: z.int().min(1).max(86_400),
    }),
  ],
  'expected "off", or {share, of, seconds, openSeconds}: share 0.01 to 1, of 1 to 10000, seconds 1 to 3600, openSeconds 1 to 86400',
)
export const trunk = z
  .strictObject({
    ...identity,
    name,
    host,
    port: z.int().min(1).max(65_535).default(5060),
    transport: z.literal('udp', 'only udp is in effect yet').default('udp'),
    ca: notYet('ca'),
    username: credential.optional(),
    /** Null: it stays as it is; absent: there is none. */
    password: z.string().min(1).max(1_024).nullable().optional(),
    /** Keeps the trunk's username registered there; seconds, which the provider may shorten. */
    register: z.strictObject({ every: z.int().min(60).max(86_400) }).optional(),
    fromDomain: host.optional(),
    format: z.enum(['e164', 'plain', 'local']).default('e164'),
    codecs: z
      .array(z.enum(['pcma', 'pcmu']))
      .min(1)
      .refine(onlyOnce, 'expected each codec once')
      .default(['pcma', 'pcmu']),
    srtp: z.literal('off', 'only "off" is in effect yet').default('off'),
    maxCalls,
    callsPerSecond,
    reservedCalls,
    ringTimeoutMs: z.int().min(1_000).max(300_000).optional(),
    destinations: z.array(prefix.regex(/\d/, 'expected at least one digit')).max(1_000).optional(),
    breaker: breaker.optional(),
  })
  .refine((given) => given.username !== undefined || given.password === undefined || given.password === null, {
    error: 'a password needs the username that it belongs to',
    path: ['username'],
  })
  .refine(
    ({ register, username, password }) => register === undefined || (username !== undefined && password !== undefined),
    {
      error: 'to register it needs the username and the password',
      path: ['register'],
    },
  )
  .refine(reservesWhatIsThere, reservesTooMany)
