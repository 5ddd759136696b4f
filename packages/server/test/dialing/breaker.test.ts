import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  addPlainContact,
  contactId,
  plainWorld,
  settings,
  uuid,
  workspaceId,
} from '../../../dialer/src/ports/store-world.conformance.ts'
import { virtualEngine } from './virtual-engine.ts'

test('a trunk that fails is left alone, tried by one call each half minute, and used again once it works', async () => {
  const failsMs = 70_000
  const rung: number[] = []
  const { ground, run } = virtualEngine({
    answerAt: (ms) => {
      rung.push(ms)
      return ms < failsMs ? { status: 503, q850: null } : { status: 486, q850: 17 }
    },
  })
  await plainWorld(ground, { contacts: 0, settings: settings({}, { callsPerSecond: 5 }) })
  await ground.addTrunk({ id: uuid(13), workspaceId })
  const routeId = await ground.addRoute({ trunkIds: [uuid(13)] })
  for (let n = 0; n < 400; n += 1) await addPlainContact(ground, routeId, n)
  await run(120_000)
  const between = (from: number, to: number): number => rung.filter((ms) => ms >= from && ms < to).length
  // Twenty, and those that had their slots when the twentieth ended.
  assert.ok(between(0, 10_000) >= 20 && between(0, 10_000) <= 23, `${between(0, 10_000)} calls before it opened`)
  assert.equal(between(10_000, failsMs), 2, 'probes while it fails')
  const back = rung.find((ms) => ms >= failsMs) ?? Number.POSITIVE_INFINITY
  assert.ok(back < failsMs + 31_000, `tried again after ${back} ms`)
  const rate = between(back + 1_000, 119_000) / ((118_000 - back) / 1_000)
  assert.ok(rate > 4.9 && rate < 5.1, `${rate} calls a second once it works`)
  // Nobody is asked twice: without a rule a fault ends the contact, and the others had not been asked at all.
  assert.deepEqual(
    new Set((await ground.attempts(contactId(0))).map((one) => one.disposition)),
    new Set(['congestion']),
  )
})
