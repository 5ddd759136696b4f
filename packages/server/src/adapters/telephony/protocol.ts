/**
 * What main and the telephony process say to each other, over Node's IPC channel with advanced serialisation. Commands are
 * idempotent by leg id. Instants are stamped by main on arrival: it alone knows the store's time.
 */
import type { OriginateRequest, TelephonyEvent, TelephonyHealth } from '@dialwright/dialer'

export type HostOptions = {
  readonly sip: { readonly host: string; readonly port: number }
  readonly rtpPorts: { readonly from: number; readonly to: number } | 'ephemeral'
  /** Address the far end is told in Contact and SDP. */
  readonly publicAddress: string
  /** Directory of the dialog journal. */
  readonly journalDirectory: string
}

export type HostCommand =
  | { readonly type: 'start'; readonly options: HostOptions }
  | { readonly type: 'originate'; readonly request: OriginateRequest }
  | { readonly type: 'load-prompt'; readonly promptId: string; readonly samples: Int16Array }
  | { readonly type: 'play'; readonly legId: string; readonly playId: string; readonly promptIds: readonly string[] }
  | { readonly type: 'stop'; readonly legId: string; readonly playId: string }
  | { readonly type: 'send-dtmf'; readonly legId: string; readonly digits: string }
  | { readonly type: 'hangup'; readonly legId: string }
  | { readonly type: 'health'; readonly requestId: number }
  | { readonly type: 'close'; readonly deadlineMs: number }

type WithoutStamp<Event> = Event extends unknown ? Omit<Event, 'at' | 'seq' | 'legId'> : never

/** An event before main has stamped it. */
export type LegEvent = WithoutStamp<TelephonyEvent>

export type HostMessage =
  | { readonly type: 'ready'; readonly sipPort: number }
  | { readonly type: 'failed'; readonly message: string }
  | { readonly type: 'event'; readonly legId: string; readonly event: LegEvent }
  | { readonly type: 'health'; readonly requestId: number; readonly health: TelephonyHealth }
