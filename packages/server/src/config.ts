/** Every setting of the server: read once from the environment, all mistakes reported together, frozen. */
import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { resolve } from 'node:path'
import ipaddr from 'ipaddr.js'
import { z } from 'zod'
import type { RequestLimits } from './access/route-guard.ts'
import { faultPoints, faultVictims, type Kill, parseKill } from './dialing/faults.ts'
import { ConfigError } from './errors.ts'

const hostPort = (fallbackHost: string, fallbackPort: number) =>
  z
    .string()
    .default(`${fallbackHost}:${fallbackPort}`)
    .transform((text, context) => {
      const colon = text.lastIndexOf(':')
      const host = colon < 0 ? fallbackHost : text.slice(0, colon) || fallbackHost
      const port = Number(colon < 0 ? text : text.slice(colon + 1))
      if (!Number.isInteger(port) || port < 0 || port > 65535) {
        context.addIssue({ code: 'custom', message: 'expected host:port, like 127.0.0.1:8080' })
        return z.NEVER
      }
      return { host, port }
    })

const portRange = z
  .string()
  .default('20000-23999')
  .transform((text, context) => {
    if (text === 'ephemeral') return 'ephemeral' as const
    const [from, to, ...rest] = text.split('-').map(Number)
    const isRange = rest.length === 0 && Number.isInteger(from) && Number.isInteger(to)
    if (!isRange || from === undefined || to === undefined || from < 1024 || to > 65535 || from >= to) {
      context.addIssue({
        code: 'custom',
        message: 'expected FROM-TO within 1024-65535, like 20000-23999, or "ephemeral"',
      })
      return z.NEVER
    }
    return { from, to }
  })

/** `any`: public targets; `loopback`: this machine alone; a list: these networks alone, private ones among them. */
const egress = z
  .string()
  .default('any')
  .transform((text, context) => {
    if (text === 'any' || text === 'loopback') return text
    const networks = text.split(',').map((network) => network.trim())
    const wrong = networks.filter((network) => !ipaddr.isValidCIDR(network))
    if (wrong.length > 0) {
      context.addIssue({
        code: 'custom',
        message: `expected "any", "loopback" or networks like 10.0.0.0/8; not a network: ${wrong.join(', ')}`,
      })
      return z.NEVER
    }
    return networks
  })

/** A number a minute, or `off`. */
const perMinute = (fallback: number) =>
  z
    .string()
    .default(String(fallback))
    .transform((text, context) => {
      if (text === 'off') return null
      const value = Number(text)
      if (Number.isInteger(value) && value > 0) return value
      context.addIssue({ code: 'custom', message: 'expected a whole number above 0, or "off"' })
      return z.NEVER
    })

const kills = z
  .string()
  .default('')
  .transform((text, context) =>
    text
      .split(',')
      .filter((one) => one !== '')
      .map((one) => {
        const kill = parseKill(one)
        if (kill !== null) return kill
        context.addIssue({
          code: 'custom',
          message: `expected VICTIM:POINT#N, like telephony:after-invite#3, found "${one}"; victims: ${faultVictims.join(', ')}; points: ${faultPoints.join(', ')}`,
        })
        return z.NEVER
      }),
  )

const positive = (fallback: number) => z.coerce.number().int().positive().default(fallback)

const environmentSchema = z.object({
  DIALWRIGHT_DATA: z.string().default('./data').describe('Directory of database, recordings, audio and keys'),
  DATABASE_URL: z.string().optional().describe('PostgreSQL 16 or newer; absent: the embedded one'),
  DIALWRIGHT_HTTP: hostPort('127.0.0.1', 8080).describe('HTTP address'),
  DIALWRIGHT_SIP: hostPort('127.0.0.1', 5060).describe('SIP address, UDP'),
  DIALWRIGHT_RTP_PORTS: portRange.describe('RTP ports, even ones are used'),
  DIALWRIGHT_PUBLIC_ADDRESS: z.string().optional().describe('Address that the far end sees; absent: the SIP address'),
  DIALWRIGHT_EGRESS: egress.describe(
    'Where webhooks and HTTP blocks may connect: any, loopback, or a list of networks',
  ),
  DIALWRIGHT_SECRET_KEY: z
    .string()
    .optional()
    .describe('Key of the secrets at rest, 32 bytes in base64 or hex; absent: made in the data directory'),
  DIALWRIGHT_ADMIN_LOGIN: z.string().min(1).default('admin').describe('Login of the first owner'),
  DIALWRIGHT_ADMIN_PASSWORD: z
    .string()
    .min(8)
    .optional()
    .describe('Password of the first owner; absent: made and printed once'),
  DIALWRIGHT_PROVISION: z.string().optional().describe('Provisioning file applied at start'),
  DIALWRIGHT_NODE: z.string().min(1).default(hostname()).describe('Name of this node in its cluster'),
  DIALWRIGHT_DRAIN_SECONDS: positive(60).describe('Seconds that live calls may take to finish after SIGTERM'),
  DIALWRIGHT_RATE_LIMIT: perMinute(1_200).describe('Requests a minute and token, or "off"'),
  DIALWRIGHT_LOGIN_LIMIT: perMinute(10).describe('Logins a minute and address, right or wrong, or "off"'),
  DIALWRIGHT_KILL_AT: kills.describe(
    'For crash tests: what is killed with SIGKILL when a named point is passed for the N-th time',
  ),
  DIALWRIGHT_LOG: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .describe('Least level that is logged'),
})

