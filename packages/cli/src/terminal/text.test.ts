import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bar, bytes, duration, localTime, table, withoutControls } from './text.ts'

const escape_ = String.fromCharCode(27)

test('columns stand under each other, Han characters too', () => {
  const rows = table([
    ['NAME', 'STATE'],
    ['王伟', 'done'],
    ['Иван', 'running'],
  ]).split('\n')
  assert.deepEqual(rows, ['NAME  STATE', '王伟  done', 'Иван  running'])
})

test('of control characters only line ends and our colours pass', () => {
  const green = `${escape_}[32mok${escape_}[39m\n`
  assert.equal(withoutControls(green), green)
  assert.equal(
    withoutControls(`a${escape_}[2Jb${escape_}]0;x\u0007c\rd\u009be\u0000`),
    'a\ufffd[2Jb\ufffd]0;x\ufffdc\ufffdd\ufffde\ufffd',
  )
})

test('a bar is as long as it is told, at any share', () => {
  assert.deepEqual(
    [-1, 0, 0.5, 1, 7].map((share) => bar(share, 4)),
    ['[----]', '[----]', '[##--]', '[####]', '[####]'],
  )
})

test('sizes and times are short', () => {
  assert.deepEqual([0, 999, 1_000, 1_234_567].map(bytes), ['0 B', '999 B', '1.0 kB', '1.2 MB'])
  assert.deepEqual([0, 6_769, 61_000, 3_720_000].map(duration), ['0.0 s', '6.8 s', '1 min 1 s', '1 h 2 min'])
  assert.equal(localTime('2026-03-02T09:00:00.123Z', 'Europe/Moscow'), '2026-03-02 12:00:00')
  assert.equal(localTime(null, 'UTC'), '-')
  assert.equal(localTime('some day', 'UTC'), 'some day')
})
