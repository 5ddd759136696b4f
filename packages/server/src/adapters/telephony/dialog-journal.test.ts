import assert from 'node:assert/strict'
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { DialogJournal } from './dialog-journal.ts'

test('dialogs left open by a dead process are found by the next, closed ones and a torn last line are not', (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'journal-'))
  t.after(() => rmSync(directory, { recursive: true }))
  const first = new DialogJournal<{ callId: string }>(directory)
  first.open('a', { callId: '1' })
  first.open('b', { callId: '2' })
  first.close('a')
  appendFileSync(join(directory, 'dialogs.jsonl'), '{"op":"open","legId":"c","snap')
  const second = new DialogJournal<{ callId: string }>(directory)
  assert.deepEqual([...second.survivors], [['b', { callId: '2' }]])
  second.close('b')
  assert.equal(new DialogJournal(directory).survivors.size, 0)
})
