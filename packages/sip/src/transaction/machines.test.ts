/** The four transaction machines as tables: inputs in, actions and state out (RFC 3261 §17, RFC 6026). */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SipResponse } from '../message/message.ts'
import { type InviteClientState, inviteClientStart, stepInviteClient } from './invite-client.ts'
import { type InviteServerState, inviteServerStart, stepInviteServer } from './invite-server.ts'
import type { ClientInput, ServerInput, Step, TransactionAction } from './machine.ts'
import { type NonInviteClientState, nonInviteClientStart, stepNonInviteClient } from './non-invite-client.ts'
import { type NonInviteServerState, nonInviteServerStart, stepNonInviteServer } from './non-invite-server.ts'
import type { TimerName } from './timers.ts'

const response = (status: number): SipResponse => ({ kind: 'response', status, reason: '', headers: [], body: '' })
const got = (status: number) => ({ type: 'response', response: response(status) }) as const
const say = (status: number) => ({ type: 'respond', response: response(status) }) as const
const fire = (timer: TimerName) => ({ type: 'timer', timer }) as const
const start = { type: 'start' } as const
const again = { type: 'request' } as const
const ack = { type: 'ack' } as const
const broken = { type: 'transport-error' } as const

/** One action in a word: `send 200`, `A=500`, `stop A`. */
function word(action: TransactionAction): string {
  switch (action.type) {
    case 'send-request':
      return 'send'
    case 'send-ack':
      return 'ack'
    case 'send-response':
      return `send ${action.response.status}`
    case 'start-timer':
      return `${action.timer}=${action.ms}`
    case 'stop-timer':
      return `stop ${action.timer}`
    case 'deliver':
      return `deliver ${action.response.status}`
    case 'failed':
      return `failed ${action.cause}`
    default:
      return action.type
  }
}

type Row<Input> = readonly [input: Input, actions: string, state: string]

function follow<State extends { readonly name: string }, Input>(
  first: State,
  step: (state: State, input: Input) => Step<State>,
  rows: readonly Row<Input>[],
): void {
  let state = first
  rows.forEach(([input, actions, name], index) => {
    const next = step(state, input)
    assert.equal(next.actions.map(word).join(', '), actions, `actions of row ${index + 1}`)
    assert.equal(next.state.name, name, `state after row ${index + 1}`)
    state = next.state
  })
}
const inviteClient = (rows: readonly Row<ClientInput>[]) =>
  follow<InviteClientState, ClientInput>(inviteClientStart, stepInviteClient, rows)
const inviteServer = (rows: readonly Row<ServerInput>[]) =>
  follow<InviteServerState, ServerInput>(inviteServerStart, stepInviteServer, rows)
const client = (rows: readonly Row<ClientInput>[]) =>
  follow<NonInviteClientState, ClientInput>(nonInviteClientStart, stepNonInviteClient, rows)
const server = (rows: readonly Row<ServerInput>[]) =>
  follow<NonInviteServerState, ServerInput>(nonInviteServerStart, stepNonInviteServer, rows)

test('an INVITE without any answer is sent again after 0.5, 1, 2, 4, 8 and 16 s, without the cap of T2, and B ends it', () => {
  inviteClient([
    [start, 'send, A=500, B=32000', 'calling'],
    [fire('A'), 'send, A=1000', 'calling'],
    [fire('A'), 'send, A=2000', 'calling'],
    [fire('A'), 'send, A=4000', 'calling'],
    [fire('A'), 'send, A=8000', 'calling'],
    [fire('A'), 'send, A=16000', 'calling'],
    [fire('B'), 'stop A, failed timeout, terminated', 'terminated'],
    [got(200), '', 'terminated'],
  ])
})

test('a provisional answer stops the repeats of an INVITE and both timers, and later ones are all delivered', () => {
  inviteClient([
    [start, 'send, A=500, B=32000', 'calling'],
    [got(100), 'stop A, stop B, deliver 100', 'proceeding'],
    [got(180), 'deliver 180', 'proceeding'],
    [got(183), 'deliver 183', 'proceeding'],
    [fire('A'), '', 'proceeding'],
    [fire('B'), '', 'proceeding'],
  ])
})

test('a refused INVITE is ACKed once per copy of the refusal, told once, until D', () => {
  inviteClient([
    [start, 'send, A=500, B=32000', 'calling'],
    [got(486), 'stop A, stop B, ack, deliver 486, D=32000', 'completed'],
    [got(486), 'ack', 'completed'],
    [got(180), '', 'completed'],
    [got(200), '', 'completed'],
    [fire('D'), 'terminated', 'terminated'],
  ])
})

