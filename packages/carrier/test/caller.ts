/** A caller with a voice: places one call after another to a carrier, speaks, presses, hears, and keeps what it heard. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { MediaEngine, type MediaEvent, type SessionStats } from '@dialwright/media'
import { acceptAnswer, answerOffer, createOffer, type OutgoingCallEvent, SipEndpoint, sipUri } from '@dialwright/sip'
import { SeededRandom } from '@dialwright/testkit'
import { type Carrier, startCarrier } from '../src/carrier.ts'
import type { LedgerLine } from '../src/ledger/ledger.ts'
import { tone } from '../src/voices/tones.ts'

/** @param haste  Seconds that pass in one. */
export function clockOf(haste: number) {
  return {
    now: () => Temporal.Now.instant(),
    monotonicMs: () => performance.now() * haste,
    schedule: (delayMs: number, action: () => void) => {
      const timeout = setTimeout(action, Math.max(0, delayMs) / haste)
      return { cancel: () => clearTimeout(timeout) }
    },
  }
}

/** Six tenths of a second: what the caller says. */
export const sentenceMs = 600

export type Line = {
  readonly sip: readonly OutgoingCallEvent[]
  readonly sound: readonly MediaEvent[]
  /** Resolves with the n-th event of this type. */
  until<Type extends OutgoingCallEvent['type']>(type: Type, nth?: number): Promise<OutgoingCallEvent>
  hears(type: MediaEvent['type'], nth?: number): Promise<MediaEvent>
  say(): void
  press(digits: string): void
  /** Until the far end has heard all that was said and pressed. */
  drained(): Promise<void>
  /** What it does with a re-INVITE; absent: it answers. */
  refuseReinvites(): void
  hangUp(): void
}

export type Heard = {
  readonly lines: readonly LedgerLine[]
  readonly stats: SessionStats
  /** What came from the carrier, from the first moment that sound could come. */
  readonly samples: Int16Array
  readonly sip: readonly OutgoingCallEvent[]
}

export async function openCaller(carrierHaste = 1) {
  const directory = mkdtempSync(join(tmpdir(), 'carrier-'))
  const ledgerPath = join(directory, 'ledger.jsonl')
  const random = new SeededRandom(1)
  const clock = clockOf(1)
  const carrier: Carrier = await startCarrier({
    address: '127.0.0.1',
    port: 0,
    ledgerPath,
    personas: new Map(),
    credentials: { username: 'dialwright', password: 'secret' },
    clock: clockOf(carrierHaste),
    random,
    onError: (error) => {
      throw error
    },
  })
  const sip = await SipEndpoint.open({ port: 0, clock, random })
  const listeners = new Map<string, (event: MediaEvent) => void>()
  const media = new MediaEngine({
    address: '127.0.0.1',
    portRange: 'ephemeral',
    workers: 1,
    random,
    onEvent: (event) => listeners.get(event.sessionId)?.(event),
  })
  media.addPrompt('sentence', tone(300, sentenceMs / 1_000))
  let calls = 0
  const ledger = (): LedgerLine[] =>
    readFileSync(ledgerPath, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line): LedgerLine => JSON.parse(line))

  const call = async (number: string, behave: (line: Line) => Promise<unknown>): Promise<Heard> => {
    calls += 1
    const callId = `call-${calls}`
    const recording = join(directory, `${callId}.wav`)
    const port = await media.open(callId)
    const local = { address: '127.0.0.1', port, codecs: ['pcma', 'pcmu'] as const, sessionId: calls }
    const sipEvents: OutgoingCallEvent[] = []
    const sound: MediaEvent[] = []
    const wakers = new Set<() => void>()
    const wake = (): void => {
      for (const one of wakers) one()
    }
    listeners.set(callId, (event) => {
      sound.push(event)
      wake()
    })
    let refuses = false
    const hear = (body: string): void => {
      const audio = acceptAnswer(body, local.codecs)
      media.setRemote(callId, { ...audio, address: audio.remoteAddress, port: audio.remotePort })
      media.record(callId, recording)
    }
    const placed = sip.invite(
      {
        requestUri: sipUri(number, '127.0.0.1', carrier.port),
        from: { uri: sipUri('79996662211', '127.0.0.1') },
        target: { address: '127.0.0.1', port: carrier.port },
        callId,
        body: createOffer({ ...local, version: 1 }),
      },
      (event) => {
        if ((event.type === 'provisional' || event.type === 'answered') && event.body !== '') hear(event.body)
        if (event.type === 'reoffer') {
          if (refuses) event.reject(488)
          else event.respond(answerOffer(event.body, { ...local, version: 2 }).sdp)
        }
        sipEvents.push(event)
        wake()
      },
    )
    const nth = async <Event extends { type: string }>(
      from: readonly Event[],
      type: string,
      count: number,
    ): Promise<Event> => {
      for (;;) {
        const found = from.filter((event) => event.type === type)[count - 1]
        if (found !== undefined) return found
        await new Promise<void>((resolve) => {
          wakers.add(resolve)
        })
      }
    }
    await behave({
      sip: sipEvents,
      sound,
      until: (type, count = 1) => nth(sipEvents, type, count),
      hears: (type, count = 1) => nth(sound, type, count),
      say: () => media.play(callId, 'sentence', ['sentence']),
      press: (digits) => media.sendDtmf(callId, digits),
      drained: () => media.drain(callId),
      refuseReinvites: () => {
        refuses = true
      },
      hangUp: () => placed.bye(),
    })
    await nth(sipEvents, 'ended', 1)
    const stats = await media.close(callId)
    if (stats === null) throw new Error('the sound was closed before')
    for (;;) {
      const lines = ledger().filter((line) => line.callId === callId)
      if (lines.at(-1)?.kind === 'ended') return { lines, stats, samples: leftOf(recording), sip: sipEvents }
      await pause(5)
    }
  }
  return {
    carrier,
    call,
    ledger,
    close: async () => {
      await sip.close()
      await carrier.stop()
      await media.shutdown()
      rmSync(directory, { recursive: true })
    },
  }
}

/** The left side of a recording: what was heard; empty when there is none. */
function leftOf(path: string): Int16Array {
  let file: Buffer
  try {
    file = readFileSync(path)
  } catch {
    return new Int16Array()
  }
  return Int16Array.from({ length: Math.floor((file.length - 44) / 4) }, (_, i) => file.readInt16LE(44 + i * 4))
}

/**
 * How much of the sound is a tone of this frequency, window by window of 20 ms: the share of its power, 0 to 1 (Goertzel). A window
 * of silence has 0.
 */
export function shareOf(hertz: number, samples: Int16Array): number[] {
  const window = 160
  return Array.from({ length: Math.floor(samples.length / window) }, (_, index) => {
    const part = samples.subarray(index * window, (index + 1) * window)
    const factor = 2 * Math.cos((2 * Math.PI * hertz) / 8_000)
    let [before, last, power] = [0, 0, 0]
    for (const sample of part) {
      ;[before, last] = [last, sample + factor * last - before]
      power += sample * sample
    }
    if (power / window < 10_000) return 0
    return (2 * (last * last + before * before - factor * last * before)) / (power * window)
  })
}

/** How long, in ms, most of the sound is a tone of this frequency. */
export function msOf(hertz: number, samples: Int16Array): number {
  return shareOf(hertz, samples).filter((share) => share > 0.6).length * 20
}
