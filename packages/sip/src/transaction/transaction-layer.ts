/**
 * The transaction layer (RFC 3261 §17): matches messages to transactions, runs the machines, owns their timers. Above it are user
 * agents, below it a transport that may lose, double and reorder.
 */
import type { SipClock } from '../clock.ts'
import { cseq, header, type SipMessage, type SipRequest, type SipResponse, topVia } from '../message/message.ts'
import type { Peer } from '../transport/udp.ts'
import { inviteClientStart, stepInviteClient } from './invite-client.ts'
import { inviteServerStart, stepInviteServer } from './invite-server.ts'
import type { ClientInput, ServerInput, Step, TransactionAction } from './machine.ts'
import { nonInviteClientStart, stepNonInviteClient } from './non-invite-client.ts'
import { nonInviteServerStart, stepNonInviteServer } from './non-invite-server.ts'
import type { TimerName } from './timers.ts'

export type ClientHandlers = {
  /** Whose responses count; others are lost. Absent: everybody's who knows the branch, as of a provider that answers from elsewhere. */
  readonly hears?: ((source: Peer) => boolean) | undefined
  readonly onResponse: (response: SipResponse, source: Peer) => void
  readonly onFailure: (cause: 'timeout' | 'transport') => void
}

export type ServerTransaction = {
  readonly request: SipRequest
  readonly source: Peer
  respond(response: SipResponse): void
  /** Forgets the transaction without an answer. */
  abandon(): void
  /** Hears of the ACK of a non-2xx, or that none came. */
  onEnd: ((how: 'confirmed' | 'failed') => void) | null
}

export type LayerOptions = {
  readonly clock: SipClock
  /** Throws what `send` would throw on a message that cannot be written; before its machine has moved. */
  readonly check: (message: SipMessage) => void
  readonly send: (message: SipMessage, to: Peer, onError: (error: Error) => void) => void
  /** A request that opens a server transaction. */
  readonly onRequest: (transaction: ServerTransaction) => void
  /** An ACK outside of every transaction: the ACK of a 2xx. */
  readonly onAck: (request: SipRequest, source: Peer) => void
  /** A response that no transaction waits for: a late or forked 2xx, say. */
  readonly onStray: (response: SipResponse, source: Peer) => void
  readonly maxServerTransactions: number
}

type Running<Input> = { input(input: Input, source: Peer): void; cancelTimers(): void }

export class TransactionLayer {
  readonly #options: LayerOptions
  readonly #clients = new Map<string, Running<ClientInput> & { hears(source: Peer): boolean }>()
  readonly #servers = new Map<string, Running<ServerInput>>()

  constructor(options: LayerOptions) {
    this.#options = options
  }

  /** Transactions that still live: zero once everything has ended. */
  get size(): number {
    return this.#clients.size + this.#servers.size
  }

