/** The sound of one call: its socket, what it sends each 20 ms, what it hears, what it records. */
import { transcode } from '../g711/g711.ts'
import { Recording, type RecordingFile } from '../recording/recording.ts'
import type { RtpSocket, Source } from '../transport/rtp-socket.ts'
import type { EncodedPrompt, MediaEvent, RelayedPacket, RemoteMedia, SessionStats } from './protocol.ts'
import type { Heard, Receiver } from './receiver.ts'
import type { Sender } from './sender.ts'

const frameMs = 20
/** Further behind than this the wheel has stalled: frames are skipped, never sent in a burst. */
const burstLimitMs = 60
/**
 * Silence behind the last word before it counts as heard: what the far end still holds in its jitter buffer is lost with the
 * BYE. Debian's baresip holds up to 160 ms; this is a little more.
 */
const tailFrames = 10

/**
 * Sound that comes this long before we know whom we talk to is his: his first word may overtake what our own side has yet to say to
 * this thread. Older sound was ringing.
 */
const overtakesByMs = 200
const overtakersAtMost = 12

/** The other side of a bridge that stays silent for longer than this is filled in for, so that our far end does not take us for dead. */
const quietMs = 100

/** The way to the call that is bridged with this one. */
export type Link = { send(packet: RelayedPacket): void; close(): void }

type Bridge = {
  readonly link: Link
  /** When the last packet of the other side went out; null: our own silence does. */
  relayedMs: number | null
}

type WithoutSession<Event> = Event extends unknown ? Omit<Event, 'sessionId'> : never

export class MediaSession {
  readonly socket: RtpSocket
  readonly #sender: Sender
  readonly #receiver: Receiver
  readonly #emit: (event: WithoutSession<MediaEvent>) => void
  #remote: RemoteMedia | null = null
  /** What came before we knew whom we talk to, oldest first. */
  #overtakers: { readonly datagram: Uint8Array; readonly source: Source; readonly atMs: number }[] = []
  #recording: Recording | null = null
  /** Of a recording that waits for the far end to be known. */
  #openFile: (() => RecordingFile) | null = null
  #bridge: Bridge | null = null
  #nextMs = 0
  #onHeard: (() => void) | null = null
  /** Frames of silence since the last word; nothing said yet is nothing to wait for. */
  #silentFrames = tailFrames

  constructor(
    socket: RtpSocket,
    sender: Sender,
    receiver: Receiver,
    emit: (event: WithoutSession<MediaEvent>) => void,
  ) {
    this.socket = socket
    this.#sender = sender
    this.#receiver = receiver
    this.#emit = emit
  }

