/** The far end of the media bench: speaks to every call each 20 ms, and notes how far each gap between packets is from 20 ms. */
import type { Socket } from 'node:dgram'
import { encode } from '@dialwright/media'
import { serve } from '../harness/child.ts'
import { boundSocket } from './udp.ts'
import { frameMs, PacketStream, voiceSamples } from './wire.ts'

export type FarEndCommand =
  | { readonly do: 'ports' }
  /** Speaks to these ports from now on, over the sockets in turn; an empty list is silence. */
  | { readonly do: 'speak'; readonly ports: readonly number[] }
  | { readonly do: 'begin' }
  | { readonly do: 'end' }
export type Deviation = {
  readonly packets: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly maxMs: number
}

/** The kernel's receive buffer of one socket holds some 270 packets: a pause of this process must not lose any. */
const sockets = 10
/** Calls are spoken to in slices, so that what comes in is read in between. */
const slicesPerFrame = 20
const bucketMs = 0.01
const buckets = 20_000

const lastMs = new Float64Array(65_536)
const histogram = new Uint32Array(buckets + 1)
let packets = 0
let maxMs = 0
let isMeasuring = false

const ends: Socket[] = []
for (let n = 0; n < sockets; n++) ends.push(await boundSocket(heard))

function heard(port: number): void {
  const nowMs = performance.now()
  const gapMs = nowMs - (lastMs[port] ?? 0)
  const isFirst = lastMs[port] === 0
  lastMs[port] = nowMs
  if (!isMeasuring || isFirst) return
  const deviationMs = Math.abs(gapMs - frameMs)
  const bucket = Math.min(buckets, Math.floor(deviationMs / bucketMs))
  histogram[bucket] = (histogram[bucket] ?? 0) + 1
  packets++
  maxMs = Math.max(maxMs, deviationMs)
}

function deviationAt(share: number): number {
  let seen = 0
  for (const [bucket, count] of histogram.entries()) {
    seen += count
    if (seen >= share * packets) return (bucket + 1) * bucketMs
  }
  return Number.NaN
}

const voice = encode('pcma', voiceSamples())
let speaking: NodeJS.Timeout | null = null

function speak(ports: readonly number[]): void {
  if (speaking !== null) clearInterval(speaking)
  lastMs.fill(0)
  const calls = ports.map((port, index) => ({
    port,
    stream: new PacketStream(index + 1, voice),
    end: ends[index % sockets],
  }))
  if (calls.length === 0) return
  const startedMs = performance.now()
  let slice = 0
  speaking = setInterval(() => {
    const due = Math.floor((performance.now() - startedMs) / (frameMs / slicesPerFrame))
    // A process that was held up speaks on, it does not make up for it.
    if (due - slice > 2 * slicesPerFrame) slice = due
    for (; slice < due; slice++) {
      for (let index = slice % slicesPerFrame; index < calls.length; index += slicesPerFrame) {
        const call = calls[index]
        call?.end?.send(call.stream.next(), call.port, '127.0.0.1')
      }
    }
  }, frameMs / slicesPerFrame)
}

serve<FarEndCommand>((command): readonly number[] | Deviation | null => {
  switch (command.do) {
    case 'ports':
      return ends.map((end) => end.address().port)
    case 'speak':
      speak(command.ports)
      return null
    case 'begin':
      histogram.fill(0)
      packets = 0
      maxMs = 0
      isMeasuring = true
      return null
    case 'end':
      isMeasuring = false
      return { packets, p50Ms: deviationAt(0.5), p99Ms: deviationAt(0.99), maxMs }
  }
})
