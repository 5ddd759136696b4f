import { join } from 'node:path'
import { test } from 'node:test'
import { autoCallSchema } from '../../src/compat/twin-tasks/schemas/auto-call.ts'
import {
  batchSchema,
  candidateSchema,
  singleBatchSchema,
  singleSchema,
} from '../../src/compat/twin-tasks/schemas/candidate.ts'
import { webhookEvents } from '../../src/compat/twin-tasks/schemas/fields.ts'
import { taskSchema } from '../../src/compat/twin-tasks/schemas/task.ts'
import { assertConformance, fieldsOf } from '../fixtures/conformance-table.ts'

test("the tables of TWIN's tasks name every field of its requests and every event, and tests that are there", () => {
  const readme = join(import.meta.dirname, '../../src/compat/twin-tasks/README.md')
  const people = [candidateSchema, batchSchema, singleSchema, singleBatchSchema]
  assertConformance(
    readme,
    [taskSchema],
    [
      ...fieldsOf(autoCallSchema, 'autoCall'),
      ...people.flatMap((schema) => fieldsOf(schema, 'candidate')),
      ...webhookEvents,
    ],
  )
})
