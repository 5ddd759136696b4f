/** A UDP socket of the bench on loopback. */
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'

/** Binds to a free port. With a synchronous lookup a send costs no turn of the event loop. */
export async function boundSocket(onMessage: (fromPort: number) => void): Promise<Socket> {
  const socket = createSocket({ type: 'udp4', lookup: (host, _, done) => done(null, host, 4) })
  const listening = once(socket, 'listening')
  socket.bind(0, '127.0.0.1')
  await listening
  socket.on('message', (_, source) => onMessage(source.port))
  // A far end that has closed refuses what is still under way.
  socket.on('error', () => undefined)
  return socket
}
