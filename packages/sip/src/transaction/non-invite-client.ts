/**
 * Non-INVITE client transaction (RFC 3261 §17.1.2).
 *
 *   trying      E doubles up to T2, F gives up
 *   proceeding  after a 1xx E fires each T2, F still gives up
 *   completed   swallows repeated answers until K
 */
import { type ClientInput, type Step, start, stop } from './machine.ts'
import { t1, t2, t4, transactionTimeoutMs } from './timers.ts'

export type NonInviteClientState =
  | { readonly name: 'trying'; readonly intervalMs: number }
  | { readonly name: 'proceeding' }
  | { readonly name: 'completed' }
  | { readonly name: 'terminated' }

export const nonInviteClientStart: NonInviteClientState = { name: 'trying', intervalMs: t1 }

const ended: NonInviteClientState = { name: 'terminated' }

export function stepNonInviteClient(state: NonInviteClientState, input: ClientInput): Step<NonInviteClientState> {
  if (state.name === 'terminated') return { state, actions: [] }
  switch (input.type) {
    case 'start':
      return { state, actions: [{ type: 'send-request' }, start('E', t1), start('F', transactionTimeoutMs)] }
    case 'response':
      if (state.name === 'completed') return { state, actions: [] }
      if (input.response.status < 200)
        return { state: { name: 'proceeding' }, actions: [{ type: 'deliver', response: input.response }] }
      return {
        state: { name: 'completed' },
        actions: [stop('E'), stop('F'), { type: 'deliver', response: input.response }, start('K', t4)],
      }
    case 'timer':
      return onTimer(state, input)
    case 'transport-error':
      if (state.name === 'completed') return { state, actions: [] }
      return {
        state: ended,
        actions: [stop('E'), stop('F'), { type: 'failed', cause: 'transport' }, { type: 'terminated' }],
      }
  }
}

function onTimer(
  state: NonInviteClientState,
  { timer }: Extract<ClientInput, { type: 'timer' }>,
): Step<NonInviteClientState> {
  if (timer === 'E' && state.name === 'trying') {
    const intervalMs = Math.min(state.intervalMs * 2, t2)
    return { state: { name: 'trying', intervalMs }, actions: [{ type: 'send-request' }, start('E', intervalMs)] }
  }
  if (timer === 'E' && state.name === 'proceeding')
    return { state, actions: [{ type: 'send-request' }, start('E', t2)] }
  if (timer === 'F' && (state.name === 'trying' || state.name === 'proceeding')) {
    return { state: ended, actions: [stop('E'), { type: 'failed', cause: 'timeout' }, { type: 'terminated' }] }
  }
  return timer === 'K' && state.name === 'completed'
    ? { state: ended, actions: [{ type: 'terminated' }] }
    : { state, actions: [] }
}
