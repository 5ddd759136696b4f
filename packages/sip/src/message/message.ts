/** A SIP message (RFC 3261 §7): start line, ordered headers, body. Immutable; header names are in their canonical spelling. */

export type Header = readonly [name: string, value: string]

export type SipRequest = {
  readonly kind: 'request'
  readonly method: string
  readonly uri: string
  readonly headers: readonly Header[]
  readonly body: string
}

export type SipResponse = {
  readonly kind: 'response'
  readonly status: number
  readonly reason: string
  readonly headers: readonly Header[]
  readonly body: string
}

export type SipMessage = SipRequest | SipResponse

/** The first value of a header, or undefined. `name` in canonical spelling. */
export function header(message: SipMessage, name: string): string | undefined {
  return message.headers.find(([other]) => other === name)?.[1]
}

/** The tag of From or To, '' when there is none. */
export function tagOf(message: SipMessage, name: 'From' | 'To'): string {
  const value = header(message, name) ?? ''
  const close = value.lastIndexOf('>')
  const [, ...parameters] = value.slice(close + 1).split(';')
  return parameterMap(parameters).get('tag') ?? ''
}

/** Every value of a header, in order. */
export function headerValues(message: SipMessage, name: string): string[] {
  return message.headers.filter(([other]) => other === name).map(([, value]) => value)
}

/** CSeq in its two parts (RFC 3261 §20.16). */
export function cseq(message: SipMessage): { number: number; method: string } {
  const [number = '0', method = ''] = (header(message, 'CSeq') ?? '').trim().split(/\s+/, 2)
  return { number: Number(number), method }
}

/** The topmost Via, parsed (RFC 3261 §20.42). */
export function topVia(message: SipMessage): Via | undefined {
  const value = header(message, 'Via')
  return value === undefined ? undefined : parseVia(value)
}

export type Via = {
  readonly transport: string
  readonly host: string
  readonly port: number | undefined
  readonly parameters: ReadonlyMap<string, string>
}

/** `SIP / 2.0 / UDP host : port ; parameters`, blanks anywhere the grammar allows them. */
function parseVia(value: string): Via | undefined {
  const second = value.indexOf('/', value.indexOf('/') + 1)
  const rest = value.slice(second + 1).trimStart()
  const blank = rest.search(/[ \t]/)
  if (second <= 0 || blank < 0) return undefined
  const [sentBy = '', ...parameters] = rest.slice(blank + 1).split(';')
  const { host, port } = splitHostPort(sentBy.trim())
  return {
    transport: rest.slice(0, blank).toUpperCase(),
    host: host.trim(),
    port,
    parameters: parameterMap(parameters),
  }
}

/** `name=value` pairs; a parameter without value maps to ''. Names in lower case. */
export function parameterMap(parts: readonly string[]): Map<string, string> {
  const map = new Map<string, string>()
  for (const part of parts) {
    const equals = part.indexOf('=')
    const name = (equals < 0 ? part : part.slice(0, equals)).trim().toLowerCase()
    if (name !== '') map.set(name, equals < 0 ? '' : unquote(part.slice(equals + 1).trim()))
  }
  return map
}

export function unquote(value: string): string {
  return value.startsWith('"') && value.endsWith('"') && value.length > 1
    ? value.slice(1, -1).replace(/\\(.)/g, '$1')
    : value
}

/** `host`, `host:port`, `[v6]`, `[v6]:port`. */
export function splitHostPort(text: string): { host: string; port: number | undefined } {
  if (text.startsWith('[')) {
    const close = text.indexOf(']')
    const rest = text.slice(close + 1)
    return { host: text.slice(0, close + 1), port: rest.startsWith(':') ? Number(rest.slice(1)) : undefined }
  }
  const colon = text.lastIndexOf(':')
  return colon < 0
    ? { host: text, port: undefined }
    : { host: text.slice(0, colon), port: Number(text.slice(colon + 1)) }
}
