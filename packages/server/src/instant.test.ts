import assert from 'node:assert/strict'
import { test } from 'node:test'
import { instantSchema, isKeepable } from './instant.ts'

const kept = [
  ...['2026-11-21T15:01:13Z', '2026-11-21T15:01Z', '2026-11-21 15:01:13.123456789z', '1970-01-01T00:00:00Z'],
  ...['2026-11-21T15:01:13+03:00', '2026-11-21T15:01:13+0300', '2026-11-21T15:01:13-03', '2026-11-21T15:01:13+15:59'],
]
const refused = [
  ...['', 'now', 'infinity', '2026-11-21', '2026-11-21T15:01:13', '2026-02-30T00:00:00Z', '1969-12-31T23:59:59Z'],
  // Temporal reads these, PostgreSQL does not.
  ...[
    '2026-11-21T15:01:13.994Z[Europe/Moscow]',
    '2026-11-21T15:01:13,994Z',
    '+002026-11-21T15:01:13Z',
    '2026-11-21T15Z',
  ],
  ...['2026-11-21T15:01:13+16:00', '2026-11-21T15:01:13-23:59', '2026-11-21T15:01:13+00:00:00.123'],
  ...['9999-01-01T00:00:00Z', '2026-11-21T15:01:13.1234567891Z', '2026-11-21T25:01:13Z'],
]

test('an instant is taken where the database takes it too, and nowhere else', () => {
  for (const text of kept) assert.ok(isKeepable(text), text)
  for (const text of refused) assert.ok(!isKeepable(text), text)
})

test('the native form refuses an offset that the database cannot read', () => {
  assert.ok(instantSchema.safeParse('2026-11-21T15:01:13+15:59').success)
  assert.ok(!instantSchema.safeParse('2026-11-21T15:01:13+16:00').success)
})
