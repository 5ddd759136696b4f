/** Writes a SIP message, refusing any value that would break out of its line: to, from and names come from customers' files. */
import { SipError } from '../errors.ts'
import type { SipMessage } from './message.ts'
import { isToken } from './parse.ts'

/**
 * @returns The datagram in latin1 (bodies are ASCII SDP); Content-Length is set here.
 * @throws {SipError} `SIP_UNSAFE_VALUE` on CR, LF or NUL in any part, or a name that is no token.
 */
export function serializeMessage(message: SipMessage): string {
  const start =
    message.kind === 'request'
      ? `${safe(message.method)} ${safe(message.uri)} SIP/2.0`
      : `SIP/2.0 ${message.status} ${safe(message.reason)}`
  let text = `${start}\r\n`
  for (const [name, value] of message.headers) {
    if (name === 'Content-Length') continue
    if (!isToken(name)) throw new SipError('SIP_UNSAFE_VALUE', `Not a header name: ${JSON.stringify(name)}`)
    text += `${name}: ${safe(value)}\r\n`
  }
  return `${text}Content-Length: ${message.body.length}\r\n\r\n${message.body}`
}

function safe(value: string): string {
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i)
    if (code === 13 || code === 10 || code === 0) {
      throw new SipError('SIP_UNSAFE_VALUE', `A line break or NUL in ${JSON.stringify(value.slice(0, 60))}`)
    }
  }
  return value
}
