/**
 * What the engine and its workers say to each other. Audio never crosses: only ids, ports and small facts. The packets of two bridged
 * calls go from worker to worker, by a message port of their own.
 */
import type { MessagePort } from 'node:worker_threads'
import type { Law } from '../g711/g711.ts'

export type RemoteMedia = {
  readonly address: string
  readonly port: number
  readonly codec: Law
  readonly payloadType: number
  readonly telephoneEventPayloadType: number | null
  /** True: nothing leaves, and we hear all the same. */
  readonly isMuted?: boolean | undefined
  /** True: the far end has said that it sends nothing, so that silence is not lost sound. */
  readonly isSilent?: boolean | undefined
}

export type SessionStats = {
  readonly sent: number
  readonly received: number
  readonly lost: number
  /** Milliseconds of sound, not silence, that came in. */
  readonly heardMs: number
  readonly sendErrors: number
}

export type MediaEvent = { readonly sessionId: string } & (
  | { readonly type: 'first-packet' }
  | { readonly type: 'play-done'; readonly playId: string; readonly reason: 'end' | 'stopped' | 'failed' }
  | { readonly type: 'dtmf'; readonly digit: string; readonly ms: number }
  | { readonly type: 'voice-start' }
  | { readonly type: 'voice-end' }
  | { readonly type: 'media-lost' }
  | { readonly type: 'media-back' }
)

/** A packet as one call heard it, on its way to the other. */
export type RelayedPacket = {
  /** A key (RFC 4733) in place of audio. */
  readonly isKey: boolean
  readonly law: Law
  readonly marker: boolean
  readonly sequence: number
  readonly timestamp: number
  readonly ssrc: number
  readonly payload: Uint8Array
}

export type EncodedPrompt = { readonly pcma: Uint8Array; readonly pcmu: Uint8Array }

export type WorkerCommand =
  | {
      readonly type: 'prompt'
      readonly promptId: string
      /** Of the memory behind it, which is told when it is no longer read. */
      readonly bufferId: number
      readonly prompt: EncodedPrompt
    }
  | { readonly type: 'forget-prompt'; readonly promptId: string }
  | { readonly type: 'open'; readonly sessionId: string }
  | { readonly type: 'set-remote'; readonly sessionId: string; readonly remote: RemoteMedia }
  | {
      readonly type: 'play'
      readonly sessionId: string
      readonly playId: string
      readonly promptIds: readonly string[]
    }
  | { readonly type: 'stop'; readonly sessionId: string; readonly playId: string }
  | { readonly type: 'dtmf'; readonly sessionId: string; readonly digits: string }
  | { readonly type: 'record'; readonly sessionId: string; readonly path: string }
  /** `port` leads to the worker of the other call; null: it is in this one. */
  | {
      readonly type: 'bridge'
      readonly sessionId: string
      readonly otherId: string
      readonly port: MessagePort | null
    }
  | { readonly type: 'unbridge'; readonly sessionId: string }
  | { readonly type: 'drain'; readonly sessionId: string }
  | { readonly type: 'close'; readonly sessionId: string }
  | { readonly type: 'health' }
  | { readonly type: 'shutdown' }

export type WorkerMessage =
  | { readonly type: 'opened'; readonly sessionId: string; readonly port: number }
  | { readonly type: 'open-failed'; readonly sessionId: string; readonly message: string }
  | { readonly type: 'drained'; readonly sessionId: string }
  | { readonly type: 'closed'; readonly sessionId: string; readonly stats: SessionStats }
  /** Nobody here plays it any more. */
  | { readonly type: 'prompt-forgotten'; readonly bufferId: number }
  | { readonly type: 'health'; readonly sessions: number; readonly wheelLateMs: number }
  | { readonly type: 'event'; readonly event: MediaEvent }

export type WorkerOptions = {
  readonly address: string
  readonly portRange: { readonly from: number; readonly to: number } | 'ephemeral'
  readonly worker: number
  readonly workers: number
  readonly lostAfterMs: number
  readonly seed: number
}
