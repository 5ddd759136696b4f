/**
 * What main and the telephony process say to each other, over Node's IPC channel with advanced serialisation. Commands are
 * idempotent by leg id. Instants are stamped by main on arrival: it alone knows the store's time.
 */
import type {
  Admission,
  AnswerRequest,
  IncomingCall,
  OriginateRequest,
  QueuedSpeech,
  Registration,
  RegistrationState,
  TelephonyEvent,
  TelephonyHealth,
} from '@dialwright/dialer'
import type { Kill } from '../../dialing/faults.ts'

export type HostOptions = {
  readonly sip: { readonly host: string; readonly port: number }
  readonly rtpPorts: { readonly from: number; readonly to: number } | 'ephemeral'
  /** Address the far end is told in Contact and SDP. */
  readonly publicAddress: string
  /** Directory of the leg journal. */
  readonly journalDirectory: string
  /** Sound of a far end that stays away this long is told as lost; absent: as the media engine has it. */
  readonly mediaLostAfterMs?: number | undefined
}

export type HostCommand =
  /** `killAt`: for crash tests alone, kills at points inside this process. */
  | { readonly type: 'start'; readonly options: HostOptions; readonly killAt: readonly Kill[] }
  | { readonly type: 'originate'; readonly request: OriginateRequest }
  | { readonly type: 'load-prompt'; readonly promptId: string; readonly samples: Int16Array }
  | { readonly type: 'unload-prompt'; readonly promptId: string }
  | { readonly type: 'play'; readonly legId: string; readonly playId: string; readonly promptIds: readonly string[] }
  | { readonly type: 'stop'; readonly legId: string; readonly playId: string }
  | { readonly type: 'send-dtmf'; readonly legId: string; readonly digits: string }
  | { readonly type: 'hangup'; readonly legId: string; readonly speech: QueuedSpeech }
  | { readonly type: 'bridge'; readonly legId: string; readonly otherLegId: string }
  | { readonly type: 'unbridge'; readonly legId: string }
  | { readonly type: 'register'; readonly lines: readonly Registration[] }
  | { readonly type: 'admit'; readonly sources: readonly Admission[] }
  | { readonly type: 'ring'; readonly legId: string }
  | { readonly type: 'answer'; readonly legId: string; readonly request: AnswerRequest }
  | { readonly type: 'reject'; readonly legId: string; readonly status: number }
  | { readonly type: 'health'; readonly requestId: number }
  | { readonly type: 'close'; readonly deadlineMs: number }

type WithoutStamp<Event> = Event extends unknown ? Omit<Event, 'at' | 'seq' | 'legId'> : never

/** An event before main has stamped it. */
export type LegEvent = WithoutStamp<TelephonyEvent>

/** A registration's state before main has stamped it. */
export type LineState = Omit<RegistrationState, 'at' | 'until'> & {
  /** How long the provider keeps it from now on; null: it does not. */
  readonly forMs: number | null
}

/** A call that came in, before main has stamped it. */
export type Arrival = Omit<IncomingCall, 'at'>

export type HostMessage =
  | { readonly type: 'ready'; readonly sipPort: number }
  | { readonly type: 'failed'; readonly message: string }
  /** A crash test's point has been passed: the process stands still there until main kills it. */
  | { readonly type: 'kill'; readonly kill: Kill }
  | { readonly type: 'registration'; readonly state: LineState }
  | { readonly type: 'incoming'; readonly call: Arrival }
  | { readonly type: 'event'; readonly legId: string; readonly event: LegEvent }
  | { readonly type: 'health'; readonly requestId: number; readonly health: TelephonyHealth }
