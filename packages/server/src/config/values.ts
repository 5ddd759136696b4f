/** The forms that a setting's text can have: each is read strictly, and a mistake says what would be right. */
import ipaddr from 'ipaddr.js'
import { z } from 'zod'
import { parseSecretKey } from '../adapters/secrets/secret-key.ts'
import { faultPoints, faultVictims, type Kill, parseKill } from '../dialing/faults.ts'

/** What the table of docs/CONFIGURATION.md tells of a setting besides its description. */
export type SettingMeta = {
  readonly description?: string | undefined
  readonly form?: string | undefined
  readonly fallback?: string | undefined
}

/** Reads a text; a string as the result is the mistake, told to the user. */
type Reading<Value> = { readonly value: Value } | { readonly mistake: string }

/** A setting with a default, which is read like any text that is given. */
function setting<Value>(form: string, fallback: string, read: (text: string) => Reading<Value>) {
  return z
    .string()
    .default(fallback)
    .transform((text, context) => take(read(text), context))
    .meta({ form, fallback: fallback === '' ? 'none' : fallback })
}

/** A setting that may be absent. */
export function optional<Value>(form: string, absent: string, read: (text: string) => Reading<Value>) {
  return z
    .string()
    .transform((text, context) => take(read(text), context))
    .optional()
    .meta({ form, fallback: absent })
}

function take<Value>(reading: Reading<Value>, context: z.core.$RefinementCtx): Value {
  if ('value' in reading) return reading.value
  context.addIssue({ code: 'custom', message: reading.mistake })
  return z.NEVER
}

/** Decimal digits and nothing else: `Number` alone would take `0x50`, `1e3`, ` 7 ` and the empty text. */
function readWhole(text: string, least: number, most: number): number | null {
  if (!/^\d{1,15}$/.test(text)) return null
  const value = Number(text)
  return value >= least && value <= most ? value : null
}

const isIpv4 = (host: string): boolean => ipaddr.IPv4.isValidFourPartDecimal(host)

/** A name with at least one letter in its last label: `127.1` and `0x7f.1` are addresses in disguise, not names. */
const isHostName = (host: string): boolean =>
  host.length <= 253 && /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/i.test(host)

export type HostPort = { readonly host: string; readonly port: number }

/**
 * `host:port`, or a port alone with the default's host.
 * @param hosts  `any`: names, IPv4, IPv6 in brackets; `ipv4`: what a UDP socket of SIP and RTP is bound to.
 */
export function hostPort(fallback: string, hosts: 'any' | 'ipv4') {
  const standardHost = fallback.slice(0, fallback.lastIndexOf(':'))
  const form = hosts === 'any' ? '`host:port`, `[ipv6]:port` or a port' : '`ipv4:port` or a port'
  return setting(form, fallback, (text): Reading<HostPort> => {
    const mistake = (found: string): Reading<HostPort> => ({
      mistake: `${found}; expected host:port, like ${fallback}`,
    })
    if (ipaddr.IPv6.isValid(text))
      return hosts === 'any'
        ? { mistake: `an IPv6 address stands in brackets and has a port: [${text}]:${fallback.split(':').at(-1)}` }
        : mistake('SIP and RTP use IPv4')
    const [, given, portText = ''] = /^(?:(.*):)?([^:]*)$/s.exec(text) ?? []
    if (given === undefined && !/^\d+$/.test(text)) return mistake(`"${text}" has no port`)
    if (portText === '') return mistake(`the port behind "${text}" is missing`)
    const port = readWhole(portText, 0, 65_535)
    if (port === null) return mistake(`"${portText}" is no port: those are 0 to 65535, in decimal digits`)
    if (given === undefined) return { value: { host: standardHost, port } }
    if (given === '') return mistake(`the host before ":${portText}" is missing (0.0.0.0 is every address)`)
    const bracketed = /^\[(.*)\]$/s.exec(given)?.[1]
    if (bracketed !== undefined && hosts === 'any' && ipaddr.IPv6.isValid(bracketed))
      return { value: { host: bracketed, port } }
    const isHost = isIpv4(given) || (hosts === 'any' && isHostName(given))
    if (isHost) return { value: { host: given, port } }
    return mistake(hosts === 'any' ? `"${given}" is no host` : `"${given}" is no IPv4 address`)
  })
}

/** An address or a name under which the far end reaches us. */
export function publicAddress(absent: string) {
  return optional('IPv4 address or host name', absent, (text): Reading<string> => {
    if (text === '0.0.0.0') return { mistake: '0.0.0.0 is no address that the far end can send to' }
    if (isIpv4(text) || isHostName(text)) return { value: text }
    return { mistake: `expected an IPv4 address or a host name without a port, like 203.0.113.7, found "${text}"` }
  })
}

