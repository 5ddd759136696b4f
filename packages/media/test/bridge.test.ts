import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { type Law, MediaEngine, type MediaEvent } from '@dialwright/media'
import { align, assertHeard, assertNotHeard, noise, SeededRandom } from '@dialwright/testkit'

type Side = {
  engine: MediaEngine
  until: (fits: (event: MediaEvent) => boolean, count?: number) => Promise<MediaEvent>
}

function openSide(t: TestContext, seed: number, workers: number): Side {
  const seen: MediaEvent[] = []
  const wakes = new Set<() => void>()
  const engine = new MediaEngine({
    address: '127.0.0.1',
    portRange: 'ephemeral',
    workers,
    random: new SeededRandom(seed),
    onEvent: (event) => {
      seen.push(event)
      for (const wake of wakes) wake()
    },
  })
  t.after(() => engine.shutdown())
  const until = async (fits: (event: MediaEvent) => boolean, count = 1): Promise<MediaEvent> => {
    for (;;) {
      const found = seen.filter(fits)[count - 1]
      if (found !== undefined) return found
      await new Promise<void>((resolve) => {
        wakes.add(resolve)
      })
    }
  }
  return { engine, until }
}

const customer = noise(4, 16_000)
const operator = noise(5, 16_000)

const types = { pcma: 8, pcmu: 0 } as const
const media = (codec: Law, port: number) =>
  ({ address: '127.0.0.1', port, codec, payloadType: types[codec], telephoneEventPayloadType: 101 }) as const

type Options = {
  workers?: number
  codecs?: readonly [Law, Law]
  portOfCustomer?: (ours: number, theirs: number) => Promise<{ ours: number; theirs: number }>
}

/** Two telephones and, between them, two calls of ours that are up and not yet bridged. */
async function openGround(t: TestContext, { workers = 1, codecs = ['pcma', 'pcma'], portOfCustomer }: Options = {}) {
  const directory = mkdtempSync(join(tmpdir(), 'bridge-'))
  const [ours, one, two] = [openSide(t, 1, workers), openSide(t, 2, 1), openSide(t, 3, 1)]
  // After the engines: recordings are whole when they have been shut down.
  t.after(() => rmSync(directory, { recursive: true }))
  const phones = [one, two] as const
  const ids = ['customer', 'operator'] as const
  for (const [index, phone] of phones.entries()) {
    const id = ids[index] ?? ''
    const [port, phonePort] = [await ours.engine.open(id), await phone.engine.open('call')]
    const between = index === 0 ? await portOfCustomer?.(port, phonePort) : undefined
    const codec = codecs[index] ?? 'pcma'
    ours.engine.setRemote(id, media(codec, between?.theirs ?? phonePort))
    phone.engine.setRemote('call', media(codec, between?.ours ?? port))
    phone.engine.addPrompt('voice', index === 0 ? customer : operator)
    await ours.until((event) => event.type === 'first-packet' && event.sessionId === id)
    await phone.until((event) => event.type === 'first-packet')
    phone.engine.record('call', join(directory, `${id}.wav`))
  }
  ours.engine.record('customer', join(directory, 'ours.wav'))
  const speak = async (phone: Side): Promise<void> => {
    phone.engine.play('call', 'voice', ['voice'])
    await phone.until((event) => event.type === 'play-done')
  }
  const close = async (): Promise<void> => {
    await Promise.all([...ids.map((id) => ours.engine.close(id)), ...phones.map(({ engine }) => engine.close('call'))])
  }
  return { ours, one, two, speak, close, stereo: (name: string) => stereoOf(join(directory, `${name}.wav`)) }
}

function stereoOf(path: string): { readonly heard: Int16Array; readonly said: Int16Array } {
  const file = readFileSync(path)
  const channel = (offset: number): Int16Array =>
    Int16Array.from({ length: (file.length - 44) / 4 }, (_, i) => file.readInt16LE(44 + i * 4 + offset))
  return { heard: channel(0), said: channel(2) }
}