  /**
   * Sends a request (its top Via carries the branch) and runs its client transaction. ACK has none: see `sendAck`.
   * @returns What forgets the transaction: an INVITE that has rung has no timer of its own.
   * @throws {SipError} `SIP_UNSAFE_VALUE`; nothing has been sent then.
   */
  request(message: SipRequest, to: Peer, handlers: ClientHandlers): { abandon(): void } {
    this.#options.check(message)
    const key = clientKey(message)
    const isInvite = message.method === 'INVITE'
    let source = to
    const act = (action: TransactionAction): void => {
      if (action.type === 'send-request')
        this.#options.send(message, to, () => running.input({ type: 'transport-error' }, to))
      else if (action.type === 'send-ack') this.#options.send(ackOfNon2xx(message, action.response), to, () => {})
      else if (action.type === 'deliver') handlers.onResponse(action.response, source)
      else if (action.type === 'failed') handlers.onFailure(action.cause)
      else if (action.type === 'terminated') this.#clients.delete(key)
    }
    const machine = isInvite
      ? this.#run<unknown, ClientInput>(inviteClientStart, stepInviteClient as MachineStep<ClientInput>, act)
      : this.#run<unknown, ClientInput>(nonInviteClientStart, stepNonInviteClient as MachineStep<ClientInput>, act)
    const running = {
      hears: (from: Peer): boolean => handlers.hears?.(from) ?? true,
      input: (input: ClientInput, from: Peer): void => {
        source = from
        machine.input(input)
      },
      cancelTimers: machine.cancelTimers,
    }
    this.#clients.set(key, running)
    running.input({ type: 'start' }, to)
    return {
      abandon: () => {
        machine.cancelTimers()
        if (this.#clients.get(key) === running) this.#clients.delete(key)
      },
    }
  }

  /** The ACK of a 2xx belongs to no transaction (RFC 3261 §13.2.2.4). */
  sendAck(message: SipRequest, to: Peer): void {
    this.#options.send(message, to, () => {})
  }

  /** A response to a request whose transaction has died with an earlier process; nothing waits for what comes of it. */
  sendStray(response: SipResponse, request: SipRequest, source: Peer): void {
    this.#options.send(response, responseTarget(request, source), () => {})
  }

  receive(message: SipMessage, source: Peer): void {
    if (message.kind === 'response') {
      const client = this.#clients.get(clientKey(message))
      if (client === undefined) this.#options.onStray(message, source)
      else if (client.hears(source)) client.input({ type: 'response', response: message }, source)
      return
    }
    const key = serverKey(message)
    const known = this.#servers.get(key)
    if (message.method === 'ACK') {
      known?.input({ type: 'ack' }, source)
      // Of a 2xx, by its own branch or, from careless peers, by the branch of the INVITE: the user agent knows which it waits for.
      this.#options.onAck(message, source)
      return
    }
    if (known !== undefined) known.input({ type: 'request' }, source)
    else if (this.#servers.size < this.#options.maxServerTransactions) this.#openServer(key, message, source)
  }

  close(): void {
    for (const running of [...this.#clients.values(), ...this.#servers.values()]) running.cancelTimers()
    this.#clients.clear()
    this.#servers.clear()
  }

  #openServer(key: string, request: SipRequest, source: Peer): void {
    const to = responseTarget(request, source)
    const isInvite = request.method === 'INVITE'
    const act = (action: TransactionAction): void => {
      if (action.type === 'send-response')
        this.#options.send(action.response, to, () => machine.input({ type: 'transport-error' }))
      else if (action.type === 'confirmed') transaction.onEnd?.('confirmed')
      else if (action.type === 'failed') transaction.onEnd?.('failed')
      else if (action.type === 'terminated') this.#servers.delete(key)
    }
    const machine = isInvite
      ? this.#run<unknown, ServerInput>(inviteServerStart, stepInviteServer as MachineStep<ServerInput>, act)
      : this.#run<unknown, ServerInput>(nonInviteServerStart, stepNonInviteServer as MachineStep<ServerInput>, act)
    this.#servers.set(key, machine)
    const transaction: ServerTransaction = {
      request,
      source,
      respond: (response) => {
        this.#options.check(response)
        machine.input({ type: 'respond', response })
      },
      abandon: () => {
        machine.cancelTimers()
        this.#servers.delete(key)
      },
      onEnd: null,
    }
    this.#options.onRequest(transaction)
  }

  #run<State, Input>(initial: State, step: MachineStep<Input>, act: (action: TransactionAction) => void) {
    let state: unknown = initial
    const timers = new Map<TimerName, { cancel(): void }>()
    const stopTimer = (name: TimerName): void => {
      timers.get(name)?.cancel()
      timers.delete(name)
    }
    const input = (given: Input): void => {
      const next = step(state, given)
      state = next.state
      // Timers before effects: a handler that throws must not leave a transaction without the timer that ends it.
      for (const action of next.actions) {
        if (action.type === 'stop-timer') stopTimer(action.timer)
        else if (action.type === 'start-timer') {
          stopTimer(action.timer)
          const fire = (): void => {
            timers.delete(action.timer)
            input({ type: 'timer', timer: action.timer } as Input)
          }
          timers.set(action.timer, this.#options.clock.schedule(action.ms, fire))
        }
      }
      for (const action of next.actions) act(action)
    }
    return {
      input,
      cancelTimers: () => {
        for (const name of [...timers.keys()]) stopTimer(name)
      },
    }
  }
}

type MachineStep<Input> = (state: unknown, input: Input) => Step<unknown>

/** RFC 3261 §17.1.3: branch and method; the ACK and CANCEL of an INVITE share its branch. */
function clientKey(message: SipMessage): string {
  const branch = topVia(message)?.parameters.get('branch') ?? ''
  return `${branch}|${cseq(message).method}`
}

/** RFC 3261 §17.2.3: branch, sent-by and method, where an ACK is looked up as its INVITE. */
function serverKey(request: SipRequest): string {
  const via = topVia(request)
  const branch = via?.parameters.get('branch') ?? ''
  const method = request.method === 'ACK' ? 'INVITE' : request.method
  // Without the magic cookie the peer is of RFC 2543: what identifies its request then is nearly everything in it.
  if (!branch.startsWith('z9hG4bK')) {
    return [
      header(request, 'Call-ID'),
      cseq(request).number,
      header(request, 'From'),
      header(request, 'Via'),
      method,
    ].join('|')
  }
  return `${branch}|${via?.host}:${via?.port ?? 5060}|${method}`
}

/** Where a response goes: back to where the request came from when it asks so (RFC 3581 §4), else to the Via's port. */
function responseTarget(request: SipRequest, source: Peer): Peer {
  const via = topVia(request)
  if (via?.parameters.has('rport') === true) return source
  const port = via?.port ?? 5060
  return { address: source.address, port: port > 0 && port < 65_536 ? port : source.port }
}

/** RFC 3261 §17.1.1.3: same branch, same request line, the To of the response. */
function ackOfNon2xx(invite: SipRequest, response: SipResponse): SipRequest {
  const kept = new Set(['From', 'Call-ID', 'Route', 'Max-Forwards'])
  const via = header(invite, 'Via') ?? ''
  return {
    kind: 'request',
    method: 'ACK',
    uri: invite.uri,
    headers: [
      ['Via', via],
      ...invite.headers.filter(([name]) => kept.has(name)),
      ['To', header(response, 'To') ?? ''],
      ['CSeq', `${cseq(invite).number} ACK`],
    ],
    body: '',
  }
}
