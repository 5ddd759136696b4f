/** `recordCall` of TWIN's newer form on real calls to the carrier in the box: the files that they leave, and what is told of them. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { CalledServer } from '../fixtures/called-server.ts'
import { botId, dialplanId, example, otherBotId, placeAt, sections } from './twin-line.ts'

let nextPhone = 1_000
/** Of somebody who answers and is silent. */
const newPhone = (): string => `7495${String(nextPhone++).padStart(5, '0')}02`

describe('recordings of TWIN24 tasks', { timeout: 120_000 }, () => {
  let server: CalledServer
  before(async () => {
    server = await CalledServer.start(sections)
  })
  after(() => server.stop())

  /** The vendor's example without its number and its channel. */
  const makeAutoCall = async (recordCall: unknown): Promise<string> => {
    const { additionalOptions, ...printed } = example('twin-auto-call')
    const own = { defaultExecData: botId, secondExec: 'end', cidType: 'default', cidData: null, lifetime: null }
    const made = await server.done('POST', '/api/v1/telephony/autoCall', {
      ...{ ...printed, ...own, webhookUrls: [server.receiver.url] },
      additionalOptions: { ...additionalOptions, recordCall },
    })
    return (made.id as { identity: string }).identity
  }
  const upload = (autoCallId: string, phone: string) =>
    server.done('POST', '/api/v1/telephony/autoCallCandidate/batch', {
      batch: [{ phone: [phone], autoCallId, timezone: placeAt() }],
    })
  const ended = (phone: string) =>
    server.receiver.received.filter((one) => one.event === 'CALL_ENDED' && one.phone === phone)
  /** Once the end of the one call to `phone` is told: what the webhook and the search say, and the files that have its name. */
  const recorded = async (phone: string) => {
    await server.until(`the end of the call to ${phone} is told`, () => ended(phone).length === 1)
    const [{ id = '', status = '', recordPath = '' } = {}] = ended(phone) as Record<string, unknown>[]
    assert.equal(status, 'ANSWERED')
    const { items } = await server.done('GET', `/api/v1/search/cis/sessions?phone=${phone}&fields=recordPath`)
    return { id, told: recordPath, found: items, files: server.files().filter((file) => file.includes(String(id))) }
  }
  const nothing = { told: null, found: [{ recordPath: null }], files: [] }

  test('recordCall: false leaves no recording, true and nothing said leave one', async () => {
    for (const off of [false, 0]) {
      const [id, phone] = [await makeAutoCall(off), newPhone()]
      await upload(id, phone)
      assert.partialDeepStrictEqual(await recorded(phone), nothing)
    }
    assert.deepEqual(
      server.files().filter((file) => file.startsWith('recordings')),
      [],
      'under any name',
    )
    for (const on of [true, undefined]) {
      const [id, phone] = [await makeAutoCall(on), newPhone()]
      await upload(id, phone)
      const { id: callId, told, found, files } = await recorded(phone)
      assert.deepEqual([found, files.length], [[{ recordPath: told }], 1])
      assert.equal(told, `/dialwright/v1/calls/${callId}/recording`)
    }
  })

  test('recordCall holds for tasks of the day that are made from the task', async () => {
    const [autoCallTemplateId, first, second] = [await makeAutoCall(false), newPhone(), newPhone()]
    const single = (phone: string, more: object = {}) =>
      server.done('POST', '/api/v1/telephony/autoCallCandidate/single', {
        ...{ phone: [phone], autoCallTemplateId, timezone: placeAt() },
        ...more,
      })
    await single(first)
    await single(second, { botSettingsId: otherBotId })
    for (const phone of [first, second]) assert.partialDeepStrictEqual(await recorded(phone), nothing)
  })

  test('a task of the older form records; where that was switched off natively, a change of the task leaves it off', async () => {
    const made = await server.done('POST', '/api/cis/beta/tasks', {
      ...{ name: 'older', botId, dialplanId, isTest: true, intensity: 5, webhookUrl: server.receiver.url },
      allowedTimeRange: { from: 0, to: 86_399 },
    })
    const [id, first, second] = [String(made.id), newPhone(), newPhone()]
    await upload(id, first)
    assert.equal((await recorded(first)).files.length, 1)
    await server.done('PATCH', `/dialwright/v1/campaigns/${id}`, { record: 'off' })
    await server.done('PATCH', `/api/cis/beta/tasks/${id}`, { name: 'changed' })
    await upload(id, second)
    assert.partialDeepStrictEqual(await recorded(second), nothing)
  })
})
