/** What a user of this package sees of a call: what to ask for, what is told. */
import type { Credentials } from '../auth/digest.ts'
import type { DialogSnapshot } from '../dialog/dialog.ts'
import type { Header, SipRequest, SipResponse } from '../message/message.ts'
import type { Peer } from '../transport/udp.ts'

export type ReasonCause = { readonly protocol: string; readonly cause: number; readonly text: string }

export type InviteOptions = {
  readonly requestUri: string
  readonly from: { readonly uri: string; readonly displayName?: string | undefined }
  /** URI of To; absent: the request URI. */
  readonly to?: string | undefined
  /** User part of our Contact. */
  readonly contactUser?: string | undefined
  readonly target: Peer
  readonly callId: string
  readonly body?: string | undefined
  readonly contentType?: string | undefined
  readonly credentials?: Credentials | undefined
  readonly headers?: readonly Header[] | undefined
  /** How long it may ring before the stack cancels and tells `timeout`; absent: until the user cancels. */
  readonly inviteTimeoutMs?: number | undefined
  /** Hears each INVITE just before it leaves (a digest repeat is another one), as a later process needs it to take it back. */
  readonly onSend?: ((snapshot: InviteSnapshot) => void) | undefined
  /**
   * Hears the dialog that an answer has made, wanted or not, just before its ACK leaves: from then on a CANCEL takes nothing back,
   * and whoever comes after this process has to say BYE. A further branch of a fork is not told; it gets its BYE at once.
   */
  readonly onDialog?: ((snapshot: DialogSnapshot) => void) | undefined
}

/** An INVITE that may be under way; plain data. */
export type InviteSnapshot = { readonly request: SipRequest; readonly peer: Peer }

/** An INVITE that came to us and has no final answer yet; plain data. */
export type IncomingSnapshot = { readonly request: SipRequest; readonly source: Peer; readonly localTag: string }

/** A re-INVITE or UPDATE from the far end. An empty body of a re-INVITE asks us for an offer. */
export type Reoffer = {
  readonly method: 'INVITE' | 'UPDATE'
  /** Empty, of an INVITE alone: the offer is to come from us, in `respond`. */
  readonly body: string
  /** @param onAck  hears the body of the ACK: the answer to an offer that `body` was. Never called for UPDATE. */
  respond(body: string, onAck?: (body: string) => void): void
  reject(status: number): void
}

export type OutgoingCallEvent =
  /**
   * The first datagram has been handed to the kernel: from here on it may have arrived. Told inside `invite`, before it returns.
   */
  | { readonly type: 'sent' }
  | {
      readonly type: 'provisional'
      readonly status: number
      readonly reason: string
      readonly body: string
      readonly toTag: string
    }
  /** The ACK has left before this is told. */
  | {
      readonly type: 'answered'
      readonly body: string
      readonly response: SipResponse
      readonly snapshot: DialogSnapshot
    }
  | {
      readonly type: 'failed'
      /**
       * `timeout`: nothing of any kind came within 64*T1 (`hadProvisional` false) or it rang past `inviteTimeoutMs` (true).
       * `transport`: the network refused the INVITE. `cancelled`: by `cancel`.
       */
      readonly cause: 'response' | 'timeout' | 'transport' | 'cancelled'
      readonly status: number | null
      readonly reason: string | null
      readonly response: SipResponse | null
      readonly q850: number | null
      readonly reasons: readonly ReasonCause[]
      readonly retryAfterSeconds: number | null
      /** Somebody answered something: the far end is there, and a phone may have rung. */
      readonly hadProvisional: boolean
      /** A 200 crossed our CANCEL: it was ACKed and ended. */
      readonly crossed200: boolean
    }
  | InDialogEvent

export type IncomingCallEvent =
  /** The ACK of our 2xx; its body is the answer when the 2xx held the offer. */
  | { readonly type: 'acked'; readonly body: string; readonly snapshot: DialogSnapshot }
  | { readonly type: 'cancelled'; readonly reasons: readonly ReasonCause[] }
  /** Nobody ACKed our 2xx for 64*T1: the dialog was ended. */
  | { readonly type: 'ack-missing' }
  | InDialogEvent

export type InDialogEvent =
  | ({ readonly type: 'reoffer' } & Reoffer)
  | { readonly type: 'info'; readonly contentType: string; readonly body: string }
  | { readonly type: 'bye'; readonly reasons: readonly ReasonCause[]; readonly q850: number | null }
  /** Nothing follows and nobody is left on the line, as far as can be known; the call is forgotten. Told exactly once. */
  | { readonly type: 'ended' }

/** A final or provisional answer to an incoming request. A body is `application/sdp` unless the headers say otherwise. */
export type Answer = {
  readonly reason?: string | undefined
  readonly headers?: readonly Header[] | undefined
  readonly body?: string | undefined
}

export type TraceEntry = { readonly direction: 'in' | 'out'; readonly text: string; readonly peer: Peer }

export type { Credentials, DialogSnapshot, Header, Peer, SipRequest, SipResponse }
