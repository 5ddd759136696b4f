/** One UDP socket per call: the only place of this package that touches a socket. */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'

export type Source = { readonly address: string; readonly port: number }

export type RtpSocket = {
  readonly port: number
  /** Refusals (ICMP) are counted, never fatal. */
  readonly sendErrors: () => number
  send(datagram: Uint8Array, to: Source): void
  close(): Promise<void>
}

/** @param port 0 takes a free port. Rejects with the system's error when it is taken. */
export async function openRtpSocket(
  address: string,
  port: number,
  receive: (datagram: Uint8Array, source: Source) => void,
): Promise<RtpSocket> {
  const socket = createSocket({ type: 'udp4', lookup: (host, _, done) => done(null, host, 4) })
  // With a synchronous lookup the socket listens before `bind` returns: the event must be awaited from before.
  const listening = once(socket, 'listening')
  socket.bind(port, address)
  await listening
  let errors = 0
  socket.on('error', () => errors++)
  socket.on('message', (bytes, source) => receive(bytes, source))
  let isClosed = false
  return {
    port: (socket.address() as AddressInfo).port,
    sendErrors: () => errors,
    send(datagram, to) {
      if (isClosed) return
      socket.send(datagram, to.port, to.address, (error) => {
        if (error !== null) errors++
      })
    },
    async close() {
      if (isClosed) return
      isClosed = true
      await new Promise<void>((resolve) => socket.close(() => resolve()))
    },
  }
}