export function portRange(fallback: string) {
  return setting('`FROM-TO` within 1024-65535, or `ephemeral`', fallback, (text): Reading<PortRange | 'ephemeral'> => {
    if (text === 'ephemeral') return { value: text }
    const ends = text.split('-').map((end) => readWhole(end, 1024, 65_535))
    const [from, to] = ends
    if (ends.length !== 2 || typeof from !== 'number' || typeof to !== 'number' || from >= to)
      return { mistake: `expected FROM-TO within 1024-65535, like ${fallback}, or "ephemeral", found "${text}"` }
    return { value: { from, to } }
  })
}
export type PortRange = { readonly from: number; readonly to: number }

/** `any`: public targets; `loopback`: this machine alone; a list: these networks alone, private ones among them. */
export function networks(fallback: 'any' | 'loopback') {
  return setting(
    '`any`, `loopback`, or networks like `10.0.0.0/8,192.0.2.7/32`',
    fallback,
    (text): Reading<'any' | 'loopback' | readonly string[]> => {
      if (text === 'any' || text === 'loopback') return { value: text }
      const given = text.split(',').map((network) => network.trim())
      const wrong = given.filter((network) => !ipaddr.isValidCIDR(network))
      if (wrong.length === 0) return { value: given }
      return {
        mistake: `expected "any", "loopback" or networks like 10.0.0.0/8; not a network: "${wrong.join('", "')}"`,
      }
    },
  )
}

export function wholeNumber(fallback: number, least: number, most: number) {
  return setting(`whole number, ${least} to ${most}`, String(fallback), (text): Reading<number> => {
    const value = readWhole(text, least, most)
    if (value !== null) return { value }
    return { mistake: `expected a whole number of ${least} to ${most} in decimal digits, found "${text}"` }
  })
}

/** A number a minute, or `off`. */
export function perMinute(fallback: number) {
  return setting('whole number above 0, or `off`', String(fallback), (text): Reading<number | null> => {
    if (text === 'off') return { value: null }
    const value = readWhole(text, 1, 1_000_000_000)
    if (value !== null) return { value }
    return { mistake: `expected a whole number above 0 in decimal digits, or "off", found "${text}"` }
  })
}

/** Any text that is not empty; a text that is given and empty counts as absent before it comes here. */
export function text(form: string, fallback: string, toldFallback = fallback) {
  return z.string().min(1).default(fallback).meta({ form, fallback: toldFallback })
}

export function optionalText(form: string, absent: string) {
  return z.string().min(1).optional().meta({ form, fallback: absent })
}

/** The mistake never holds what was found: it may be a password. */
export function password(least: number, absent: string) {
  return optional(`at least ${least} characters`, absent, (found): Reading<string> => {
    if ([...found].length >= least) return { value: found }
    return { mistake: `expected at least ${least} characters, found ${[...found].length}` }
  })
}

/** The text itself goes on; here it is only looked at, so that a wrong one is told with everything else. */
export function secretKey(absent: string) {
  return optional('32 bytes in base64 or hex', absent, (found): Reading<string> => {
    try {
      parseSecretKey(found, 'DIALWRIGHT_SECRET_KEY')
      return { value: found }
    } catch (error) {
      return { mistake: error instanceof Error ? error.message : String(error) }
    }
  })
}

/** The password of an address may be anywhere in a wrong one: nothing of it is told. */
export function databaseUrl(absent: string) {
  return optional('`postgresql://user:password@host:port/database`', absent, (found): Reading<string> => {
    if (/^postgres(?:ql)?:\/\/\S+$/.test(found)) return { value: found }
    return { mistake: 'expected postgresql://user:password@host:port/database' }
  })
}

export function choice<const Names extends readonly [string, ...string[]]>(names: Names, fallback: Names[number]) {
  const form = names.map((name) => `\`${name}\``).join(', ')
  return setting(form, fallback, (found): Reading<Names[number]> => {
    const name = names.find((one) => one === found)
    return name === undefined ? { mistake: `expected one of ${names.join(', ')}, found "${found}"` } : { value: name }
  })
}

/** `VICTIM:POINT#N`, separated by commas: see dialing/faults.ts. */
export function kills() {
  return setting('`VICTIM:POINT#N`, separated by commas', '', (text): Reading<readonly Kill[]> => {
    const given = text.split(',').filter((one) => one !== '')
    const read = given.map(parseKill).filter((kill) => kill !== null)
    if (read.length === given.length) return { value: read }
    const wrong = given.find((one) => parseKill(one) === null)
    return {
      mistake: `expected VICTIM:POINT#N, like telephony:after-invite#3, found "${wrong}"; victims: ${faultVictims.join(', ')}; points: ${faultPoints.join(', ')}`,
    }
  })
}
