/** Reads a datagram as a SIP message, under hard limits and without regular expressions that backtrack (RFC 3261 §7, §25). */
import { SipError } from '../errors.ts'
import type { Header, SipMessage } from './message.ts'

export const limits = { datagramBytes: 8_192, headers: 64, lineChars: 2_048, vias: 16 } as const

/** RFC 3261 §7.3.3 and later registrations. */
const compactForms: ReadonlyMap<string, string> = new Map([
  ['c', 'Content-Type'],
  ['e', 'Content-Encoding'],
  ['f', 'From'],
  ['i', 'Call-ID'],
  ['k', 'Supported'],
  ['l', 'Content-Length'],
  ['m', 'Contact'],
  ['o', 'Event'],
  ['r', 'Refer-To'],
  ['s', 'Subject'],
  ['t', 'To'],
  ['v', 'Via'],
  ['x', 'Session-Expires'],
])
const irregular: ReadonlyMap<string, string> = new Map([
  ['call-id', 'Call-ID'],
  ['cseq', 'CSeq'],
  ['www-authenticate', 'WWW-Authenticate'],
  ['mime-version', 'MIME-Version'],
  ['rack', 'RAck'],
  ['rseq', 'RSeq'],
])
/** Headers whose values may be joined by commas and are always meant as a list. */
const listHeaders = new Set(['Via', 'Route', 'Record-Route', 'Contact'])

/** The canonical spelling of a header's name. */
export function canonicalName(name: string): string {
  const lower = name.toLowerCase()
  return (
    compactForms.get(lower) ??
    irregular.get(lower) ??
    lower
      .split('-')
      .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
      .join('-')
  )
}

/**
 * @param text  One datagram in latin1, so that a byte is a character and Content-Length counts right.
 * @throws {SipError} `SIP_MALFORMED` with what was expected.
 */
export function parseMessage(text: string): SipMessage {
  if (text.length > limits.datagramBytes) throw malformed(`more than ${limits.datagramBytes} bytes`)
  const headEnd = findHeadEnd(text)
  const lines = unfold(text.slice(0, headEnd.at))
  const [startLine, ...headerLines] = lines
  if (startLine === undefined || startLine === '') throw malformed('no start line')
  const headers = parseHeaders(headerLines)
  const body = cutBody(text.slice(headEnd.bodyAt), headers)
  for (const name of ['Call-ID', 'CSeq', 'From', 'To', 'Via']) {
    if (!headers.some(([other]) => other === name)) throw malformed(`no ${name} header`)
  }
  const message = startLine.startsWith('SIP/')
    ? parseStatusLine(startLine, headers, body)
    : parseRequestLine(startLine, headers, body)
  checkCseq(message)
  return message
}

function findHeadEnd(text: string): { at: number; bodyAt: number } {
  const crlf = text.indexOf('\r\n\r\n')
  if (crlf >= 0) return { at: crlf, bodyAt: crlf + 4 }
  const lf = text.indexOf('\n\n')
  if (lf >= 0) return { at: lf, bodyAt: lf + 2 }
  return { at: text.length, bodyAt: text.length }
}

/** Splits into lines and joins folded ones (RFC 3261 §7.3.1). */
function unfold(head: string): string[] {
  const lines: string[] = []
  for (const raw of head.split('\n')) {
    const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw
    if (line.length > limits.lineChars) throw malformed(`a line of more than ${limits.lineChars} characters`)
    // A bare CR or a NUL could not be printed again when a response copies its header.
    if (line.includes('\r') || line.includes('\0')) throw malformed('a bare CR or a NUL in a line')
    const last = lines.length - 1
    if ((line.startsWith(' ') || line.startsWith('\t')) && last > 0) {
      const joined = `${lines[last]} ${line.trim()}`
      if (joined.length > limits.lineChars) throw malformed(`a line of more than ${limits.lineChars} characters`)
      lines[last] = joined
    } else lines.push(line)
  }
  return lines
}

