/** A media worker: some of the calls, one 5 ms wheel. It lives as long as its engine. */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { WavFile } from '../recording/wav-file.ts'
import { openRtpSocket, type RtpSocket, type Source } from '../transport/rtp-socket.ts'
import { PortPool } from './port-pool.ts'
import type { EncodedPrompt, RelayedPacket, WorkerCommand, WorkerMessage, WorkerOptions } from './protocol.ts'
import { Receiver } from './receiver.ts'
import { Sender } from './sender.ts'
import { type Link, MediaSession } from './session.ts'

/** 1 ms adds nothing, 20 ms sends bursts into the far end's buffer. */
const wheelMs = 5
const bindTries = 8

type HeldPrompt = { readonly bufferId: number; readonly prompt: EncodedPrompt }
/** How often what still played when it was forgotten is looked at again. */
const lookAgainMs = 1_000

const options: WorkerOptions = workerData
const sessions = new Map<string, MediaSession>()
/** Sessions whose socket is being bound, and whether they are to be closed as soon as it is. */
const opening = new Map<string, { isClosed: boolean }>()
const prompts = new Map<string, HeldPrompt>()
/** Forgotten, and still being played when they were looked at. */
const leaving = new Set<HeldPrompt>()
const ports =
  options.portRange === 'ephemeral' ? null : new PortPool(options.portRange, options.worker, options.workers)
const randomUint32 = seededUint32(options.seed)
let wheelLateMs = 0
let lookedMs = 0
/** The wheel turns on a fixed grid: an interval of the runtime drifts against the 20 ms of the frames, and the beat is jitter. */
const gridMs = performance.now()
let expectedMs = gridMs + wheelMs

function send(message: WorkerMessage): void {
  parentPort?.postMessage(message)
}

/** Starting points of sequence, timestamp and SSRC; strength is not needed once the seed is random (RFC 3550 §5.1). */
function seededUint32(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x9e3779b9) >>> 0
    let mixed = state
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
    return (mixed ^ (mixed >>> 16)) >>> 0
  }
}

async function bind(receive: (datagram: Uint8Array, source: Source) => void): Promise<RtpSocket> {
  if (ports === null) return openRtpSocket(options.address, 0, receive)
  for (let tries = 0; tries < bindTries; tries++) {
    const port = ports.take(performance.now())
    if (port === undefined) break
    try {
      return await openRtpSocket(options.address, port, receive)
    } catch {
      // Another program sits inside our range: that port rests and the next one is tried.
      ports.giveBack(port, performance.now())
    }
  }
  throw new Error('no RTP port is free')
}

async function open(sessionId: string, wish: { readonly isClosed: boolean }): Promise<void> {
  let session: MediaSession | null = null
  const socket = await bind((datagram, source) => session?.receive(datagram, source, performance.now()))
  const sender = new Sender({ sequence: randomUint32(), timestamp: randomUint32(), ssrc: randomUint32() })
  session = new MediaSession(socket, sender, new Receiver(performance.now(), options.lostAfterMs), (event) =>
    send({ type: 'event', event: { ...event, sessionId } }),
  )
  sessions.set(sessionId, session)
  send({ type: 'opened', sessionId, port: socket.port })
  if (wish.isClosed) await close(sessionId, session)
}

async function close(sessionId: string, session: MediaSession): Promise<void> {
  sessions.delete(sessionId)
  const { port } = session.socket
  const stats = await session.close(performance.now())
  ports?.giveBack(port, performance.now())
  send({ type: 'closed', sessionId, stats })
}

/** To a call of another worker. The port is closed with the bridge; what is still under way then is nobody's. */
function linkBy(port: MessagePort, session: MediaSession): Link {
  port.on('message', (packet: RelayedPacket) => session.relay(packet, performance.now()))
  return {
    // Only the packet's own bytes: a view would take its whole buffer along.
    send: (packet) => port.postMessage({ ...packet, payload: packet.payload.slice() }),
    close: () => port.close(),
  }
}

/** To a call of this worker. */
function linkTo(otherId: string): Link {
  return { send: (packet) => sessions.get(otherId)?.relay(packet, performance.now()), close: () => {} }
}

function onSessionCommand(command: Extract<WorkerCommand, { sessionId: string }>): void {
  if (command.type === 'open') {
    const { sessionId } = command
    const wish = { isClosed: false }
    opening.set(sessionId, wish)
    open(sessionId, wish)
      .catch((error) =>
        send({ type: 'open-failed', sessionId, message: error instanceof Error ? error.message : String(error) }),
      )
      .finally(() => opening.delete(sessionId))
    return
  }
  const session = sessions.get(command.sessionId)
  if (session === undefined) {
    // The call has ended meanwhile, or has not begun; who waits for an answer still gets one.
    if (command.type === 'drain') send({ type: 'drained', sessionId: command.sessionId })
    if (command.type === 'bridge') command.port?.close()
    const wish = opening.get(command.sessionId)
    if (command.type === 'close' && wish !== undefined) wish.isClosed = true
    return
  }
  switch (command.type) {
    case 'set-remote':
      return session.setRemote(command.remote, performance.now())
    case 'play':
      return session.play(
        command.playId,
        command.promptIds.map((promptId) => prompts.get(promptId)?.prompt),
      )
    case 'stop':
      return session.stop(command.playId)
    case 'dtmf':
      return session.pressKeys(command.digits)
    case 'record':
      return session.record(() => new WavFile(command.path), performance.now())
    case 'bridge': {
      const { otherId, port } = command
      return session.bridge(port === null ? linkTo(otherId) : linkBy(port, session), performance.now())
    }
    case 'unbridge':
      return session.unbridge()
    case 'drain':
      return session.whenHeard(() => send({ type: 'drained', sessionId: command.sessionId }))
    case 'close':
      void close(command.sessionId, session)
  }
}

function forget(promptId: string): void {
  const held = prompts.get(promptId)
  if (held === undefined) return
  prompts.delete(promptId)
  leaving.add(held)
  letGo()
}

/** What nobody plays any more is told, so that its memory can be used again. */
function letGo(): void {
  for (const held of leaving) {
    if ([...sessions.values()].some((session) => session.plays(held.prompt))) continue
    leaving.delete(held)
    send({ type: 'prompt-forgotten', bufferId: held.bufferId })
  }
}

function turn(): void {
  const nowMs = performance.now()
  wheelLateMs = Math.max(0, nowMs - expectedMs)
  for (const session of sessions.values()) session.tick(nowMs)
  if (leaving.size > 0 && nowMs > lookedMs + lookAgainMs) {
    lookedMs = nowMs
    letGo()
  }
  const endMs = performance.now()
  expectedMs = gridMs + (Math.floor((endMs - gridMs) / wheelMs) + 1) * wheelMs
  // Timers have whole milliseconds: rounded down it would turn just before its instant, and then again.
  wheel = setTimeout(turn, Math.ceil(expectedMs - endMs))
}
let wheel = setTimeout(turn, wheelMs)

parentPort?.on('message', (command: WorkerCommand) => {
  if (command.type === 'prompt') prompts.set(command.promptId, command)
  else if (command.type === 'forget-prompt') forget(command.promptId)
  else if (command.type === 'health') send({ type: 'health', sessions: sessions.size, wheelLateMs })
  else if (command.type === 'shutdown') {
    clearTimeout(wheel)
    void Promise.all([...sessions].map(([sessionId, session]) => close(sessionId, session))).then(() =>
      parentPort?.close(),
    )
  } else onSessionCommand(command)
})
