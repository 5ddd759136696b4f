/** What the four transaction machines of RFC 3261 §17 share: their inputs, their actions, their shape. */
import type { SipResponse } from '../message/message.ts'
import type { TimerName } from './timers.ts'

export type ClientInput =
  | { readonly type: 'start' }
  | { readonly type: 'response'; readonly response: SipResponse }
  | { readonly type: 'timer'; readonly timer: TimerName }
  | { readonly type: 'transport-error' }

export type ServerInput =
  | { readonly type: 'request' }
  | { readonly type: 'ack' }
  | { readonly type: 'respond'; readonly response: SipResponse }
  | { readonly type: 'timer'; readonly timer: TimerName }
  | { readonly type: 'transport-error' }

export type TransactionAction =
  /** Client: the request again. */
  | { readonly type: 'send-request' }
  /** Client: the ACK of a non-2xx, in the INVITE's own transaction (§17.1.1.3). */
  | { readonly type: 'send-ack'; readonly response: SipResponse }
  /** Server: a response (again). */
  | { readonly type: 'send-response'; readonly response: SipResponse }
  | { readonly type: 'start-timer'; readonly timer: TimerName; readonly ms: number }
  | { readonly type: 'stop-timer'; readonly timer: TimerName }
  | { readonly type: 'deliver'; readonly response: SipResponse }
  /** Server: the ACK of a non-2xx came. */
  | { readonly type: 'confirmed' }
  | { readonly type: 'failed'; readonly cause: 'timeout' | 'transport' }
  | { readonly type: 'terminated' }

export type Step<State> = { readonly state: State; readonly actions: readonly TransactionAction[] }

export function start(timer: TimerName, ms: number): TransactionAction {
  return { type: 'start-timer', timer, ms }
}
export function stop(timer: TimerName): TransactionAction {
  return { type: 'stop-timer', timer }
}
