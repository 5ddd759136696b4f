/** SIP URIs and name-addr (RFC 3261 §19.1, §20.10), as far as a user agent reads and writes them. */
import { SipError } from '../errors.ts'
import { parameterMap, splitHostPort, unquote } from './message.ts'
import { splitList } from './parse.ts'

export type SipUri = {
  readonly scheme: 'sip' | 'sips' | 'tel'
  readonly user: string | undefined
  readonly host: string
  readonly port: number | undefined
  readonly parameters: ReadonlyMap<string, string>
}

/** Undefined when the text is no URI we can speak to. */
export function parseUri(text: string): SipUri | undefined {
  const colon = text.indexOf(':')
  const scheme = text.slice(0, colon).toLowerCase()
  if (scheme !== 'sip' && scheme !== 'sips' && scheme !== 'tel') return undefined
  const [withoutHeaders = ''] = text.slice(colon + 1).split('?')
  const [address = '', ...parameters] = withoutHeaders.split(';')
  if (scheme === 'tel')
    return { scheme, user: address, host: '', port: undefined, parameters: parameterMap(parameters) }
  const at = address.lastIndexOf('@')
  const { host, port } = splitHostPort(address.slice(at + 1))
  if (host === '' || (port !== undefined && !(port > 0 && port < 65_536))) return undefined
  return {
    scheme,
    user: at < 0 ? undefined : decodeUser(address.slice(0, at)),
    host,
    port,
    parameters: parameterMap(parameters),
  }
}

export type NameAddress = {
  readonly displayName: string
  readonly uri: string
  readonly parameters: ReadonlyMap<string, string>
}

/** Reads From, To, Contact, Route values: `"Name" <uri>;tag=x` or `uri;tag=x`. */
export function parseNameAddress(value: string): NameAddress {
  const open = value.indexOf('<', quotedEnd(value))
  if (open < 0) {
    const [uri = '', ...parameters] = value.split(';')
    return { displayName: '', uri: uri.trim(), parameters: parameterMap(parameters) }
  }
  const close = value.indexOf('>', open)
  const displayName = unquote(value.slice(0, open).trim())
  const parameters = close < 0 ? [] : splitList(value.slice(close + 1), ';')
  return {
    displayName,
    uri: value.slice(open + 1, close < 0 ? undefined : close),
    parameters: parameterMap(parameters),
  }
}

/** Where a leading quoted string ends, 0 when there is none: what stands inside of it is no address. */
function quotedEnd(value: string): number {
  const start = value.indexOf('"')
  if (start < 0 || value.slice(0, start).trim() !== '') return 0
  for (let i = start + 1; i < value.length; i++) {
    if (value[i] === '\\') i++
    else if (value[i] === '"') return i + 1
  }
  return 0
}

const userCharacters = /^[A-Za-z0-9\-_.!~*'()&=+$,;?/%#]*$/

/**
 * A SIP URI of a user at a host.
 * @throws {SipError} `SIP_UNSAFE_VALUE` when the user part has a character that RFC 3261 §25.1 forbids.
 */
export function sipUri(user: string | null, host: string, port?: number): string {
  if (user !== null && (!userCharacters.test(user) || user === '')) {
    throw new SipError('SIP_UNSAFE_VALUE', `Not a user part of a SIP URI: ${JSON.stringify(user)}`)
  }
  const escaped = user?.replaceAll('#', '%23') ?? null
  return `sip:${escaped === null ? '' : `${escaped}@`}${host}${port === undefined ? '' : `:${port}`}`
}

function decodeUser(user: string): string {
  try {
    return decodeURIComponent(user)
  } catch {
    return user
  }
}
