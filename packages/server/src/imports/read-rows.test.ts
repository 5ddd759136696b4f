import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { InvalidInputError } from '../campaigns/errors.ts'
import { Columns } from './columns.ts'
import { guessDelimiter, guessEncoding, knownEncoding } from './encoding.ts'
import { type Row, readRows, type TableForm } from './read-rows.ts'

const csv: TableForm = { format: 'csv', encoding: 'utf-8', delimiter: ',', columns: {} }
const lines: TableForm = { format: 'ndjson', encoding: 'utf-8', delimiter: null, columns: {} }

async function* cutInto(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}
async function rowsOf(form: TableForm, given: string | Uint8Array, size = 7): Promise<Row[]> {
  const bytes = typeof given === 'string' ? Buffer.from(given) : given
  const rows: Row[] = []
  for await (const some of readRows(form, cutInto(bytes, size))) rows.push(...some)
  return rows
}
const codes = (rows: readonly Row[]) => rows.map(({ read }) => ('code' in read ? read.code : 'ok'))

test('a table’s columns are phones, what is ours by its name, and variables; empty cells say nothing', async () => {
  const [first, second] = await rowsOf(
    csv,
    '\ufeffphone,Phone 2,zone,client-external-id,имя,priority,__proto__\n+7 495 1234567, 8495,Europe/Moscow,a1,"Анна, ""А""",2,x\n1;2,,,,,,\n',
  )
  assert.deepEqual(first?.read, {
    phones: ['+7 495 1234567', '8495'],
    variables: Object.fromEntries([
      ['имя', 'Анна, "А"'],
      ['__proto__', 'x'],
    ]),
    zone: 'Europe/Moscow',
    clientExternalId: 'a1',
    priority: 2,
  })
  assert.deepEqual(second?.read, { phones: ['1', '2'], variables: {} })
})

test('bad rows are told in their places, and the good ones around them are read', async () => {
  const rows = await rowsOf(csv, 'phone,name\n1,a\n2,b,c\n3,\ud83d\ude00\n\n4,x\u0000y\n5,e\n')
  assert.deepEqual(codes(rows), ['ok', 'too-many-cells', 'ok', 'text', 'ok'])
  const bytes = Buffer.concat([Buffer.from('phone,name\n1,'), Buffer.from([0xc0, 0xe1]), Buffer.from('\n2,ok\n')])
  assert.deepEqual(codes(await rowsOf(csv, bytes)), ['encoding', 'ok'])
  assert.deepEqual(codes(await rowsOf({ ...csv, encoding: 'windows-1251' }, bytes)), ['ok', 'ok'])
})

test('a quote that is never closed ends the list with that word, behind the rows before it', async () => {
  for (const tail of ['3,c\n', '3,c\n'.repeat(100_000)]) {
    const seen: Row[] = []
    await assert.rejects(async () => {
      for await (const rows of readRows(csv, cutInto(Buffer.from(`phone,name\n1,a\n2,"b\n${tail}`), 65_536)))
        seen.push(...rows)
    }, /a quote is opened and never closed/)
    assert.deepEqual(codes(seen), ['ok'])
  }
})

test('lines of JSON: each a person, or the reason why not', async () => {
  const rows = await rowsOf(
    lines,
    '{"phones":["1"],"variables":{"a":1}}\n\n{"phones":[]}\n[\n{"phones":["2"],"typo":1}\n{"phones":["3"]}',
  )
  assert.deepEqual(codes(rows), ['ok', 'too_small', 'not-json', 'unrecognized_keys', 'ok'])
  const long = `{"phones":["1"]}\n{"phones":["${'2'.repeat(400_000)}"]}\n{"phones":["3"]}\n`
  assert.deepEqual(codes(await rowsOf(lines, long, 65_536)), ['ok', 'too-long', 'ok'])
})

test('however the bytes are cut, the rows are the same and in the same order', async () => {
  const table = 'phone;имя\r\n1;а\r\n2;"б;\r\nв"\r\n;пусто\r\n3;г;д\r\n4;е'
  const inOneGo = await rowsOf({ ...csv, delimiter: ';' }, table, 1_000)
  assert.equal(inOneGo.length, 5)
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 40 }), async (size) => {
      assert.deepEqual(await rowsOf({ ...csv, delimiter: ';' }, table, size), inOneGo)
    }),
    { numRuns: 40 },
  )
})

test('lines may end in any way, and in several in one list', async () => {
  const ends = ['\r\n', '\n', '\r']
  for (const first of ends)
    for (const second of ends)
      for (const size of [1, 2, 7, 1_000]) {
        const rows = await rowsOf(csv, `phone,name${first}1,a${second}2,"b"${second}${first}3,c`, size)
        const names = rows.map(({ read }) => ('variables' in read ? read.variables.name : read.code))
        assert.deepEqual(names, ['a', 'b', 'c'], JSON.stringify([first, second, size]))
      }
})

test('a header without a phone is refused with what it holds; a mapping is held to it', () => {
  assert.throws(() => new Columns(['Телефон', 'Имя'], {}), /no column is a phone.*Телефон, Имя/)
  const columns = new Columns(['Телефон', 'Имя', 'x'], { Телефон: 'phone', Имя: 'variable:name', x: '-' })
  assert.deepEqual(columns.contactOf(['1', 'Анна', 'y']), { phones: ['1'], variables: { name: 'Анна' } })
  assert.throws(
    () => new Columns(['phone', 'constructor'], { nowhere: 'phone', phone: 'telephone' }),
    (error) => error instanceof InvalidInputError && error.problems.length === 3,
  )
  assert.throws(() => new Columns(['phone', 'a', 'a'], {}), /two columns are the variable "a"/)
})

test('encoding and separator are seen by the beginning', () => {
  assert.equal(guessEncoding(Buffer.from('phone,имя\n1,Анна')), 'utf-8')
  assert.equal(guessEncoding(Buffer.from([0xff, 0xfe, 0x31, 0])), 'utf-16le')
  const cyrillic = Buffer.from(
    [...'Имя клиента;Город доставки;Телефон'].map((c) =>
      c === ';' || c === ' ' ? c.charCodeAt(0) : c.charCodeAt(0) - 848,
    ),
  )
  assert.equal(guessEncoding(cyrillic), 'windows-1251')
  // What tells them apart stands behind a page of plain letters, in a chunk that would take a second to look through.
  const plain = Buffer.from(`phone;name\n${'1;Anna\n'.repeat(5_000)}`)
  const names =
    '1;\xc0\xed\xed\xe0 \xcf\xe5\xf2\xf0\xee\xe2\xe0;\xca\xe0\xe7\xe0\xed\xfc, \xf3\xeb. \xd1\xee\xe2\xe5\xf2\xf1\xea\xe0\xff\n'
  const late = Buffer.concat([plain, Buffer.from(names.repeat(15_000), 'latin1')])
  const startedAt = performance.now()
  assert.equal(guessEncoding(late), 'windows-1251')
  assert.ok(performance.now() - startedAt < 300, `guessed in ${performance.now() - startedAt} ms`)
  assert.equal(knownEncoding('gb18030'), 'gb18030')
  assert.equal(knownEncoding('klingon'), null)
  assert.deepEqual(['phone;"a,b,c";d', 'phone', 'a\tb,c\td', 'a|b'].map(guessDelimiter), [';', ',', '\t', '|'])
})
