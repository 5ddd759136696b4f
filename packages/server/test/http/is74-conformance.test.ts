import { join } from 'node:path'
import { test } from 'node:test'
import { campaignSchema, reportSchema } from '../../src/compat/is74/schemas.ts'
import { assertConformance } from '../fixtures/conformance-table.ts'

test("the assistant's table names every field of its requests, and tests that are there", () => {
  const readme = join(import.meta.dirname, '../../src/compat/is74/README.md')
  assertConformance(readme, [campaignSchema, reportSchema])
})
