import { join } from 'node:path'
import { test } from 'node:test'
import { batchSchema } from '../../src/compat/twin-incoming/schemas.ts'
import { assertConformance } from '../fixtures/conformance-table.ts'

test("the table of TWIN's incoming rules names every field of a batch, and tests that are there", () => {
  assertConformance(join(import.meta.dirname, '../../src/compat/twin-incoming/README.md'), [batchSchema])
})
