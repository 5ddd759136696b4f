import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { importSchema, resetSchema, taskSchema } from '../../src/compat/yunfu/schemas.ts'
import { assertConformance } from '../fixtures/conformance-table.ts'

const readme = fileURLToPath(new URL('../../src/compat/yunfu/README.md', import.meta.url))

test('every field of the robot stands in the table with its effect and the test that shows it', () => {
  assertConformance(readme, [taskSchema, importSchema, resetSchema])
})
