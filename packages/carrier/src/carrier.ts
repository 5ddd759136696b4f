/** The telephone network in the box: a SIP carrier on loopback whose numbers behave as their last two digits say. */
import { MediaEngine } from '@dialwright/media'
import { challengeHeader, header, type IncomingCall, parseUri, SipEndpoint, verifyAuthorization } from '@dialwright/sip'
import { Callee } from './callee.ts'
import type { CarrierClock, CarrierRandom } from './clock.ts'
import { CarrierError, reasonOf } from './errors.ts'
import { openLedger } from './ledger/ledger.ts'
import { behaviourAt, personaOf } from './personas/persona.ts'
import { allVoices } from './voices/voices.ts'

export type CarrierOptions = {
  readonly address: string
  /** 0 takes a free port. */
  readonly port: number
  readonly ledgerPath: string | null
  /** Number (digits) -> persona code. */
  readonly personas: ReadonlyMap<string, string>
  /** Who may call the persona that asks for digest. */
  readonly credentials: { readonly username: string; readonly password: string }
  readonly clock: CarrierClock
  readonly random: CarrierRandom
  readonly onError: (error: unknown) => void
}

export type Carrier = {
  readonly port: number
  readonly live: () => number
  /** Ends the calls that are up, by BYE or 480, writes their ends and closes; far ends that do not answer keep it half a second. */
  stop(): Promise<void>
}

const realm = 'carrier'
/** Challenges that may wait for their caller: who was asked and never came back is forgotten. */
const noncesAtMost = 1_000
const mediaWorkers = 1
/** How long calls that are up may take to hear of the end. */
const farewellMs = 500
const pollMs = 10

/**
 * Binds its socket and begins its ledger anew.
 * @throws {CarrierError} `CARRIER_LEDGER_UNUSABLE`, `CARRIER_PORT_UNUSABLE`; nothing is left running then.
 */
export async function startCarrier(options: CarrierOptions): Promise<Carrier> {
  const ledger = openLedger(options.ledgerPath)
  const callees = new Map<string, Callee>()
  const timesCalled = new Map<string, number>()
  const nonces = new Map<string, string>()
  let nextSession = 1
  const media = new MediaEngine({
    address: options.address,
    portRange: 'ephemeral',
    workers: mediaWorkers,
    random: options.random,
    onEvent: (event) => callees.get(event.sessionId)?.onMedia(event),
  })
  for (const [promptId, samples] of allVoices(options.random)) media.addPrompt(promptId, samples)
  let isStopping = false

  /** True when the call may come in; otherwise it has been challenged or refused. */
  const letIn = (call: IncomingCall): boolean => {
    const callId = header(call.request, 'Call-ID') ?? ''
    const authorization = header(call.request, 'Authorization')
    const nonce = nonces.get(callId)
    if (authorization === undefined || nonce === undefined) {
      const fresh = Buffer.from(options.random.bytes(16)).toString('hex')
      nonces.set(callId, fresh)
      forgetOldest(nonces)
      // The better one first (RFC 8760 §2.4): a client takes the first that it knows.
      const challenges = (['SHA-256', 'MD5'] as const).map(
        (algorithm) => ['WWW-Authenticate', challengeHeader(realm, fresh, algorithm)] as const,
      )
      call.reject(401, { headers: challenges })
      return false
    }
    nonces.delete(callId)
    if (verifyAuthorization(authorization, 'INVITE', { ...options.credentials, nonce, realm })) return true
    call.reject(403)
    return false
  }

  const onInvite = (call: IncomingCall): void => {
    if (isStopping) return call.reject(503)
    const number = parseUri(call.request.uri)?.user ?? ''
    const persona = personaOf(number, options.personas)
    if (persona.challenges && !letIn(call)) return
    const nth = timesCalled.get(number) ?? 0
    timesCalled.set(number, nth + 1)
    const sessionId = String(nextSession++)
    const callee = new Callee({
      call,
      sessionId,
      persona,
      behaviour: behaviourAt(persona, nth),
      address: options.address,
      media,
      clock: options.clock,
      ledger,
      onOver: () => callees.delete(sessionId),
    })
    callees.set(sessionId, callee)
    callee.start()
  }

  const sip = await SipEndpoint.open({
    address: options.address,
    port: options.port,
    clock: options.clock,
    random: options.random,
    userAgent: 'Carrier in the box',
    onInvite,
    onError: options.onError,
  }).catch(async (error) => {
    await media.shutdown()
    const place = `${options.address}:${options.port}`
    throw new CarrierError('CARRIER_PORT_UNUSABLE', `--port: ${place} cannot be bound: ${reasonOf(error)}`, error)
  })
  const stop = async (): Promise<void> => {
    isStopping = true
    const all = [...callees.values()]
    for (const callee of all) callee.stop()
    await Promise.all(all.map(({ over }) => over))
    const untilMs = options.clock.monotonicMs() + farewellMs
    while (sip.live.calls > 0 && options.clock.monotonicMs() < untilMs) {
      await new Promise<void>((resolve) => void options.clock.schedule(pollMs, resolve))
    }
    await sip.close()
    await media.shutdown()
  }
  let stopped: Promise<void> | null = null
  return {
    port: sip.localPort,
    live: () => callees.size,
    stop: () => {
      stopped ??= stop()
      return stopped
    },
  }
}

function forgetOldest(nonces: Map<string, string>): void {
  if (nonces.size <= noncesAtMost) return
  const [oldest] = nonces.keys()
  if (oldest !== undefined) nonces.delete(oldest)
}
