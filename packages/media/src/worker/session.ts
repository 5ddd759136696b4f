/** The sound of one call: its socket, what it sends each 20 ms, what it hears, what it records. */
import type { Recorder } from '../recording/recorder.ts'
import type { RtpSocket, Source } from '../transport/rtp-socket.ts'
import type { EncodedPrompt, MediaEvent, RemoteMedia, SessionStats } from './protocol.ts'
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
    } else this.#receiver.unlatch()
    this.#remote = remote
    const overtakers = this.#overtakers
    this.#overtakers = []
    for (const { datagram, source, atMs } of overtakers) {
      if (nowMs - atMs <= overtakesByMs && source.address === remote.address) this.receive(datagram, source, nowMs)
    }
  }

  play(playId: string, prompts: readonly (EncodedPrompt | undefined)[]): void {
    const known = prompts.filter((prompt) => prompt !== undefined)
    if (known.length !== prompts.length || !this.#sender.play(playId, known))
      this.#emit({ type: 'play-done', playId, reason: 'failed' })
  }

  stop(playId: string): void {
    if (this.#sender.stop(playId)) this.#emit({ type: 'play-done', playId, reason: 'stopped' })
  }

  pressKeys(digits: string): void {
    this.#sender.pressKeys(digits)
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
    this.#tell(this.#receiver.receive(datagram, source, this.#remote, nowMs))
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
      const { datagram, us, ended } = this.#sender.frame(remote)
      this.#silentFrames = this.#sender.isIdle && ended === null ? this.#silentFrames + 1 : 0
      if (remote.isMuted !== true) this.socket.send(datagram, this.#receiver.target(remote))
      const them = this.#receiver.playOut.pop()
      this.#recorder?.frame(remote.codec, them, us)
      if (ended !== null) this.#emit({ type: 'play-done', playId: ended, reason: 'end' })
    }
    if (this.#onHeard !== null && this.#isHeard) {
      const action = this.#onHeard
      this.#onHeard = null
      action()
    }
    this.#tell(this.#receiver.tick(nowMs, remote.isSilent !== true))
  }

  get #isHeard(): boolean {
    return this.#sender.isIdle && this.#silentFrames >= tailFrames
  }

  async close(): Promise<SessionStats> {
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
