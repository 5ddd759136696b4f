import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { planDemo } from './people.ts'

test('at any hour 108 people are inside the window for the next three minutes and a dozen are outside it for half an hour', () => {
  const from = Temporal.Instant.from('2026-01-01T00:00:00Z').epochMilliseconds
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 366 * 24 * 60 }), (minutes) => {
      const now = Temporal.Instant.fromEpochMilliseconds(from + minutes * 60_000)
      const plan = planDemo(now)
      assert.equal(plan.people.length, 120)
      assert.equal(new Set(plan.people.map((person) => person.phone)).size, 120)
      for (const person of plan.people) {
        for (const ahead of [0, 180]) {
          const local = now.add({ seconds: ahead }).toZonedDateTimeISO(person.zone)
          const second = local.hour * 3600 + local.minute * 60 + local.second
          const isInside = second >= plan.window.from && second <= plan.window.to
          assert.equal(isInside, person.zone !== plan.waitingZone, `${person.zone} at ${local.toString()}`)
        }
      }
    }),
  )
})
