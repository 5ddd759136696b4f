/** The control of the media bench: the same packets from as many plain sockets, and nothing done with what comes in. */
import type { Socket } from 'node:dgram'
import { encode } from '@dialwright/media'
import { serve } from '../harness/child.ts'
import type { SideCommand } from './sides.ts'
import { boundSocket } from './udp.ts'
import { frameMs, PacketStream, voiceSamples } from './wire.ts'

const wheelMs = 5

type BareCall = { readonly socket: Socket; readonly stream: PacketStream; readonly port: number; nextMs: number }

const voice = encode('pcma', voiceSamples())
let calls: BareCall[] = []
let received = 0

async function open(command: Extract<SideCommand, { do: 'open' }>): Promise<number[]> {
  received = 0
  const startMs = performance.now() + 100
  for (let n = 0; n < command.calls; n++) {
    const socket = await boundSocket(() => received++)
    const port = command.farEnd[n % command.farEnd.length] ?? 0
    calls.push({ socket, port, stream: new PacketStream(n + 1, voice), nextMs: startMs + (n % frameMs) })
  }
  return calls.map(({ socket }) => socket.address().port)
}

async function close(): Promise<number> {
  for (const { socket } of calls) socket.close()
  calls = []
  return received
}

/** On a fixed grid of time: an interval of the runtime drifts, and the drift would be in the gaps. */
const gridMs = performance.now()

function turn(): void {
  const nowMs = performance.now()
  for (const call of calls) {
    while (call.nextMs <= nowMs) {
      call.nextMs += frameMs
      call.socket.send(call.stream.next(), call.port, '127.0.0.1')
    }
  }
  const nextTurn = Math.floor((performance.now() - gridMs) / wheelMs) + 1
  setTimeout(turn, Math.max(0, gridMs + nextTurn * wheelMs - performance.now()))
}
turn()
serve<SideCommand>((command) => (command.do === 'open' ? open(command) : close()))