test('each copy of a 2xx goes up until M, and a refusal after it is nothing', () => {
  inviteClient([
    [start, 'send, A=500, B=32000', 'calling'],
    [got(180), 'stop A, stop B, deliver 180', 'proceeding'],
    [got(200), 'deliver 200, M=32000', 'accepted'],
    [got(200), 'deliver 200', 'accepted'],
    [got(486), '', 'accepted'],
    [got(180), '', 'accepted'],
    [fire('M'), 'terminated', 'terminated'],
  ])
})

test('a transport error ends an INVITE nobody answered, and changes nothing once somebody did', () => {
  inviteClient([
    [start, 'send, A=500, B=32000', 'calling'],
    [broken, 'stop A, stop B, failed transport, terminated', 'terminated'],
  ])
  inviteClient([
    [start, 'send, A=500, B=32000', 'calling'],
    [got(180), 'stop A, stop B, deliver 180', 'proceeding'],
    [broken, '', 'proceeding'],
  ])
})

test('another request is repeated up to every T2 until F', () => {
  client([
    [start, 'send, E=500, F=32000', 'trying'],
    [fire('E'), 'send, E=1000', 'trying'],
    [fire('E'), 'send, E=2000', 'trying'],
    [fire('E'), 'send, E=4000', 'trying'],
    [fire('E'), 'send, E=4000', 'trying'],
    [fire('F'), 'stop E, failed timeout, terminated', 'terminated'],
  ])
})

test('after a provisional answer another request is repeated each T2, and F still ends it', () => {
  client([
    [start, 'send, E=500, F=32000', 'trying'],
    [got(100), 'deliver 100', 'proceeding'],
    [fire('E'), 'send, E=4000', 'proceeding'],
    [fire('F'), 'stop E, failed timeout, terminated', 'terminated'],
  ])
})

test('the final answer to another request is delivered once and swallowed until K', () => {
  client([
    [start, 'send, E=500, F=32000', 'trying'],
    [got(200), 'stop E, stop F, deliver 200, K=5000', 'completed'],
    [got(200), '', 'completed'],
    [broken, '', 'completed'],
    [fire('K'), 'terminated', 'terminated'],
  ])
})

test('a repeated INVITE gets the last provisional answer', () => {
  inviteServer([
    [again, '', 'proceeding'],
    [say(100), 'send 100', 'proceeding'],
    [say(180), 'send 180', 'proceeding'],
    [again, 'send 180', 'proceeding'],
  ])
})

test('a refusal is repeated up to every T2 until its ACK, which is swallowed until I', () => {
  inviteServer([
    [say(486), 'send 486, G=500, H=32000', 'completed'],
    [fire('G'), 'send 486, G=1000', 'completed'],
    [fire('G'), 'send 486, G=2000', 'completed'],
    [fire('G'), 'send 486, G=4000', 'completed'],
    [fire('G'), 'send 486, G=4000', 'completed'],
    [again, 'send 486', 'completed'],
    [say(200), '', 'completed'],
    [ack, 'stop G, stop H, confirmed, I=5000', 'confirmed'],
    [ack, '', 'confirmed'],
    [again, '', 'confirmed'],
    [fire('I'), 'terminated', 'terminated'],
  ])
})

test('a refusal that nobody ACKs ends with H', () => {
  inviteServer([
    [say(486), 'send 486, G=500, H=32000', 'completed'],
    [fire('H'), 'stop G, stop H, failed timeout, terminated', 'terminated'],
  ])
})

test('after a 2xx the INVITE is swallowed until L and the 2xx is the user agent\u2019s to repeat', () => {
  inviteServer([
    [say(180), 'send 180', 'proceeding'],
    [say(200), 'send 200, L=32000', 'accepted'],
    [again, '', 'accepted'],
    [say(200), 'send 200', 'accepted'],
    [ack, '', 'accepted'],
    [fire('L'), 'terminated', 'terminated'],
  ])
})

test('a repeated request of another kind gets the final answer until J', () => {
  server([
    [again, '', 'trying'],
    [say(100), 'send 100', 'trying'],
    [again, 'send 100', 'trying'],
    [say(200), 'send 200, J=32000', 'completed'],
    [again, 'send 200', 'completed'],
    [say(500), '', 'completed'],
    [fire('J'), 'terminated', 'terminated'],
  ])
})
