/** The sound of one call: its socket, what it sends each 20 ms, what it hears, what it records. */
import { silenceCode, transcode } from '../g711/g711.ts'
import type { Recorder } from '../recording/recorder.ts'
import { PlayOut } from '../rtp/play-out.ts'
import type { RtpSocket, Source } from '../transport/rtp-socket.ts'
import type { EncodedPrompt, MediaEvent, RelayedPacket, RemoteMedia, SessionStats } from './protocol.ts'
import type { Heard, Receiver } from './receiver.ts'
import { frameSamples, type Sender } from './sender.ts'

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
  /** What the other side says, in order, for the recording. */
  readonly said: PlayOut
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
  #recorder: Recorder | null = null
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
    this.#bridge = { link, said: new PlayOut(), relayedMs: nowMs }
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
    if (!packet.isKey) bridge.said.push(ours.sequence, 0, payload)
    if (remote.isMuted !== true) this.socket.send(ours.datagram, this.#receiver.target(remote))
  }

  /** Once; asked again it goes on, and the file of the first is not begun anew. */
  record(open: () => Recorder): void {
    this.#recorder ??= open()
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
    const link = this.#bridge?.link
    const heard = this.#receiver.receive(
      datagram,
      source,
      this.#remote,
      nowMs,
      link &&
        (({ marker, sequence, timestamp, ssrc, payload }, isKey) =>
          link.send({ isKey, law, marker, sequence, timestamp, ssrc, payload })),
    )
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
      this.#nextMs += frameMs
      const us = this.#isRelaying(nowMs) ? this.#relayedFrame(remote) : this.#ownFrame(remote)
      const them = this.#receiver.playOut.pop()
      this.#recorder?.frame(remote.codec, them, us)
    }
    if (this.#onHeard !== null && this.#isHeard) {
      const action = this.#onHeard
      this.#onHeard = null
      action()
    }
    this.#tell(this.#receiver.tick(nowMs, remote.isSilent !== true))
  }

  /** Sends the next 20 ms of ours; returns them for the recording. */
  #ownFrame(remote: RemoteMedia): Uint8Array {
    const { datagram, us, ended } = this.#sender.frame(remote)
    this.#silentFrames = this.#sender.isIdle && ended === null ? this.#silentFrames + 1 : 0
    if (remote.isMuted !== true) this.socket.send(datagram, this.#receiver.target(remote))
    if (ended !== null) this.#emit({ type: 'play-done', playId: ended, reason: 'end' })
    return us
  }

  /** What the other side of the bridge said 40 ms ago; it has been sent when it came. */
  #relayedFrame({ codec }: RemoteMedia): Uint8Array {
    this.#silentFrames++
    return this.#bridge?.said.pop() ?? new Uint8Array(frameSamples).fill(silenceCode[codec])
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

  async close(): Promise<SessionStats> {
    this.unbridge()
    this.#remote = null
    const sendErrors = this.socket.sendErrors()
    await this.socket.close()
    await this.#recorder?.close()
    const { received, heardMs, playOut } = this.#receiver
    return { sent: this.#sender.sent, received, lost: playOut.lost, heardMs, sendErrors }
  }

  #tell(heard: readonly Heard[]): void {
    for (const one of heard) this.#emit(one)
  }
}