function parseHeaders(lines: readonly string[]): Header[] {
  const headers: Header[] = []
  for (const line of lines) {
    const colon = line.indexOf(':')
    const name = colon < 0 ? '' : line.slice(0, colon).trim()
    if (!isToken(name)) throw malformed(`not a header: ${line.slice(0, 40)}`)
    const canonical = canonicalName(name)
    const value = line.slice(colon + 1).trim()
    const values = listHeaders.has(canonical) ? splitList(value) : [value]
    for (const one of values) headers.push([canonical, one])
    if (headers.length > limits.headers) throw malformed(`more than ${limits.headers} headers`)
  }
  if (headers.filter(([name]) => name === 'Via').length > limits.vias)
    throw malformed(`more than ${limits.vias} Via headers`)
  return headers
}

/** Splits at commas (or another separator) that stand outside of quotes and angle brackets. */
export function splitList(value: string, separator: ',' | ';' = ','): string[] {
  const parts: string[] = []
  let start = 0
  let isQuoted = false
  let depth = 0
  for (let i = 0; i < value.length; i++) {
    const character = value[i]
    if (isQuoted) {
      if (character === '\\') i++
      else if (character === '"') isQuoted = false
    } else if (character === '"') isQuoted = true
    else if (character === '<') depth++
    else if (character === '>') depth--
    else if (character === separator && depth === 0) {
      parts.push(value.slice(start, i).trim())
      start = i + 1
    }
  }
  parts.push(value.slice(start).trim())
  return parts.filter((part) => part !== '')
}

/** Content-Length decides over UDP as well (RFC 3261 §18.3): less than what came is cut, more is an error. */
function cutBody(rest: string, headers: readonly Header[]): string {
  const stated = headers.find(([name]) => name === 'Content-Length')?.[1]
  if (stated === undefined) return rest
  if (!isDigits(stated)) throw malformed('Content-Length is not a number')
  const length = Number(stated)
  if (length > rest.length) throw malformed(`Content-Length ${length}, but ${rest.length} bytes came`)
  return rest.slice(0, length)
}

function parseStatusLine(line: string, headers: readonly Header[], body: string): SipMessage {
  if (!line.toUpperCase().startsWith('SIP/2.0 ')) throw malformed('the version is not SIP/2.0')
  const rest = line.slice(8).trimStart()
  const status = rest.slice(0, 3)
  // A fourth digit is no reason phrase.
  if (rest.length > 3 && rest[3] !== ' ') throw malformed('the status is not of three digits')
  if (!isDigits(status) || Number(status) < 100 || Number(status) > 699) throw malformed('the status is not 100 to 699')
  return { kind: 'response', status: Number(status), reason: rest.slice(3).trim(), headers, body }
}

function parseRequestLine(line: string, headers: readonly Header[], body: string): SipMessage {
  const first = line.indexOf(' ')
  const last = line.lastIndexOf(' ')
  const method = line.slice(0, first)
  const uri = line.slice(first + 1, last)
  if (first <= 0 || last <= first || !isToken(method) || uri === '' || uri.includes(' '))
    throw malformed('not a request line')
  if (line.slice(last + 1).toUpperCase() !== 'SIP/2.0') throw malformed('the version is not SIP/2.0')
  return { kind: 'request', method, uri, headers, body }
}

function checkCseq(message: SipMessage): void {
  const value = message.headers.find(([name]) => name === 'CSeq')?.[1] ?? ''
  const [number = '', method = ''] = value.split(' ').filter((part) => part !== '')
  if (!isDigits(number) || Number(number) > 2 ** 31 - 1 || method === '')
    throw malformed('CSeq is not a number and a method')
  if (message.kind === 'request' && method !== message.method) throw malformed('CSeq names another method')
}

export function isToken(text: string): boolean {
  if (text === '') return false
  for (const character of text) {
    const isAlphanumeric =
      (character >= 'a' && character <= 'z') ||
      (character >= 'A' && character <= 'Z') ||
      (character >= '0' && character <= '9')
    if (!isAlphanumeric && !"-.!%*_+`'~".includes(character)) return false
  }
  return true
}

function isDigits(text: string): boolean {
  if (text === '' || text.length > 10) return false
  for (const character of text) if (character < '0' || character > '9') return false
  return true
}

function malformed(what: string): SipError {
  return new SipError('SIP_MALFORMED', `Not a SIP message: ${what}`)
}
