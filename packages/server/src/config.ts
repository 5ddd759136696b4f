/** Every setting of the server: read once from the environment and the configuration file, all mistakes told together, frozen. */
import { enableCompileCache } from 'node:module'
import { hostname } from 'node:os'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import type { RequestLimits } from './access/route-guard.ts'
import { gatherSettings } from './config/sources.ts'
import {
  choice,
  databaseUrl,
  type HostPort,
  hostPort,
  kills,
  networks,
  optionalText,
  type PortRange,
  password,
  perMinute,
  portRange,
  publicAddress,
  secretKey,
  text,
  wholeNumber,
} from './config/values.ts'
import type { Kill } from './dialing/faults.ts'
import { ConfigError } from './errors.ts'

/** The one list of settings: what is read, what docs/CONFIGURATION.md tells, what a misspelt name is compared with. */
export const settingsSchema = z.object({
  DIALWRIGHT_DATA: text('path', './data').describe(
    'Directory of database, recordings, audio, keys and compiled sources',
  ),
  DATABASE_URL: databaseUrl('the embedded database').describe('PostgreSQL 16 or newer, run by somebody else'),
  DIALWRIGHT_HTTP: hostPort('127.0.0.1:8080', 'any').describe('Address of the HTTP server; port 0 takes a free one'),
  DIALWRIGHT_SIP: hostPort('127.0.0.1:5060', 'ipv4').describe('Address of SIP, UDP; RTP is bound to the same host'),
  DIALWRIGHT_RTP_PORTS: portRange('20000-23999').describe('UDP ports of RTP; the even ones are used, one a call'),
  DIALWRIGHT_PUBLIC_ADDRESS: publicAddress('the host of `DIALWRIGHT_SIP`').describe(
    'Address that the far end sees in SIP and SDP; needed when `DIALWRIGHT_SIP` listens on 0.0.0.0',
  ),
  DIALWRIGHT_EGRESS: networks('any').describe(
    'Where webhooks and HTTP blocks may connect: public addresses, this machine, or these networks alone',
  ),
  DIALWRIGHT_ESPEAK: text('program', 'espeak-ng').describe(
    'Program that speaks the texts of scenarios: its name on PATH, or where it lies; see SPEECH.md',
  ),
  DIALWRIGHT_SECRET_KEY: secretKey('`secret.key` in the data directory, made at the first start').describe(
    'Key of the secrets at rest',
  ),
  DIALWRIGHT_ADMIN_LOGIN: text('text', 'admin').describe('Login of the first owner'),
  DIALWRIGHT_ADMIN_PASSWORD: password(8, 'made and printed once').describe('Password of the first owner'),
  DIALWRIGHT_PROVISION: optionalText('path', 'none').describe(
    'Provisioning file (YAML or JSON) applied at every start',
  ),
  DIALWRIGHT_NODE: text('text', hostname(), "the machine's host name").describe('Name of this node in its cluster'),
  DIALWRIGHT_DRAIN_SECONDS: wholeNumber(60, 1, 86_400).describe(
    'Seconds that live calls may take to finish after SIGTERM',
  ),
  DIALWRIGHT_RATE_LIMIT: perMinute(1_200).describe('Requests a minute and token'),
  DIALWRIGHT_LOGIN_LIMIT: perMinute(10).describe('Logins a minute and address, right or wrong'),
  DIALWRIGHT_KILL_AT: kills().describe(
    'For crash tests: what is killed with SIGKILL when a named point is passed for the N-th time',
  ),
  DIALWRIGHT_LOG: choice(['trace', 'debug', 'info', 'warn', 'error', 'silent'], 'info').describe(
    'Least level that is logged',
  ),
})

export type Config = {
  readonly dataDirectory: string
  readonly databaseUrl: string | undefined
  readonly http: HostPort
  readonly sip: HostPort
  readonly rtpPorts: PortRange | 'ephemeral'
  readonly publicAddress: string | undefined
  readonly egress: 'any' | 'loopback' | readonly string[]
  /** Name on PATH, or path. */
  readonly espeak: string
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
 * Reads the settings: the environment over the file named by DIALWRIGHT_CONFIG over the defaults. NAME may also be given as
 * NAME_FILE, the path of a file that holds its value.
 * @throws {ConfigError} `CONFIG_INVALID` with every mistake: wrong values, names that do not exist, files that cannot be read.
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>> = process.env): Config {
  const gathered = gatherSettings(Object.keys(settingsSchema.shape), environment)
  const problems = [...gathered.problems, ...contradictions(gathered.values)]
  const parsed = settingsSchema.safeParse(gathered.values)
  if (!parsed.success) {
    for (const { path, message } of parsed.error.issues) {
      const name = path.join('.')
      problems.push(`${gathered.headings[name] ?? name}: ${message}`)
    }
    throw new ConfigError(problems)
  }
  const values = parsed.data
  if (problems.length > 0) throw new ConfigError(problems)
  return Object.freeze({
    dataDirectory: resolve(values.DIALWRIGHT_DATA),
    databaseUrl: values.DATABASE_URL,
    http: values.DIALWRIGHT_HTTP,
    sip: values.DIALWRIGHT_SIP,
    rtpPorts: values.DIALWRIGHT_RTP_PORTS,
    publicAddress: values.DIALWRIGHT_PUBLIC_ADDRESS,
    egress: values.DIALWRIGHT_EGRESS,
    espeak: values.DIALWRIGHT_ESPEAK,
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

/**
 * Keeps what is compiled from the sources in the data directory, for the next start of this process and of those that it starts:
 * compiling them anew is half of a start. A directory that cannot be written to costs that and nothing else, and may be deleted at
 * any time; whoever sets NODE_COMPILE_CACHE or NODE_DISABLE_COMPILE_CACHE has decided otherwise.
 * @param dataDirectory  Is there.
 */
export function keepCompiled(dataDirectory: string): void {
  const kept = join(dataDirectory, 'compile-cache')
  if (enableCompileCache(kept).directory !== undefined) process.env.NODE_COMPILE_CACHE ??= kept
}

/** Settings that are right one by one and wrong together; read from the texts, so that they are told with every other mistake. */
function contradictions(texts: Readonly<Record<string, string>>): string[] {
  const isEverywhere = texts.DIALWRIGHT_SIP?.startsWith('0.0.0.0:') === true
  if (!isEverywhere || texts.DIALWRIGHT_PUBLIC_ADDRESS !== undefined) return []
  return [
    'DIALWRIGHT_PUBLIC_ADDRESS: needed, because DIALWRIGHT_SIP listens on every address (0.0.0.0): the address of this machine that the far end can reach',
  ]
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
