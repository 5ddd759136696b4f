/** How many calls one phone has in a campaign at most, natively and as TWIN's numberLimit, on real calls to the carrier in the box. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { CalledServer } from '../fixtures/called-server.ts'
import { botId, example, placeAt, sections } from './twin-line.ts'

const native = '/dialwright/v1'
let nextPhone = 6_000
/** A number that nobody else in this file has, in the plan of Moscow, that behaves as `persona` says. */
const phoneOf = (persona: '02' | '10'): string => `7495${String(nextPhone++).padStart(5, '0')}${persona}`

describe('the cap of calls of one phone', { timeout: 120_000 }, () => {
  let server: CalledServer
  before(async () => {
    server = await CalledServer.start(sections)
  })
  after(() => server.stop())
  const rings = (...phones: string[]): number[] => phones.map((phone) => server.seen(phone).length)

  test('perPhone leaves a phone that has had its calls for the next one, and ends whoever has none left', async () => {
    const { id } = await server.done('POST', `${native}/campaigns`, {
      name: 'two calls each',
      ...{ scenario: { twin: botId }, route: { via: 'dialplan', dialplan: 'All' }, pacing: { callsPerSecond: 20 } },
      retry: { rules: { busy: { tries: 9, intervals: [1] } }, caps: { perPhone: 2 } },
    })
    const [first, second, answers, left] = [phoneOf('10'), phoneOf('10'), phoneOf('02'), phoneOf('02')]
    const nobody = [phoneOf('10'), phoneOf('10')]
    // Somebody else has the last of these, too: its calls are counted together.
    const people = [[first, second, answers, left], nobody, nobody.slice(1)]
    await server.done('POST', `${native}/campaigns/${id}/contacts`, {
      contacts: people.map((phones, n) => ({ phones, clientExternalId: `p${n}`, zone: 'Europe/Moscow' })),
    })
    await server.done('POST', `${native}/campaigns/${id}/start`)
    await server.until('the campaign is done', async () => {
      return (await server.done('GET', `${native}/campaigns/${id}`)).state === 'done'
    })
    assert.deepEqual(rings(first, second, answers, left), [2, 2, 1, 0])
    assert.deepEqual(rings(...nobody), [2, 2])
    const { items } = (await server.done('GET', `${native}/campaigns/${id}/contacts`)) as {
      items: { clientExternalId: string; state: string; doneReason: string; attempts: number }[]
    }
    const ends = items.map((one) => [one.clientExternalId, one.doneReason]).toSorted()
    assert.deepEqual(ends, [
      ['p0', 'answered'],
      ['p1', 'phone-cap'],
      ['p2', 'phone-cap'],
    ])
    const { verdict, gates } = (await server.done('GET', `${native}/explain?campaign=${id}&phone=${nobody[0]}`)) as {
      verdict: string
      gates: { gate: string; open: boolean; reason: string }[]
    }
    const gate = gates.find((one) => one.gate === 'phone-cap')
    assert.deepEqual([verdict, gate?.open, gate?.reason], ['never', false, 'calls-of-the-phone-used-up'])
  })

  test('numberLimit leaves a number that has had its calls for the next one of the person, where it is switched on', async () => {
    const { additionalOptions, ...printed } = example('twin-auto-call')
    const made = async (numberLimit: object): Promise<string> => {
      const busy = { redial: true, time: 1, count: 3 }
      const { id } = await server.done('POST', '/api/v1/telephony/autoCall', {
        ...{ ...printed, lifetime: null, secondExec: 'end', cidType: 'default', cidData: null, webhookUrls: [] },
        ...{
          defaultExecData: botId,
          additionalOptions,
          redialStrategyOptions: { redialStrategyEn: true, busy, numberLimit },
        },
      })
      return (id as { identity: string }).identity
    }
    const [on, off] = [await made({ redial: true, count: 2 }), await made({ redial: false, count: 2 })]
    const [first, second, third] = [phoneOf('10'), phoneOf('10'), phoneOf('10')]
    const upload = (autoCallId: string, phone: string[]) =>
      server.done('POST', '/api/v1/telephony/autoCallCandidate/batch', {
        batch: [{ phone, autoCallId, timezone: placeAt() }],
      })
    await upload(on, [first, second])
    await upload(off, [third])
    for (const id of [on, off])
      await server.until('it is finished', async () => {
        return (await server.done('GET', `/api/cis/beta/tasks/${id}`)).status === 'FINISHED'
      })
    assert.deepEqual(rings(first, second, third), [2, 2, 4])
  })
})
