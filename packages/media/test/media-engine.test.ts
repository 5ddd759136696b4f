import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { MediaEngine, type MediaEvent } from '@dialwright/media'
import { assertHeard, assertNotHeard, noise, SeededRandom } from '@dialwright/testkit'

type Side = { engine: MediaEngine; wait: (type: MediaEvent['type'], count?: number) => Promise<MediaEvent[]> }

function side(seed: number): Side {
  const seen: MediaEvent[] = []
  let wake = (): void => {}
  const engine = new MediaEngine({
    address: '127.0.0.1',
    portRange: 'ephemeral',
    workers: 1,
    random: new SeededRandom(seed),
    onEvent: (event) => {
      seen.push(event)
      wake()
    },
  })
  const wait = async (type: MediaEvent['type'], count = 1): Promise<MediaEvent[]> => {
    for (;;) {
      const found = seen.filter((event) => event.type === type)
      if (found.length >= count) return found
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
  }
  return { engine, wait }
}

async function connect(a: Side, b: Side): Promise<void> {
  const [portA, portB] = await Promise.all([a.engine.open('call'), b.engine.open('call')])
  const media = { address: '127.0.0.1', codec: 'pcma', payloadType: 8, telephoneEventPayloadType: 101 } as const
  a.engine.setRemote('call', { ...media, port: portB })
  b.engine.setRemote('call', { ...media, port: portA })
}

test('a prompt arrives whole at the other end, is heard as voice and stands in the recording', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'media-'))
  const [a, b] = [side(1), side(2)]
  t.after(async () => {
    await Promise.all([a.engine.shutdown(), b.engine.shutdown()])
    rmSync(directory, { recursive: true })
  })
  await connect(a, b)
  const prompt = noise(9, 8_000)
  a.engine.addPrompt('word', prompt)
  b.engine.record('call', join(directory, 'call.wav'))
  await a.wait('first-packet')
  // Asked again, it goes on: a 200 after a 183 does not begin the file anew.
  b.engine.record('call', join(directory, 'call.wav'))
  a.engine.play('call', 'play-1', ['word'])
  assert.deepEqual(await a.wait('play-done'), [
    { type: 'play-done', playId: 'play-1', reason: 'end', sessionId: 'call' },
  ])
  await b.wait('voice-end')
  const stats = await b.engine.close('call')
  assert.ok(stats !== null && stats.heardMs >= 900 && stats.heardMs <= 1_060, `heard ${stats?.heardMs} ms`)
  const file = readFileSync(join(directory, 'call.wav'))
  const left = Int16Array.from({ length: (file.length - 44) / 4 }, (_, i) => file.readInt16LE(44 + i * 4))
  assertHeard(left, prompt, 'the prompt')
})

test('a prompt that is removed while it plays is heard whole, whatever comes after it into the memory of prompts', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'media-'))
  const [a, b] = [side(7), side(8)]
  t.after(async () => {
    await Promise.all([a.engine.shutdown(), b.engine.shutdown()])
    rmSync(directory, { recursive: true })
  })
  await connect(a, b)
  const prompt = noise(9, 8_000)
  const other = noise(10, prompt.length)
  a.engine.addPrompt('word', prompt)
  b.engine.record('call', join(directory, 'call.wav'))
  await a.wait('first-packet')
  a.engine.play('call', 'whole', ['word'])
  a.engine.removePrompt('word')
  for (let n = 0; n < 10; n++) {
    await a.engine.health()
    a.engine.addPrompt(`other-${n}`, other)
    if (n % 2 === 0) a.engine.removePrompt(`other-${n}`)
  }
  a.engine.play('call', 'gone', ['word'])
  assert.deepEqual(
    (await a.wait('play-done', 2)).map((event) => event.type === 'play-done' && `${event.playId} ${event.reason}`),
    ['gone failed', 'whole end'],
  )
  await b.wait('voice-end')
  await b.engine.close('call')
  const file = readFileSync(join(directory, 'call.wav'))
  const left = Int16Array.from({ length: (file.length - 44) / 4 }, (_, i) => file.readInt16LE(44 + i * 4))
  assertHeard(left, prompt, 'the prompt')
  assertNotHeard(left, other, 'what came into its memory')
})

test('every key is heard exactly once and a drain lets the last one out before the close', async (t) => {
  const [a, b] = [side(3), side(4)]
  t.after(() => Promise.all([a.engine.shutdown(), b.engine.shutdown()]))
  await connect(a, b)
  await a.wait('first-packet')
  a.engine.sendDtmf('call', '0123456789*#')
  await a.engine.drain('call')
  await a.engine.close('call')
  const keys = await b.wait('dtmf', 12)
  assert.equal(keys.map((event) => (event.type === 'dtmf' ? event.digit : '')).join(''), '0123456789*#')
})

test('an unknown prompt is told as a failed play, not as silence', async (t) => {
  const [a, b] = [side(5), side(6)]
  t.after(() => Promise.all([a.engine.shutdown(), b.engine.shutdown()]))
  await connect(a, b)
  a.engine.play('call', 'play-1', ['nowhere'])
  const [event] = await a.wait('play-done')
  assert.deepEqual(event, { type: 'play-done', playId: 'play-1', reason: 'failed', sessionId: 'call' })
})

test('a drain waits until the far end has played the last word out of its buffer', async (t) => {
  const [a, b] = [side(1), side(2)]
  t.after(() => Promise.all([a.engine.shutdown(), b.engine.shutdown()]))
  await connect(a, b)
  a.engine.addPrompt('word', noise(9, 3_200))
  a.engine.play('call', 'p', ['word'])
  const said = a.wait('play-done').then(() => performance.now())
  await a.engine.drain('call')
  const silenceMs = performance.now() - (await said)
  // Ten frames of 20 ms; told over two threads, so that a little of it may be gone when we hear of the first.
  assert.ok(silenceMs >= 150, `only ${silenceMs} ms behind the last word`)
})

test('a session that is closed while it is being opened is closed, and its port is free', async (t) => {
  const { engine } = side(1)
  t.after(() => engine.shutdown())
  const opened = engine.open('call')
  const stats = await engine.close('call')
  assert.ok((await opened) > 0)
  assert.equal(stats?.sent, 0)
  assert.equal((await engine.health()).sessions, 0)
  assert.equal(await engine.close('call'), null)
})

test('a muted side hears and sends nothing', async (t) => {
  const [a, b] = [side(1), side(2)]
  t.after(() => Promise.all([a.engine.shutdown(), b.engine.shutdown()]))
  const [portA, portB] = await Promise.all([a.engine.open('call'), b.engine.open('call')])
  const media = { address: '127.0.0.1', codec: 'pcma', payloadType: 8, telephoneEventPayloadType: 101 } as const
  a.engine.setRemote('call', { ...media, port: portB, isMuted: true })
  b.engine.setRemote('call', { ...media, port: portA })
  b.engine.addPrompt('word', noise(9, 3_200))
  b.engine.play('call', 'p', ['word'])
  await b.wait('play-done')
  const [heardByA, heardByB] = await Promise.all([a.engine.close('call'), b.engine.close('call')])
  assert.ok((heardByA?.heardMs ?? 0) >= 360, `${heardByA?.heardMs} ms`)
  assert.equal(heardByB?.received, 0)
})
