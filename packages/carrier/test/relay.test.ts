import assert from 'node:assert/strict'
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { type TestContext, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { SeededRandom } from '@dialwright/testkit'
import { startRelay, type Weather } from '../src/transport/relay.ts'

const clock = {
  now: () => Temporal.Now.instant(),
  monotonicMs: () => performance.now(),
  schedule: (delayMs: number, action: () => void) => {
    const timeout = setTimeout(action, delayMs)
    return { cancel: () => clearTimeout(timeout) }
  },
}

async function open(t: TestContext): Promise<{ socket: Socket; port: number }> {
  const socket = createSocket('udp4')
  const listening = once(socket, 'listening')
  socket.bind(0, '127.0.0.1')
  await listening
  t.after(() => void socket.close())
  return { socket, port: socket.address().port }
}

/** Sends numbered datagrams to an echo behind the relay; returns what came back, and what the relay says of it. */
async function echo(t: TestContext, weather: Weather, count: number, seed: number) {
  const [caller, target] = [await open(t), await open(t)]
  const relay = await startRelay({
    ...weather,
    address: '127.0.0.1',
    port: 0,
    target: { address: '127.0.0.1', port: target.port },
    clock,
    random: new SeededRandom(seed),
  })
  t.after(() => relay.stop())
  target.socket.on('message', (datagram, from) => target.socket.send(datagram, from.port, from.address))
  const back: number[] = []
  caller.socket.on('message', (datagram) => back.push(Number(datagram.toString())))
  for (let n = 0; n < count; n += 1) {
    caller.socket.send(String(n), relay.port, '127.0.0.1')
    // In step: a burst beyond a socket's buffer would be lost by the kernel, not by the relay.
    if (n % 20 === 19) await pause(1)
  }
  const settled = () => relay.counts.passed + relay.counts.lost
  for (let before = -1; before !== settled(); ) {
    before = settled()
    await pause(150)
  }
  return { back, counts: relay.counts }
}

const fair: Weather = { loss: 0, duplicate: 0, reorder: 0, delayMs: 0 }

test('in fair weather everything arrives once', async (t) => {
  const { back, counts } = await echo(t, fair, 200, 1)
  assert.deepEqual(
    back.toSorted((a, b) => a - b),
    Array.from({ length: 200 }, (_, n) => n),
  )
  assert.deepEqual({ ...counts }, { passed: 400, lost: 0, doubled: 0, heldBack: 0 })
})

test('in bad weather a share is lost, doubled and overtaken, as it was told', async (t) => {
  const { back, counts } = await echo(t, { loss: 0.1, duplicate: 0.1, reorder: 0.1, delayMs: 2 }, 2_000, 2)
  const through = counts.passed + counts.lost
  assert.ok(counts.lost / through > 0.07 && counts.lost / through < 0.13, `${counts.lost} of ${through} lost`)
  assert.ok(counts.doubled / counts.passed > 0.07 && counts.doubled / counts.passed < 0.13)
  assert.ok(back.length > new Set(back).size, 'none came twice')
  assert.ok(
    back.some((n, index) => index > 0 && n < (back[index - 1] ?? 0)),
    'none was overtaken',
  )
})
