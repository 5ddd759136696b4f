/** Calls to a peer of another house: Debian's SIPp as user agent server, under the machine's own clock. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { type OutgoingCallEvent, SipEndpoint } from '@dialwright/sip'
import { SeededRandom } from '@dialwright/testkit'
import { offer } from './two-ends.ts'

const hasSipp = spawnSync('sipp', ['-v']).error === undefined
const skip =
  hasSipp || process.env.CI !== undefined ? false : 'SIPp is not installed here (Debian: sip-tester); CI has it'

const systemClock = {
  monotonicMs: () => performance.now(),
  schedule: (delayMs: number, action: () => void) => {
    const timer = setTimeout(action, delayMs)
    return { cancel: () => clearTimeout(timer) }
  },
}

async function freePort(): Promise<number> {
  const socket = createSocket('udp4')
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const { port } = socket.address() as AddressInfo
  socket.close()
  await once(socket, 'close')
  return port
}

async function startSipp(port: number, directory: string, calls: number): Promise<ChildProcess> {
  const bind = ['-i', '127.0.0.1', '-mi', '127.0.0.1', '-p', String(port)]
  const sipp = spawn('sipp', ['-sn', 'uas', ...bind, '-m', String(calls), '-nostdin'], {
    cwd: directory,
    stdio: 'ignore',
  })
  await once(sipp, 'spawn')
  return sipp
}

test('twenty calls to SIPp are answered and ended, and SIPp is content with each', {
  skip,
  timeout: 40_000,
}, async () => {
  const calls = 20
  const directory = mkdtempSync(join(tmpdir(), 'dialwright-sipp-'))
  const port = await freePort()
  const sipp = await startSipp(port, directory, calls)
  const exit = once(sipp, 'exit')
  const endpoint = await SipEndpoint.open({ port: 0, clock: systemClock, random: new SeededRandom(5) })
  try {
    const stories = Array.from({ length: calls }, (_, index) => {
      const { promise, resolve } = Promise.withResolvers<string[]>()
      const story: string[] = []
      const call = endpoint.invite(
        {
          requestUri: `sip:service@127.0.0.1:${port}`,
          from: { uri: 'sip:us@127.0.0.1' },
          target: { address: '127.0.0.1', port },
          callId: `to-sipp-${index}`,
          body: offer,
        },
        (event: OutgoingCallEvent) => {
          story.push(event.type === 'provisional' ? String(event.status) : event.type)
          if (event.type === 'answered') call.bye()
          if (event.type === 'ended') resolve(story)
        },
      )
      return promise
    })
    for (const story of await Promise.all(stories)) assert.deepEqual(story, ['sent', '180', 'answered', 'ended'])
    assert.equal(endpoint.live.calls, 0)
    // SIPp waits 4 s in its last state and then exits by itself: 0 says that every call went as its scenario wants.
    assert.deepEqual(await exit, [0, null])
  } finally {
    await endpoint.close()
    if (sipp.exitCode === null && sipp.signalCode === null) sipp.kill('SIGKILL')
    rmSync(directory, { recursive: true, force: true })
  }
})
