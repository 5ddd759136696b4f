/**
 * INVITE client transaction (RFC 3261 §17.1.1 with RFC 6026 §7.2).
 *
 *   calling     A doubles and sends again, B gives up; 1xx -> proceeding, 2xx -> accepted, 300-699 -> completed
 *   proceeding  waits without a timer of its own: how long it may ring is the caller's decision
 *   completed   each repeated final answer is ACKed again until D
 *   accepted    each repeated 2xx goes up (the user agent ACKs it) until M
 */
import { type ClientInput, type Step, start, stop } from './machine.ts'
import { t1, timerD, transactionTimeoutMs } from './timers.ts'

export type InviteClientState =
  | { readonly name: 'calling'; readonly intervalMs: number }
  | { readonly name: 'proceeding' }
  | { readonly name: 'completed' }
  | { readonly name: 'accepted' }
  | { readonly name: 'terminated' }

export const inviteClientStart: InviteClientState = { name: 'calling', intervalMs: t1 }

const ended: InviteClientState = { name: 'terminated' }

export function stepInviteClient(state: InviteClientState, input: ClientInput): Step<InviteClientState> {
  if (state.name === 'terminated') return { state, actions: [] }
  switch (input.type) {
    case 'start':
      return { state, actions: [{ type: 'send-request' }, start('A', t1), start('B', transactionTimeoutMs)] }
    case 'response':
      return onResponse(state, input)
    case 'timer':
      return onTimer(state, input)
    case 'transport-error':
      // A network that refuses the INVITE says that nobody heard it; one that refuses an ACK changes nothing.
      if (state.name !== 'calling') return { state, actions: [] }
      return {
        state: ended,
        actions: [stop('A'), stop('B'), { type: 'failed', cause: 'transport' }, { type: 'terminated' }],
      }
  }
}

function onResponse(
  state: InviteClientState,
  { response }: Extract<ClientInput, { type: 'response' }>,
): Step<InviteClientState> {
  const isEarly = state.name === 'calling' || state.name === 'proceeding'
  const stops = state.name === 'calling' ? [stop('A'), stop('B')] : []
  if (isEarly && response.status < 200)
    return { state: { name: 'proceeding' }, actions: [...stops, { type: 'deliver', response }] }
  if (isEarly && response.status < 300) {
    return {
      state: { name: 'accepted' },
      actions: [...stops, { type: 'deliver', response }, start('M', transactionTimeoutMs)],
    }
  }
  if (isEarly) {
    return {
      state: { name: 'completed' },
      actions: [...stops, { type: 'send-ack', response }, { type: 'deliver', response }, start('D', timerD)],
    }
  }
  if (state.name === 'completed' && response.status >= 300) return { state, actions: [{ type: 'send-ack', response }] }
  if (state.name === 'accepted' && response.status >= 200 && response.status < 300) {
    return { state, actions: [{ type: 'deliver', response }] }
  }
  return { state, actions: [] }
}

function onTimer(
  state: InviteClientState,
  { timer }: Extract<ClientInput, { type: 'timer' }>,
): Step<InviteClientState> {
  if (state.name === 'calling' && timer === 'A') {
    const intervalMs = state.intervalMs * 2
    return { state: { name: 'calling', intervalMs }, actions: [{ type: 'send-request' }, start('A', intervalMs)] }
  }
  if (state.name === 'calling' && timer === 'B') {
    return { state: ended, actions: [stop('A'), { type: 'failed', cause: 'timeout' }, { type: 'terminated' }] }
  }
  const isLast = (state.name === 'completed' && timer === 'D') || (state.name === 'accepted' && timer === 'M')
  return isLast ? { state: ended, actions: [{ type: 'terminated' }] } : { state, actions: [] }
}