  setRemote(remote: RemoteMedia, nowMs: number): void {
    if (this.#remote === null) {
      this.#nextMs = nowMs
      this.#receiver.expectFrom(nowMs)
    }
    this.#receiver.expectAt(remote)
    this.#remote = remote
    if (this.#openFile !== null) this.record(this.#openFile, nowMs)
    const overtakers = this.#overtakers
    this.#overtakers = []
    for (const { datagram, source, atMs } of overtakers) {
      if (nowMs - atMs <= overtakesByMs && source.address === remote.address) this.receive(datagram, source, nowMs)
    }
  }

  play(playId: string, prompts: readonly (EncodedPrompt | undefined)[]): void {
    const known = prompts.filter((prompt) => prompt !== undefined)
    if (this.#bridge !== null || known.length !== prompts.length || !this.#sender.play(playId, known))
      this.#emit({ type: 'play-done', playId, reason: 'failed' })
  }

  /** True while this prompt is under way or queued. */
  plays(prompt: EncodedPrompt): boolean {
    return this.#sender.plays(prompt)
  }

  stop(playId: string): void {
    if (this.#sender.stop(playId)) this.#emit({ type: 'play-done', playId, reason: 'stopped' })
  }

  pressKeys(digits: string): void {
    if (this.#bridge === null) this.#sender.pressKeys(digits)
  }

  /** From now on this call hears the other one in place of us; what plays stops. */
  bridge(link: Link, nowMs: number): void {
    this.unbridge()
    for (const playId of this.#sender.clear()) this.#emit({ type: 'play-done', playId, reason: 'stopped' })
    this.#bridge = { link, relayedMs: nowMs }
  }

  unbridge(): void {
    this.#bridge?.link.close()
    this.#bridge = null
  }

  /** Sends on what the other call has heard. */
  relay(packet: RelayedPacket, nowMs: number): void {
    const remote = this.#remote
    const bridge = this.#bridge
    if (remote === null || bridge === null) return
    const payloadType = packet.isKey ? remote.telephoneEventPayloadType : remote.payloadType
    if (payloadType === null) return
    const payload = packet.isKey ? packet.payload : transcode(packet.law, remote.codec, packet.payload)
    const ours = this.#sender.relay({ ...packet, payload }, payloadType)
    if (ours === null) return
    bridge.relayedMs = nowMs
    if (!packet.isKey) this.#recording?.relay(packet, nowMs)
    if (remote.isMuted !== true) this.socket.send(ours, this.#receiver.target(remote))
  }

  /** Begins as soon as the far end is known; asked again it goes on, and the file of the first is not begun anew. */
  record(open: () => RecordingFile, nowMs: number): void {
    if (this.#remote === null) this.#openFile = open
    else this.#recording ??= new Recording(open(), this.#remote.codec, nowMs)
  }

  /** Calls back once everything queued has been sent and the far end has had the time to play it. */
  whenHeard(action: () => void): void {
    if (this.#remote === null || this.#isHeard) action()
    else this.#onHeard = action
  }

  receive(datagram: Uint8Array, source: Source, nowMs: number): void {
    if (this.#remote === null) {
      this.#overtakers.push({ datagram, source, atMs: nowMs })
      if (this.#overtakers.length > overtakersAtMost) this.#overtakers.shift()
      return
    }
    const { codec: law } = this.#remote
    const heard = this.#receiver.receive(datagram, source, this.#remote, nowMs, (packet, isKey) => {
      const { marker, sequence, timestamp, ssrc, payload } = packet
      if (!isKey) this.#recording?.hear({ law, timestamp, ssrc, payload }, nowMs)
      this.#bridge?.link.send({ isKey, law, marker, sequence, timestamp, ssrc, payload })
    })
    this.#tell(heard)
  }

  /** Sends what is due. */
  tick(nowMs: number): void {
    const remote = this.#remote
    if (remote === null) return
    const behindMs = nowMs - this.#nextMs
    if (behindMs > burstLimitMs) {
      const frames = Math.floor(behindMs / frameMs)
      this.#sender.skip(frames)
      this.#nextMs += frames * frameMs
    }
    while (this.#nextMs <= nowMs) {
      if (this.#isRelaying(nowMs)) this.#silentFrames++
      else this.#sendFrame(remote, this.#nextMs)
      this.#nextMs += frameMs
    }
    this.#recording?.advance(nowMs)
    if (this.#onHeard !== null && this.#isHeard) {
      const action = this.#onHeard
      this.#onHeard = null
      action()
    }
    this.#tell(this.#receiver.tick(nowMs, remote.isSilent !== true))
  }

  /** Sends the 20 ms of ours that are due at this instant. */
  #sendFrame(remote: RemoteMedia, dueMs: number): void {
    const { datagram, us, ended } = this.#sender.frame(remote)
    this.#silentFrames = this.#sender.isIdle && ended === null ? this.#silentFrames + 1 : 0
    if (remote.isMuted !== true) this.socket.send(datagram, this.#receiver.target(remote))
    this.#recording?.say(remote.codec, us, dueMs)
    if (ended !== null) this.#emit({ type: 'play-done', playId: ended, reason: 'end' })
  }

  /** False where nobody is bridged, and where the other side has been quiet for so long that our own silence goes out. */
  #isRelaying(nowMs: number): boolean {
    const bridge = this.#bridge
    if (bridge === null || bridge.relayedMs === null) return false
    const quiet = nowMs - bridge.relayedMs
    if (quiet <= quietMs) return true
    bridge.relayedMs = null
    // The clock goes on for the time in which nothing was sent.
    this.#sender.skip(Math.floor(quiet / frameMs))
    return false
  }

  get #isHeard(): boolean {
    return this.#sender.isIdle && this.#silentFrames >= tailFrames
  }

  async close(nowMs: number): Promise<SessionStats> {
    this.unbridge()
    this.#remote = null
    const sendErrors = this.socket.sendErrors()
    await this.socket.close()
    await this.#recording?.close(nowMs)
    const { received, heardMs, lost } = this.#receiver
    return { sent: this.#sender.sent, received, lost, heardMs, sendErrors }
  }

  #tell(heard: readonly Heard[]): void {
    for (const one of heard) this.#emit(one)
  }
}
