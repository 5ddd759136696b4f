/**
 * Non-INVITE server transaction (RFC 3261 §17.2.2): trying until the user agent answers, then a repeated request gets the same
 * answer until J.
 */
import type { SipResponse } from '../message/message.ts'
import { type ServerInput, type Step, start } from './machine.ts'
import { transactionTimeoutMs } from './timers.ts'

export type NonInviteServerState =
  | { readonly name: 'trying'; readonly last: SipResponse | null }
  | { readonly name: 'completed'; readonly final: SipResponse }
  | { readonly name: 'terminated' }

export const nonInviteServerStart: NonInviteServerState = { name: 'trying', last: null }

const ended: NonInviteServerState = { name: 'terminated' }

export function stepNonInviteServer(state: NonInviteServerState, input: ServerInput): Step<NonInviteServerState> {
  if (state.name === 'terminated') return { state, actions: [] }
  if (input.type === 'transport-error')
    return { state: ended, actions: [{ type: 'failed', cause: 'transport' }, { type: 'terminated' }] }
  if (state.name === 'completed') {
    if (input.type === 'request') return { state, actions: [{ type: 'send-response', response: state.final }] }
    return input.type === 'timer' && input.timer === 'J'
      ? { state: ended, actions: [{ type: 'terminated' }] }
      : { state, actions: [] }
  }
  if (input.type === 'request')
    return { state, actions: state.last === null ? [] : [{ type: 'send-response', response: state.last }] }
  if (input.type !== 'respond') return { state, actions: [] }
  const send = { type: 'send-response', response: input.response } as const
  if (input.response.status < 200) return { state: { name: 'trying', last: input.response }, actions: [send] }
  return { state: { name: 'completed', final: input.response }, actions: [send, start('J', transactionTimeoutMs)] }
}
