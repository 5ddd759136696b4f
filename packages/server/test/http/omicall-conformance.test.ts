import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { historySchema, hookSchema, sessionSchema } from '../../src/compat/omicall/schemas.ts'
import { assertConformance } from '../fixtures/conformance-table.ts'

const readme = fileURLToPath(new URL('../../src/compat/omicall/README.md', import.meta.url))

test("every field of OMICall's requests stands in the table with its effect and the test that shows it", () => {
  assertConformance(readme, [sessionSchema, hookSchema, historySchema])
})
