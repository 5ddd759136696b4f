/** Two telephones that we have bridged, over real sockets, and one of them changes its session in the midst of the talk. */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { TelephonyEvent } from '@dialwright/dialer'
import { openNativeLine } from './native-line.ts'
import { Phone } from './phone-by-hand.ts'

async function bridged(t: TestContext) {
  const { client, trunk } = await openNativeLine(t, { mediaLostAfterMs: 1_000 })
  const phones = [await Phone.open(1), await Phone.open(2)] as const
  t.after(async () => {
    for (const phone of phones) await phone.close()
  })
  const events: TelephonyEvent[] = []
  let wake = (): void => {}
  client.onEvent((event) => {
    events.push(event)
    wake()
  })
  const until = async (legId: string, type: TelephonyEvent['type']): Promise<TelephonyEvent> => {
    for (;;) {
      const found = events.find((event) => event.legId === legId && event.type === type)
      if (found !== undefined) return found
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
  }
  const legs: string[] = []
  for (const phone of phones) {
    const legId = crypto.randomUUID()
    legs.push(legId)
    await client.originate({
      ...{ legId, sipCallId: legId, trunk: { ...trunk(phone.port), codecs: ['pcma', 'pcmu'] } },
      ...{ to: '1', from: null, ringTimeoutMs: 8_000, maxDurationMs: 60_000, recordTo: null },
    })
    await until(legId, 'answered')
  }
  const [customer = '', operator = ''] = legs
  client.bridge(customer, operator)
  const [one, other] = phones
  const bothHear = (): Promise<number[]> => Promise.all([one.hears('sound'), other.hears('sound')])
  await bothHear()
  return { phones, legs, events, until, bothHear }
}

const directionIn = (sdp: string | null): string | undefined => /a=(send\w+|recv\w+|inactive)/.exec(sdp ?? '')?.[1]
const versionIn = (sdp: string | null): number => Number(/o=- \d+ (\d+)/.exec(sdp ?? '')?.[1])

for (const side of [0, 1] as const) {
  const name = side === 0 ? 'the customer' : 'the operator'
  const sidesOf = ({ phones }: Awaited<ReturnType<typeof bridged>>) =>
    [phones[side], phones[side === 0 ? 1 : 0]] as const

  test(`${name} holds the call in every way there is, and comes back: both hear each other again`, async (t) => {
    const ground = await bridged(t)
    const [holder, held] = sidesOf(ground)
    for (const [offer, answer, hears] of [
      [{ direction: 'sendonly' }, 'recvonly', 'sound'],
      [{ direction: 'inactive' }, 'inactive', 'silence'],
      [{ isAtNoAddress: true }, 'inactive', 'silence'],
    ] as const) {
      assert.equal(directionIn(await holder.reoffer(offer)), answer)
      holder.speak(hears === 'sound')
      // Longer than sound may stay away: whoever holds has said so.
      const got = await holder.countWhile(held.hears(hears, 60))
      assert.equal(got, 0, `${answer}: whoever holds is sent nothing`)
      assert.equal(directionIn(await holder.reoffer({})), 'sendrecv')
      holder.speak(true)
      await ground.bothHear()
    }
    assert.deepEqual(
      ground.events.filter(({ type }) => type === 'media-lost' || type === 'ended'),
      [],
    )
  })

  test(`${name} moves its sound to another port and another codec; a refresh and a refused change leave all as it was`, async (t) => {
    const ground = await bridged(t)
    const [phone] = sidesOf(ground)
    await phone.moveSound()
    const moved = await phone.reoffer({})
    await ground.bothHear()

    const other = await phone.reoffer({ types: [0, 8] })
    assert.equal(versionIn(other), versionIn(moved) + 1, 'our description is another one')
    const types = await ground.bothHear()
    assert.deepEqual(types, side === 0 ? [0, 8] : [8, 0], 'each hears in the codec of its own session')

    const refreshed = await phone.refresh({ types: [0, 8] })
    assert.equal(refreshed, other, 'nothing has changed')
    await ground.bothHear()
    assert.equal(await phone.reoffer({ types: [18] }), null, 'G.729 is refused')
    await ground.bothHear()
    assert.match((await phone.askForOffer()) ?? '', /RTP\/AVP 8 0 101/)
    assert.deepEqual(await ground.bothHear(), types)

    phone.hangUp()
    const ended = await ground.until(ground.legs[side] ?? '', 'ended')
    assert.ok(ended.type === 'ended' && ended.by === 'callee' && ended.wasAnswered)
  })
}
