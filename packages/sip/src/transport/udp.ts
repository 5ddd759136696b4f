/** SIP over UDP: the one place of this package that touches a socket. Garbage and strangers are dropped without an answer. */
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { limits } from '../message/parse.ts'

export type Peer = { readonly address: string; readonly port: number }

export type UdpTransport = {
  readonly localPort: number
  /** Hands one datagram to the kernel; `onError` hears of a refusal (RFC 3261 §18.4). */
  send(text: string, to: Peer, onError: (error: Error) => void): void
  close(): Promise<void>
}

export type UdpOptions = {
  readonly address: string
  readonly port: number
  /** False: the datagram is dropped before it is parsed. */
  readonly accept: (source: Peer) => boolean
  readonly receive: (text: string, source: Peer) => void
}

/** A full receive buffer loses calls in a burst: 4 MiB hold some thousand messages. */
const receiveBufferBytes = 4 * 1024 * 1024

export async function openUdp(options: UdpOptions): Promise<UdpTransport> {
  const socket: Socket = createSocket({
    type: 'udp4',
    recvBufferSize: receiveBufferBytes,
    lookup: (host, _, done) => done(null, host, 4),
  })
  socket.on('message', (bytes, source) => {
    if (bytes.length === 0 || bytes.length > limits.datagramBytes || !options.accept(source)) return
    options.receive(bytes.toString('latin1'), { address: source.address, port: source.port })
  })
  // With a synchronous lookup the socket listens before `bind` returns: the event must be awaited from before.
  const listening = once(socket, 'listening')
  socket.bind(options.port, options.address)
  await listening
  // A later error is an ICMP refusal for some peer: its transaction's timers deal with it.
  socket.on('error', () => {})
  let isClosed = false
  return {
    localPort: (socket.address() as AddressInfo).port,
    send(text, to, onError) {
      if (isClosed) return
      try {
        socket.send(Buffer.from(text, 'latin1'), to.port, to.address, (error) => {
          if (error !== null) onError(error)
        })
      } catch (error) {
        // A port out of range throws at once; told later, as every other refusal, so that no machine is re-entered in mid-step.
        queueMicrotask(() => onError(error instanceof Error ? error : new Error(String(error))))
      }
    },
    async close() {
      if (isClosed) return
      isClosed = true
      await new Promise<void>((resolve) => socket.close(() => resolve()))
    },
  }
}
