/**
 * A bad network in front of the carrier: loses, delays, doubles and reorders datagrams both ways, by a seed. It carries
 * signalling; sound goes past it, because SDP names the ends themselves.
 */
import { createSocket, type Socket } from 'node:dgram'
import type { CarrierClock, CarrierRandom } from '../clock.ts'

export type Weather = {
  /** Share of datagrams that are lost, each way: 0 to 1. */
  readonly loss: number
  /** Share that arrive twice. */
  readonly duplicate: number
  /** Share that are held back by up to `reorderMs`, so that later ones overtake them. */
  readonly reorder: number
  /** Up to this much each datagram is delayed, evenly. */
  readonly delayMs: number
}

export type RelayOptions = Weather & {
  readonly address: string
  /** 0 takes a free port. */
  readonly port: number
  readonly target: { readonly address: string; readonly port: number }
  readonly clock: CarrierClock
  readonly random: Pick<CarrierRandom, 'next'>
}

export type Relay = {
  readonly port: number
  /** Datagrams by what became of them. */
  readonly counts: {
    readonly passed: number
    readonly lost: number
    readonly doubled: number
    readonly heldBack: number
  }
  stop(): Promise<void>
}

const reorderMs = 80

export async function startRelay(options: RelayOptions): Promise<Relay> {
  const { address, target, clock, random } = options
  const counts = { passed: 0, lost: 0, doubled: 0, heldBack: 0 }
  const timers = new Set<{ cancel(): void }>()
  /** One socket towards the target for each caller, so that answers find back. */
  const upstream = new Map<string, Promise<Socket>>()
  let isStopped = false

  const pass = (send: () => void): void => {
    if (random.next() < options.loss) {
      counts.lost += 1
      return
    }
    counts.passed += 1
    const isDoubled = random.next() < options.duplicate
    if (isDoubled) counts.doubled += 1
    for (let copy = 0; copy < (isDoubled ? 2 : 1); copy += 1) {
      let delayMs = random.next() * options.delayMs
      if (random.next() < options.reorder) {
        counts.heldBack += 1
        delayMs += random.next() * reorderMs
      }
      const timer = clock.schedule(delayMs, () => {
        timers.delete(timer)
        if (!isStopped) send()
      })
      timers.add(timer)
    }
  }

  const front = await bind(options.port, address)
  const openUpstream = async (caller: { address: string; port: number }): Promise<Socket> => {
    const socket = await bind(0, address)
    socket.on('message', (datagram) => pass(() => front.send(datagram, caller.port, caller.address)))
    return socket
  }
  front.on('message', (datagram, caller) => {
    const key = `${caller.address}:${caller.port}`
    const socket = upstream.get(key) ?? openUpstream(caller)
    upstream.set(key, socket)
    pass(() => void socket.then((open) => open.send(datagram, target.port, target.address)))
  })
  return {
    port: front.address().port,
    counts,
    stop: async () => {
      isStopped = true
      for (const timer of timers) timer.cancel()
      const sockets = [front, ...(await Promise.all(upstream.values()))]
      await Promise.all(sockets.map((socket) => new Promise<void>((resolve) => socket.close(() => resolve()))))
    },
  }
}

function bind(port: number, address: string): Promise<Socket> {
  const socket = createSocket('udp4')
  return new Promise((resolve, reject) => {
    socket.once('error', reject)
    socket.bind(port, address, () => {
      socket.off('error', reject)
      // A port that nobody listens on any more answers by ICMP: that is the network's business, not this process's end.
      socket.on('error', () => undefined)
      resolve(socket)
    })
  })
}
