/** Waves and policies as the running engine keeps them: planner, claim, calls and the clock together. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CampaignSettings } from '@dialwright/dialer'
import { addPlainContact, contactId, plainWorld, settings } from '../../../dialer/src/ports/store-world.conformance.ts'
import { virtualEngine } from './virtual-engine.ts'

/** How many of so many people have been called after some time from the virtual noon on. */
async function calledAfter(given: CampaignSettings, people: number, ms: number, startsAfterMs = 0): Promise<number> {
  const { ground, run } = virtualEngine()
  const { routeId } = await plainWorld(ground, { contacts: 0, settings: given })
  await ground.advance(startsAfterMs)
  for (let n = 0; n < people; n += 1) await addPlainContact(ground, routeId, n)
  await run(ms)
  let count = 0
  for (let n = 0; n < people; n += 1) count += (await ground.contact(contactId(n))).attempts
  return count
}

test('waves follow each other by their gap in the running engine, neither early nor at the next look around', async () => {
  // Calls last some hundredths of a second: a minute has room for 19 waves of five, three seconds apart.
  const count = await calledAfter(settings({}, { wave: { size: 5, gapSeconds: 3 } }), 200, 60_000)
  assert.ok(count >= 5 * 19 && count <= 5 * 20, `${count} calls in a minute`)
})

test('nobody is called in the hours that a policy forbids, whatever the windows say', async () => {
  const held = settings({ policies: ['ru-230fz'] })
  const elevenHoursMs = 11 * 3_600_000
  assert.equal(await calledAfter(held, 5, 60_000), 5)
  // Eleven in the evening in Moscow.
  assert.equal(await calledAfter(held, 5, 60_000, elevenHoursMs), 0)
  assert.equal(await calledAfter(settings({ policies: ['ru-230fz'], isTest: true }), 5, 60_000, elevenHoursMs), 5)
})