for (const [name, options] of [
  ['of one worker', {}],
  ['of two workers', { workers: 2 }],
  ['of two codecs', { codecs: ['pcma', 'pcmu'] }],
  ['of two workers and two codecs', { workers: 2, codecs: ['pcmu', 'pcma'] }],
] as const)
  test(`two calls ${name} hear each other, and the recording of the first holds both`, async (t) => {
    const { ours, one, two, speak, close, stereo } = await openGround(t, options)
    ours.engine.bridge('customer', 'operator')
    await Promise.all([speak(one), speak(two)])
    // The last word is heard before anything is closed.
    await Promise.all([one.engine.drain('call'), two.engine.drain('call')])
    await close()
    assertHeard(stereo('operator').heard, customer, 'the operator hears the customer')
    assertHeard(stereo('customer').heard, operator, 'the customer hears the operator')
    assertHeard(stereo('ours').heard, customer, 'the customer is recorded')
    assertHeard(stereo('ours').said, operator, 'the operator is recorded')
    assertNotHeard(stereo('customer').heard, customer, 'the customer hears himself')
  })

test('what plays stops when two calls are bridged, nothing plays into the bridge, and everything does after it', async (t) => {
  const { ours } = await openGround(t)
  ours.engine.addPrompt('voice', customer)
  for (const playId of ['first', 'queued']) ours.engine.play('customer', playId, ['voice'])
  ours.engine.bridge('customer', 'operator')
  ours.engine.play('operator', 'into', ['voice'])
  const reasonOf = async (playId: string): Promise<unknown> => {
    const done = await ours.until((event) => event.type === 'play-done' && event.playId === playId)
    return 'reason' in done ? done.reason : null
  }
  assert.deepEqual(
    [await reasonOf('first'), await reasonOf('queued'), await reasonOf('into')],
    ['stopped', 'stopped', 'failed'],
  )
  ours.engine.unbridge('operator')
  ours.engine.play('operator', 'after', ['voice'])
  assert.equal(await reasonOf('after'), 'end')
})

test('a key passes through the bridge and is told, once', async (t) => {
  const { ours, one, two } = await openGround(t, { workers: 2 })
  ours.engine.bridge('customer', 'operator')
  one.engine.sendDtmf('call', '7#')
  for (const digit of ['7', '#']) {
    const told = await ours.until((event) => event.type === 'dtmf' && event.digit === digit)
    assert.equal(told.sessionId, 'customer')
    await two.until((event) => event.type === 'dtmf' && event.digit === digit)
  }
})

test('the bridge ends when one of its calls is closed; the other goes on by itself', async (t) => {
  const { ours, two } = await openGround(t, { workers: 2 })
  ours.engine.bridge('customer', 'operator')
  await ours.engine.close('customer')
  ours.engine.addPrompt('voice', customer)
  ours.engine.play('operator', 'alone', ['voice'])
  const done = await ours.until((event) => event.type === 'play-done')
  assert.deepEqual(done, { type: 'play-done', playId: 'alone', reason: 'end', sessionId: 'operator' })
  await two.until((event) => event.type === 'voice-end')
})

test('a packet that is lost on the way to us leaves a gap of its own length, and what follows stands in its place', async (t) => {
  const middle = createSocket('udp4')
  middle.bind(0, '127.0.0.1')
  await once(middle, 'listening')
  t.after(() => middle.close())
  let dropped = 0
  let voiced = 0
  const portOfCustomer = async (ours: number, theirs: number) => {
    middle.on('message', (datagram, { port }) => {
      if (port === ours) return middle.send(datagram, theirs, '127.0.0.1')
      // The fiftieth packet of the voice: its first one carries the mark.
      if (voiced > 0 || ((datagram[1] ?? 0) & 0x80) !== 0) voiced += 1
      if (voiced === 50) dropped += 1
      else middle.send(datagram, ours, '127.0.0.1')
    })
    return { ours: middle.address().port, theirs: middle.address().port }
  }
  const { ours, one, two, speak, close, stereo } = await openGround(t, { portOfCustomer })
  ours.engine.bridge('customer', 'operator')
  await speak(one)
  await Promise.all([one.engine.drain('call'), two.engine.drain('call')])
  await close()
  assert.equal(dropped, 1)
  const { heard } = stereo('operator')
  // Right before and right behind it: the less sound, the less a busy machine loses of it.
  const [before, after] = [
    align(heard, customer.subarray(4_640, 7_680)),
    align(heard, customer.subarray(8_160, 11_200)),
  ]
  assert.ok(before.correlation > 0.95 && after.correlation > 0.95, `${before.correlation}, ${after.correlation}`)
  assert.equal(after.at - before.at, 8_160 - 4_640)
})
