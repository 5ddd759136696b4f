import assert from 'node:assert/strict'
import { test } from 'node:test'
import { YunfuError } from './errors.ts'
import { nested, readForm } from './forms.ts'

test('names with brackets are lists and what is in them', () => {
  assert.deepEqual(
    nested([
      ['status[]', '2'],
      ['status[]', '3'],
      ['created_at[1]', '2020-3-11'],
      ['created_at[0]', '2020-3-10'],
      ['list[0][phone]', '1'],
      ['list[1][phone]', '2'],
      ['more[][phone]', '3'],
      ['more[][phone]', '4'],
      ['name', '测试'],
      ['name', '任务'],
    ]),
    {
      status: ['2', '3'],
      created_at: ['2020-3-10', '2020-3-11'],
      list: [{ phone: '1' }, { phone: '2' }],
      more: [{ phone: '3' }, { phone: '4' }],
      name: '任务',
    },
  )
})

test('names that are no such names are taken as they are written, and none reaches a prototype', () => {
  const read = nested([
    ['a[b', '1'],
    ['a]', '2'],
    ['a[1][2][3][4][5][6]', '3'],
    ['', '4'],
    ['b', '5'],
    ['b[c]', '6'],
    ['__proto__[polluted]', '7'],
  ]) as Record<string, unknown>
  assert.deepEqual(Object.keys(read).sort(), ['', '__proto__', 'a[1][2][3][4][5][6]', 'a[b', 'a]', 'b'])
  assert.deepEqual(read.b, { c: '6' })
  assert.equal(({} as Record<string, unknown>).polluted, undefined)
})

test('a form that is none is refused with 400', async () => {
  for (const [type, body] of [
    ['multipart/form-data', '--x'],
    ['multipart/form-data; boundary=x', 'no such boundary'],
  ] as const)
    await assert.rejects(
      readForm(type, Buffer.from(body)),
      (error) => error instanceof YunfuError && error.status === 400,
    )
})
