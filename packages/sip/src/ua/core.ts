/** What every call of an endpoint needs of it: requests with a Via, responses, requests inside a dialog. */
import { randomToken, type SipClock, type SipRandom } from '../clock.ts'
import type { Dialog } from '../dialog/dialog.ts'
import { cseq, type Header, header, type SipRequest, type SipResponse, tagOf } from '../message/message.ts'
import { sipUri } from '../message/uri.ts'
import type { ClientHandlers, TransactionLayer } from '../transaction/transaction-layer.ts'
import type { Answer } from './types.ts'

export type Core = {
  readonly layer: TransactionLayer
  /** Its timers never throw. */
  readonly clock: SipClock
  readonly random: SipRandom
  /** Address and port that Via and Contact name. */
  readonly sentBy: string
  readonly userAgent: string
  /** Runs a handler of the user; what it throws is reported and goes no further. */
  readonly guard: (action: () => void) => void
}

const allowedMethods = 'INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE'
export const allowHeader: Header = ['Allow', allowedMethods]

export function newTag(core: Core): string {
  return randomToken(core.random, 8)
}

/** Puts a fresh Via on top (RFC 3261 §8.1.1.7; rport by RFC 3581 §3). */
export function withVia(core: Core, message: SipRequest): SipRequest {
  const branch = `z9hG4bK${randomToken(core.random, 10)}`
  const headers: Header[] = [['Via', `SIP/2.0/UDP ${core.sentBy};branch=${branch};rport`], ...message.headers]
  return { ...message, headers: [...headers, ['User-Agent', core.userAgent]] }
}

/** @throws {SipError} `SIP_UNSAFE_VALUE` on a user part that RFC 3261 §25.1 forbids. */
export function contactHeader(core: Core, user: string | undefined): Header {
  return ['Contact', `<${sipUri(user ?? null, core.sentBy)}>`]
}

/** A response to a request (RFC 3261 §8.2.6.2): `toTag` is added when the request's To has none. */
export function responseTo(
  core: Core,
  request: SipRequest,
  status: number,
  defaultReason: string,
  toTag: string | null,
  answer: Answer = {},
): SipResponse {
  const isOfDialog = status > 100 && status < 300
  const copied = new Set(['Via', 'From', 'Call-ID', 'CSeq', ...(isOfDialog ? ['Record-Route'] : [])])
  const to = header(request, 'To') ?? ''
  const given = answer.headers ?? []
  const isSdp = answer.body !== undefined && answer.body !== '' && !given.some(([name]) => name === 'Content-Type')
  return {
    kind: 'response',
    status,
    reason: answer.reason ?? defaultReason,
    headers: [
      ...request.headers.filter(([name]) => copied.has(name)),
      ['To', tagOf(request, 'To') !== '' || toTag === null ? to : `${to};tag=${toTag}`],
      ['Server', core.userAgent],
      ...given,
      ...(isSdp ? [['Content-Type', 'application/sdp'] as const] : []),
    ],
    body: answer.body ?? '',
  }
}

/**
 * Sends a request of a dialog, answering challenges: a BYE that is challenged and not repeated leaves a billed call.
 * @throws {SipError} `SIP_UNSAFE_VALUE` when a header cannot be written; nothing has been sent then.
 */
export function sendInDialog(
  core: Core,
  dialog: Dialog,
  method: string,
  headers: readonly Header[],
  body: string,
  handlers: ClientHandlers,
): { abandon(): void } {
  let running: { abandon(): void }
  const attempt = (round: number): void => {
    const { message, to } = dialog.request(method, dialog.nextCseq(), headers, body)
    const auth = dialog.authorizer?.headers(method, message.uri) ?? []
    const request = withVia(core, { ...message, headers: [...message.headers, ...auth] })
    running = core.layer.request(request, to, {
      onFailure: handlers.onFailure,
      onResponse: (response, source) => {
        if (dialog.authorizer?.accept(request, response, round) === true) attempt(round + 1)
        else handlers.onResponse(response, source)
      },
    })
  }
  attempt(0)
  return { abandon: () => running.abandon() }
}

/** The ACK of a 2xx: the CSeq of its INVITE, and its credentials (RFC 3261 §13.2.2.4). */
export function sendAck(core: Core, dialog: Dialog, response: SipResponse, headers: readonly Header[] = []): void {
  const { message, to } = dialog.request('ACK', cseq(response).number, headers, '')
  core.layer.sendAck(withVia(core, message), to)
}

/** The CANCEL of an INVITE: its first Via, its route, its number (RFC 3261 §9.1). */
export function cancelOf(invite: SipRequest, headers: readonly Header[]): SipRequest {
  const kept = new Set(['Via', 'From', 'To', 'Call-ID', 'Max-Forwards', 'Route'])
  return {
    kind: 'request',
    method: 'CANCEL',
    uri: invite.uri,
    headers: [
      ...invite.headers.filter(([name]) => kept.has(name)),
      ['CSeq', `${cseq(invite).number} CANCEL`],
      ...headers,
    ],
    body: '',
  }
}
