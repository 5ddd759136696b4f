/** Whatever is in a vendor's file: it is read or refused by its place, and what is read is of the document's form. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Dialect, dialects } from '../provisioning/dialects.ts'
import { ProvisioningError } from '../provisioning/errors.ts'
import { type SectionName, sections } from '../provisioning/schema.ts'
import { importFromVendor } from '../provisioning/vendor-import.ts'
import { vendorReaders } from './importers.ts'

const fields = [
  ...[
    'id',
    '_id',
    'uuid',
    'value',
    'name',
    'phone',
    'number',
    'group',
    'numbers',
    'call_number',
    'call_line',
    'status',
  ],
  ...['available_at', 'deadline_at', 'group_uuid', 'begin_datetime', 'end_datetime', 'caller_line_id', 'start_blocks'],
  ...['parameters', 'hotline', 'file_name', 'code', 'remark', 'description', 'debug', 'default'],
  ...['host', 'port', 'connectionOptions', 'incomingCallsOptions'],
  ...['scenario_ids', 'phone_ids', 'project_id', 'scenario_id', 'phone_id'],
  ...['members', 'extension', 'url', 'events', 'type', 'targetType', 'targetId', 'targetValue'],
]
const lists: Readonly<Record<Dialect, readonly string[]>> = {
  twin: ['bots', 'dialplans', 'aonNumbers', 'aonGroups', 'noises', 'providers', 'incomingRules'],
  yunfu: [
    ...['caller_line_list', 'enum_disable_dial_timegroup', 'auto_recycle_rules', 'customer_service', 'outbound_group'],
    ...['ranges', 'tag_scene', 'tag_groups', 'tags', 'data', 'meta'],
  ],
  is74: ['projects', 'scenarios', 'phones', 'campaigns'],
  omicall: ['hotline', 'greeting', 'script', 'ring_group', 'webhook', 'scripts', 'items', 'payload'],
}
const cell = fc.oneof(
  fc.jsonValue({ maxDepth: 1 }),
  fc.constantFrom(
    '74951110001',
    '+7 495 111-00-01',
    '',
    ' ',
    5,
    -1,
    1e300,
    '2019-12-17 16:00:00',
    '12:00:00',
    'a'.repeat(300),
  ),
  fc.string({ unit: 'binary', maxLength: 300 }),
)
const row = fc.dictionary(fc.constantFrom(...fields), cell, { maxKeys: 8 })
/** As a list has them that nothing is wrong with. */
const plain = fc.record({
  ...{ id: fc.integer({ min: 1, max: 9 }), name: fc.string({ maxLength: 9 }) },
  phone: fc.constantFrom('74951110001', '74951110002'),
})
const rows = fc.oneof(
  fc.array(plain, { maxLength: 6 }),
  fc.array(fc.oneof(row, fc.jsonValue({ maxDepth: 1 })), { maxLength: 6 }),
  fc.jsonValue({ maxDepth: 2 }),
)
const filesOf = (from: Dialect) => {
  const key = fc.constantFrom(...lists[from])
  const keyed = fc.dictionary(key, fc.oneof(rows, row, fc.record({ items: rows })), { minKeys: 1, maxKeys: 5 })
  const content = fc.oneof(keyed, rows, fc.record({ data: keyed }), fc.record({ payload: fc.record({ items: rows }) }))
  const json = fc.record({
    name: key.map((stem) => `${stem}.json`),
    text: content.map((value) => JSON.stringify(value)),
  })
  const wild = fc.string({ unit: 'binary', maxLength: 200 })
  const other = fc.record({ name: fc.constantFrom('x.json', `${lists[from][0]}.csv`), text: wild })
  return fc.record({
    from: fc.constant(from),
    files: fc.array(fc.oneof({ weight: 19, arbitrary: json }, { weight: 1, arbitrary: other }), {
      minLength: 1,
      maxLength: 2,
    }),
  })
}

test('files of any content are read or refused, and every item that is read is of the form of its section', () => {
  let read = 0
  fc.assert(
    fc.property(fc.oneof(...dialects.map(filesOf)), ({ from, files }) => {
      try {
        const brought = importFromVendor(files, { from, trunk: 'carrier', timeZone: 'Asia/Shanghai' }, vendorReaders)
        for (const [section, items = []] of Object.entries(brought.sections)) {
          read += items.length
          for (const item of items) sections[section as SectionName].schema.parse(item)
          const names = items.map((item) => item.name)
          assert.equal(new Set(names).size, names.length)
        }
        for (const { needs } of brought.drafts) assert.ok(needs.length > 0)
        JSON.stringify(brought)
      } catch (error) {
        if (!(error instanceof ProvisioningError)) throw error
        assert.match(error.problems[0]?.path ?? '', /^\/files(\/[01](\/.+)?)?$/)
      }
    }),
    { numRuns: 2_000 },
  )
  assert.ok(read > 100, `only ${read} items were read at all`)
})

test('two numbers of one phone, and two things of one name, are told apart', () => {
  const numbers = ['n-1', 'n-2', 'n-3'].map((id, at) => ({ id, name: 'Line', phone: `7495111000${at % 2}` }))
  const { sections: found, drafts } = importFromVendor(
    [{ name: 'aonNumbers.json', text: JSON.stringify(numbers) }],
    { from: 'twin', trunk: 'carrier', timeZone: 'UTC' },
    vendorReaders,
  )
  assert.deepEqual(
    found.numbers?.map((number) => number.name),
    ['Line', 'Line (n-2)'],
  )
  assert.deepEqual(
    drafts.map(({ section, item }) => [section, item.name]),
    [
      ['trunks', 'carrier'],
      ['numbers', 'Line (n-3)'],
    ],
  )
})
