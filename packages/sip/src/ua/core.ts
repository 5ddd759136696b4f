/** What every call of an endpoint needs of it: requests with a Via, digest answers, responses. */
import { authorize, type Credentials, chooseChallenge } from '../auth/digest.ts'
import { randomToken, type SipClock, type SipRandom } from '../clock.ts'
import type { Dialog } from '../dialog/dialog.ts'
import { cseq, type Header, header, headerValues, type SipRequest, type SipResponse } from '../message/message.ts'
import { parseNameAddress } from '../message/uri.ts'
import type { ClientHandlers, TransactionLayer } from '../transaction/transaction-layer.ts'
import type { Peer } from '../transport/udp.ts'
import type { Answer } from './types.ts'

export type Core = {
  readonly layer: TransactionLayer
  readonly clock: SipClock
  readonly random: SipRandom
  /** Address and port that Via and Contact name. */
  readonly sentBy: string
  readonly userAgent: string
}

export function newTag(core: Core): string {
  return randomToken(core.random, 8)
}

/** Puts a fresh Via on top (RFC 3261 §8.1.1.7; rport by RFC 3581 §3). */
export function withVia(
  core: Core,
  message: SipRequest,
  branch = `z9hG4bK${randomToken(core.random, 10)}`,
): SipRequest {
  const headers: Header[] = [['Via', `SIP/2.0/UDP ${core.sentBy};branch=${branch};rport`], ...message.headers]
  return { ...message, headers: [...headers, ['User-Agent', core.userAgent]] }
}

export function contactHeader(core: Core, user: string | undefined): Header {
  return ['Contact', `<sip:${user === undefined ? '' : `${user}@`}${core.sentBy}>`]
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
  const copied = new Set(['Via', 'From', 'Call-ID', 'CSeq', ...(status > 100 && status < 300 ? ['Record-Route'] : [])])
  const to = header(request, 'To') ?? ''
  const isTagged = parseNameAddress(to).parameters.has('tag')
  return {
    kind: 'response',
    status,
    reason: answer.reason ?? defaultReason,
    headers: [
      ...request.headers.filter(([name]) => copied.has(name)),
      ['To', isTagged || toTag === null ? to : `${to};tag=${toTag}`],
      ['Server', core.userAgent],
      ...(answer.headers ?? []),
    ],
    body: answer.body ?? '',
  }
}

/** Answers a digest challenge once: undefined when there is nothing to answer with, or the answer was refused already. */
export function authorization(
  core: Core,
  request: SipRequest,
  response: SipResponse,
  credentials: Credentials | null,
): Header | undefined {
  if (credentials === null || (response.status !== 401 && response.status !== 407)) return undefined
  const isProxy = response.status === 407
  const name = isProxy ? 'Proxy-Authorization' : 'Authorization'
  const challenge = chooseChallenge(headerValues(response, isProxy ? 'Proxy-Authenticate' : 'WWW-Authenticate'))
  if (challenge === undefined) return undefined
  // A second challenge to an answered request means wrong credentials, unless only the nonce had aged.
  if (header(request, name) !== undefined && !challenge.isStale) return undefined
  const answer = { method: request.method, uri: request.uri, nonceCount: 1, cnonce: randomToken(core.random, 8) }
  return [name, authorize(challenge, credentials, answer)]
}

/** The request again with an answer to its challenge: next CSeq, new branch (RFC 3261 §22.2). */
export function withAuthorization(request: SipRequest, auth: Header, nextCseq: number): SipRequest {
  const dropped = new Set(['Via', 'User-Agent', auth[0]])
  const headers = request.headers
    .filter(([name]) => !dropped.has(name))
    .map(([name, value]): Header => (name === 'CSeq' ? [name, `${nextCseq} ${request.method}`] : [name, value]))
  return { ...request, headers: [...headers, auth] }
}

/** Sends a request of a dialog, answering one challenge: a BYE that is challenged and not repeated leaves a billed call. */
export function sendInDialog(
  core: Core,
  dialog: Dialog,
  method: string,
  headers: readonly Header[],
  body: string,
  handlers: ClientHandlers,
): void {
  const { message, to } = dialog.request(method, dialog.nextCseq(), headers, body)
  const attempt = (request: SipRequest, target: Peer): void => {
    core.layer.request(request, target, {
      onFailure: handlers.onFailure,
      onResponse: (response, source) => {
        const auth = authorization(core, request, response, dialog.credentials)
        if (auth === undefined) handlers.onResponse(response, source)
        else attempt(withVia(core, withAuthorization(request, auth, dialog.nextCseq())), target)
      },
    })
  }
  attempt(withVia(core, message), to)
}

/** The ACK of a 2xx, its CSeq that of the INVITE (RFC 3261 §13.2.2.4). */
export function sendAck(core: Core, dialog: Dialog, response: SipResponse, body = ''): void {
  const { message, to } = dialog.request(
    'ACK',
    cseq(response).number,
    body === '' ? [] : [['Content-Type', 'application/sdp']],
    body,
  )
  core.layer.sendAck(withVia(core, message), to)
}
