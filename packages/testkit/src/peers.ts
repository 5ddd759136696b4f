/** Debian's telephony programs as peers of tests: present in CI, skipped with a reason on a machine that lacks them. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'

/** Undefined: the peer is here. Otherwise the reason to skip; in CI a missing peer is an error. */
export function missingPeer(program: string): string | undefined {
  const isHere = spawnSync('which', [program]).status === 0
  if (!isHere && process.env.CI !== undefined) throw new Error(`CI needs ${program}, which is not installed`)
  return isHere ? undefined : `${program} is not installed`
}

/** A UDP port that was free a moment ago. */
export async function freeUdpPort(): Promise<number> {
  const socket = createSocket('udp4')
  const listening = once(socket, 'listening')
  socket.bind(0, '127.0.0.1')
  await listening
  const { port } = socket.address()
  await new Promise<void>((resolve) => socket.close(() => resolve()))
  return port
}

export type Peer = { readonly exited: Promise<number | null>; kill(): void }

/** Runs a peer with its output thrown away; `exited` resolves with its exit code. */
export function runPeer(program: string, args: readonly string[], cwd: string): Peer {
  const child: ChildProcess = spawn(program, args, { cwd, stdio: 'ignore' })
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)))
  return { exited, kill: () => void child.kill('SIGKILL') }
}