export type Config = {
  readonly dataDirectory: string
  readonly databaseUrl: string | undefined
  readonly http: { readonly host: string; readonly port: number }
  readonly sip: { readonly host: string; readonly port: number }
  readonly rtpPorts: { readonly from: number; readonly to: number } | 'ephemeral'
  readonly publicAddress: string | undefined
  readonly egress: 'any' | 'loopback' | readonly string[]
  readonly secretKey: string | undefined
  readonly admin: { readonly login: string; readonly password: string | undefined }
  readonly provisionFile: string | undefined
  readonly nodeName: string
  readonly drainSeconds: number
  readonly limits: RequestLimits
  readonly logLevel: string
  /** For crash tests alone: see dialing/faults.ts. */
  readonly killAt: readonly Kill[]
}

/**
 * Reads the settings. A variable NAME may also be given as NAME_FILE: the path of a file that holds its value.
 * @throws {ConfigError} `CONFIG_INVALID` naming every wrong variable.
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>> = process.env): Config {
  const given: Record<string, string> = {}
  const problems: string[] = []
  for (const name of Object.keys(environmentSchema.shape)) {
    const value = environment[name]
    const file = environment[`${name}_FILE`]
    if (value !== undefined && value !== '') given[name] = value
    else if (file !== undefined && file !== '') {
      try {
        given[name] = readFileSync(file, 'utf8').trim()
      } catch (cause) {
        problems.push(`${name}_FILE: cannot read ${file}: ${String(cause)}`)
      }
    }
  }
  const parsed = environmentSchema.safeParse(given)
  if (!parsed.success) {
    problems.push(...parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`))
  }
  if (!parsed.success || problems.length > 0) throw new ConfigError(problems)
  const values = parsed.data
  return Object.freeze({
    dataDirectory: resolve(values.DIALWRIGHT_DATA),
    databaseUrl: values.DATABASE_URL,
    http: values.DIALWRIGHT_HTTP,
    sip: values.DIALWRIGHT_SIP,
    rtpPorts: values.DIALWRIGHT_RTP_PORTS,
    publicAddress: values.DIALWRIGHT_PUBLIC_ADDRESS,
    egress: values.DIALWRIGHT_EGRESS,
    secretKey: values.DIALWRIGHT_SECRET_KEY,
    admin: { login: values.DIALWRIGHT_ADMIN_LOGIN, password: values.DIALWRIGHT_ADMIN_PASSWORD },
    provisionFile: values.DIALWRIGHT_PROVISION,
    nodeName: values.DIALWRIGHT_NODE,
    drainSeconds: values.DIALWRIGHT_DRAIN_SECONDS,
    limits: {
      requestsPerMinute: values.DIALWRIGHT_RATE_LIMIT,
      loginsPerMinute: values.DIALWRIGHT_LOGIN_LIMIT,
    },
    logLevel: values.DIALWRIGHT_LOG,
    killAt: values.DIALWRIGHT_KILL_AT,
  })
}

/** The environment of the demo's server: loopback alone, free ports, its own data; nothing of the caller's settings. */
export function demoEnvironment(demo: {
  dataDirectory: string
  provisionFile: string
}): Record<string, string | undefined> {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('DIALWRIGHT_') && name !== 'DATABASE_URL',
  )
  return {
    ...Object.fromEntries(inherited),
    DIALWRIGHT_DATA: demo.dataDirectory,
    DIALWRIGHT_HTTP: '127.0.0.1:0',
    DIALWRIGHT_SIP: '127.0.0.1:0',
    DIALWRIGHT_RTP_PORTS: 'ephemeral',
    DIALWRIGHT_EGRESS: 'loopback',
    DIALWRIGHT_PROVISION: demo.provisionFile,
    // Its own client asks as often as it can; nobody else reaches it.
    DIALWRIGHT_RATE_LIMIT: 'off',
    DIALWRIGHT_LOG: 'warn',
  }
}
