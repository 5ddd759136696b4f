/**
 * Calls as the dialing engine needs them. The native adapter runs SIP and media in a process of its own; a twin in memory
 * keeps the same promise for tests. Commands are idempotent by leg id.
 */

export type SipEvidence = { readonly code: number | null; readonly reason: string | null; readonly q850: number | null }

export type TrunkTarget = {
  readonly trunkId: string
  readonly host: string
  readonly port: number
  readonly username: string | null
  readonly password: string | null
  readonly fromDomain: string | null
  readonly codecs: readonly ('pcma' | 'pcmu')[]
}

export type OriginateRequest = {
  readonly legId: string
  /** Derived from the leg id, so that a late packet finds its leg. */
  readonly sipCallId: string
  readonly trunk: TrunkTarget
  /** User part of the request URI, already in the trunk's format. */
  readonly to: string
  /** User part of From; null: the trunk's user name. */
  readonly from: string | null
  readonly ringTimeoutMs: number
  /** No call without a ceiling. */
  readonly maxDurationMs: number
  /** WAV file that receives both sides; null: no recording. */
  readonly recordTo: string | null
}

/** A prompt: 8 kHz mono samples under a stable id, sent once and kept by the telephony process. */
export type Prompt = { readonly promptId: string; readonly samples: Int16Array }

export type TelephonyEvent = { readonly legId: string; readonly seq: number; readonly at: Temporal.Instant } & (
  | { readonly type: 'trying' }
  | { readonly type: 'ringing' }
  | { readonly type: 'early-media' }
  | { readonly type: 'answered'; readonly codec: 'pcma' | 'pcmu' }
  | { readonly type: 'dtmf'; readonly digit: string; readonly ms: number; readonly by: 'rfc4733' | 'info' }
  | { readonly type: 'play-done'; readonly playId: string; readonly reason: 'end' | 'stopped' | 'failed' }
  | { readonly type: 'media-lost' }
  | { readonly type: 'media-back' }
  | {
      readonly type: 'ended'
      /** `callee`: the far end; of a call that came in that is its caller. */
      readonly by: 'callee' | 'us' | 'timeout' | 'error'
      /**
       * What ended it. `response` carries the final SIP status in `sip`: what the callee answered, or what we answered a caller.
       * `cancelled` before the answer: by us, or by a caller who gave up.
       */
      readonly cause:
        | 'response'
        | 'no-response'
        | 'ring-timeout'
        | 'cancelled'
        | 'bye'
        | 'transport'
        | 'media'
        | 'max-duration'
        | 'lost'
      readonly sip: SipEvidence
      readonly retryAfterSeconds: number | null
      readonly wasAnswered: boolean
      readonly talkMs: number
      readonly error: string | null
    }
)

/** An address of record that we keep registered at a provider (RFC 3261 §10). */
export type Registration = {
  /** Stable: the number's id, or the trunk's where the trunk itself registers. */
  readonly lineId: string
  readonly trunk: TrunkTarget
  /** User part of the address of record; the trunk's user name, or the number's own login. */
  readonly user: string
  readonly username: string
  readonly password: string
  /** Asked for; the provider may shorten it. */
  readonly everySeconds: number
}

export type RegistrationState = {
  readonly lineId: string
  readonly at: Temporal.Instant
  /**
   * `refused`: the provider answered, and not with a 200 that names us. `unreachable`: no answer, or no address to ask; tried again,
   * like a refusal, in growing gaps. `ended`: taken back, the last word about a line.
   */
  readonly state: 'registered' | 'refused' | 'unreachable' | 'ended'
  /** Until when the provider keeps it, as far as it has said; null: it does not. */
  readonly until: Temporal.Instant | null
  readonly sipCode: number | null
  /** In words, for people: what the provider answered and what it means. */
  readonly message: string
}

/** Whose calls are let in, by address: everybody else's INVITE gets silence. The host is an address, or a name of one. */
export type Admission = { readonly trunkId: string; readonly host: string; readonly port: number }

/** A call that comes in; it rings until it is answered or rejected. Its events follow under `legId`. */
export type IncomingCall = {
  readonly legId: string
  readonly sipCallId: string
  readonly at: Temporal.Instant
  /** Trunks at the address it came from: several may share one. Those of the very port it came from alone, where there are any. */
  readonly trunkIds: readonly string[]
  /** The line whose registered contact was called; null: the request named none. Only the line's own provider can name it. */
  readonly lineId: string | null
  /** User part of the request URI, as it came: of a registered line its `user`, whatever number was dialled. */
  readonly to: string
  /** User part of the To header: what the caller dialled, as far as the provider tells it; null: none. */
  readonly dialled: string | null
  /** User part of From; null: anonymous. */
  readonly from: string | null
  readonly fromName: string | null
}

