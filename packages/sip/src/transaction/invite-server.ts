/**
 * INVITE server transaction (RFC 3261 §17.2.1 with RFC 6026 §7.1).
 *
 *   proceeding  a repeated INVITE is answered with the last 1xx
 *   completed   a non-2xx is sent again by G (doubling to T2) until its ACK comes or H gives up
 *   confirmed   swallows repeated ACKs until I
 *   accepted    a repeated INVITE is swallowed (the user agent repeats its 2xx) until L
 */
import type { SipResponse } from '../message/message.ts'
import { type ServerInput, type Step, start, stop } from './machine.ts'
import { t1, t2, t4, transactionTimeoutMs } from './timers.ts'

export type InviteServerState =
  | { readonly name: 'proceeding'; readonly last: SipResponse | null }
  | { readonly name: 'completed'; readonly final: SipResponse; readonly intervalMs: number }
  | { readonly name: 'confirmed' }
  | { readonly name: 'accepted' }
  | { readonly name: 'terminated' }

export const inviteServerStart: InviteServerState = { name: 'proceeding', last: null }

const ended: InviteServerState = { name: 'terminated' }

export function stepInviteServer(state: InviteServerState, input: ServerInput): Step<InviteServerState> {
  switch (state.name) {
    case 'proceeding':
      return inProceeding(state, input)
    case 'completed':
      return inCompleted(state, input)
    case 'confirmed':
      return input.type === 'timer' && input.timer === 'I'
        ? { state: ended, actions: [{ type: 'terminated' }] }
        : { state, actions: [] }
    case 'accepted':
      // Each 2xx is the user agent's own retransmission; the transaction only passes it on.
      if (input.type === 'respond') return { state, actions: [{ type: 'send-response', response: input.response }] }
      return input.type === 'timer' && input.timer === 'L'
        ? { state: ended, actions: [{ type: 'terminated' }] }
        : { state, actions: [] }
    case 'terminated':
      return { state, actions: [] }
  }
}

function inProceeding(
  state: Extract<InviteServerState, { name: 'proceeding' }>,
  input: ServerInput,
): Step<InviteServerState> {
  if (input.type === 'request') {
    return { state, actions: state.last === null ? [] : [{ type: 'send-response', response: state.last }] }
  }
  if (input.type === 'transport-error')
    return { state: ended, actions: [{ type: 'failed', cause: 'transport' }, { type: 'terminated' }] }
  if (input.type !== 'respond') return { state, actions: [] }
  const { response } = input
  const send = { type: 'send-response', response } as const
  if (response.status < 200) return { state: { name: 'proceeding', last: response }, actions: [send] }
  if (response.status < 300) return { state: { name: 'accepted' }, actions: [send, start('L', transactionTimeoutMs)] }
  return {
    state: { name: 'completed', final: response, intervalMs: t1 },
    actions: [send, start('G', t1), start('H', transactionTimeoutMs)],
  }
}

function inCompleted(
  state: Extract<InviteServerState, { name: 'completed' }>,
  input: ServerInput,
): Step<InviteServerState> {
  const again = { type: 'send-response', response: state.final } as const
  if (input.type === 'request') return { state, actions: [again] }
  if (input.type === 'ack') {
    return { state: { name: 'confirmed' }, actions: [stop('G'), stop('H'), { type: 'confirmed' }, start('I', t4)] }
  }
  if (input.type === 'timer' && input.timer === 'G') {
    const intervalMs = Math.min(state.intervalMs * 2, t2)
    return { state: { ...state, intervalMs }, actions: [again, start('G', intervalMs)] }
  }
  const isOver = (input.type === 'timer' && input.timer === 'H') || input.type === 'transport-error'
  if (!isOver) return { state, actions: [] }
  const cause = input.type === 'timer' ? 'timeout' : 'transport'
  return { state: ended, actions: [stop('G'), stop('H'), { type: 'failed', cause }, { type: 'terminated' }] }
}