/**
 * The inbound half of telephony. Legs that came in take `play`, `stop`, `sendDtmf` and `hangup`, and tell events, like any other:
 * `answered` once the caller has acknowledged our answer, then whatever happens, and exactly one `ended`, also for a leg that was
 * never answered. `hangup` before the answer is `reject` with 480.
 */
export interface InboundTelephony {
  /**
   * Replaces what is registered: what is new is registered, what is missing is taken back, what is the same is left alone. Kept over a
   * restart of the process behind the port.
   */
  register(lines: readonly Registration[]): void
  /** Hears each change, and each attempt that failed. */
  onRegistration(listener: (state: RegistrationState) => void): () => void
  /** Replaces whose calls are let in; the providers of registered lines always are. Kept over a restart as well. */
  admit(sources: readonly Admission[]): void
  /** Nobody listens: every call is refused with 480. A caller that is never answered is refused with 480 after three minutes. */
  onIncoming(listener: (call: IncomingCall) => void): () => void
  /** 180, so that the caller hears that it rings. */
  ring(legId: string): void
  /** Once; a leg that has no codec in common with us, or finds no port, ends with cause `media`. */
  answer(legId: string, request: AnswerRequest): void
  /** @param status  A final SIP status from 400 on: 480 nobody is there, 486 busy, 603 refused. */
  reject(legId: string, status: number): void
}

export type AnswerRequest = {
  /** No call without a ceiling. */
  readonly maxDurationMs: number
  /** WAV file that receives both sides; null: no recording. */
  readonly recordTo: string | null
}

/**
 * Two answered legs hear each other. What plays on either stops, and what is played meanwhile fails; keys still come as events. The
 * bridge ends when either leg does, and leaves the other one up. A recording of either leg holds both sides.
 */
export interface BridgingTelephony {
  /** Said again, it is the same bridge; a leg that was bridged with a third leaves that one. Legs that are not answered are not bridged. */
  bridge(legId: string, otherLegId: string): void
  unbridge(legId: string): void
}

/** What becomes of speech that is still queued when a call is hung up: said to its end, or cut. */
export type QueuedSpeech = 'finish' | 'cut'

export type TelephonyHealth = {
  readonly calls: number
  /** SIP transactions that have not ended: they outlive their calls by up to 64*T1. */
  readonly transactions: number
  /** RTP ports in use. */
  readonly ports: number
  readonly wheelLateMs: number
}

export interface Telephony extends InboundTelephony, BridgingTelephony {
  /** False while the process behind the port is being started again, and once it drains or is closed: a slot is better given back than spent. */
  readonly isReady: boolean
  /** Accepted for sending, not answered. The INVITE leaves at once; refused when the leg id was seen before. */
  originate(request: OriginateRequest): Promise<void>
  /** Makes a prompt playable by its id. */
  loadPrompt(prompt: Prompt): Promise<void>
  /** Takes a prompt back. What plays it, or was asked to before, plays on; later plays of it fail until it is loaded again. */
  unloadPrompt(promptId: string): void
  /**
   * Queues prompts behind what is being said. While the leg lives each play gets one `play-done`: `failed` at once when a prompt is not
   * loaded, nobody has answered yet, or the leg is being hung up. What an end cuts gets none: `ended` is the last word.
   */
  play(legId: string, playId: string, promptIds: readonly string[]): void
  stop(legId: string, playId: string): void
  sendDtmf(legId: string, digits: string): void
  /**
   * Takes an unanswered call back; ends an answered one, by default once everything queued has been said, however long that is: only
   * the maximum duration cuts it, or a second hang-up that says `cut`. A far end that does not play its part in the end keeps the leg
   * four seconds, two after a hang-up that cuts, not for as long as its transaction lives.
   */
  hangup(legId: string, speech?: QueuedSpeech): void
  /** One ordered stream per leg; exactly one `ended`. Returns the function that ends the subscription. */
  onEvent(listener: (event: TelephonyEvent) => void): () => void
  /** The process behind the port died or came back; legs it held get `ended` with cause `lost` before this is called. */
  onLost(listener: () => void): () => void
  /** Rejects with `TELEPHONY_LOST` when there is no process to ask. */
  health(): Promise<TelephonyHealth>
  /**
   * Takes registrations back, refuses new calls both ways (a caller gets 503) and resolves when the others have ended. At the deadline they are hung up, queued speech is cut, and far ends have
   * two more seconds to play their part; every leg gets its `ended`.
   */
  drain(deadlineMs: number): Promise<void>
  /** A drain whose deadline is now, also for one under way; once more changes nothing. */
  close(): Promise<void>
}
