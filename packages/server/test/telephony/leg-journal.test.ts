import assert from 'node:assert/strict'
import { appendFileSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { LegJournal, type LegSnapshot } from '../../src/adapters/telephony/leg-journal.ts'

const invite: LegSnapshot = {
  kind: 'invite',
  invite: {
    request: { kind: 'request', method: 'INVITE', uri: 'sip:1@127.0.0.1', headers: [], body: '' },
    peer: { address: '127.0.0.1', port: 5060 },
  },
}

function inDirectory(run: (directory: string) => void): void {
  const directory = mkdtempSync(join(tmpdir(), 'journal-'))
  try {
    run(directory)
  } finally {
    rmSync(directory, { recursive: true })
  }
}

test('the next process finds what was open, and no more; a line that was cut is no harm', () =>
  inDirectory((directory) => {
    const first = new LegJournal(directory)
    for (const legId of ['a', 'b', 'c']) first.open(legId, invite)
    first.close('b')
    appendFileSync(join(directory, 'legs.jsonl'), '{"op":"open","legId":"d","snap')
    const second = new LegJournal(directory)
    assert.deepEqual([...second.survivors.keys()], ['a', 'c'])
    assert.deepEqual(second.survivors.get('a'), invite)
    // Not closed by the second either: the third has to end them still.
    assert.deepEqual([...new LegJournal(directory).survivors.keys()], ['a', 'c'])
  }))

test('the file does not grow with the calls that are over', () =>
  inDirectory((directory) => {
    const journal = new LegJournal(directory, 50)
    journal.open('stays', invite)
    for (let n = 0; n < 1_000; n += 1) {
      journal.open(`leg ${n}`, invite)
      journal.close(`leg ${n}`)
    }
    const lines = readFileSync(join(directory, 'legs.jsonl'), 'utf8').split('\n').length
    assert.ok(lines <= 53, `${lines} lines`)
    assert.deepEqual([...new LegJournal(directory).survivors.keys()], ['stays'])
  }))

test(
  'on a full disk a new leg is refused, one that is under way goes on, and the file is true again when there is room',
  {
    skip: process.platform !== 'linux' && 'has no /dev/full',
  },
  () =>
    inDirectory((directory) => {
      const [file, fresh] = [join(directory, 'legs.jsonl'), join(directory, 'legs.jsonl.new')]
      const journal = new LegJournal(directory)
      for (const legId of ['a', 'b']) journal.open(legId, invite)
      // Every write to /dev/full fails as on a full disk.
      renameSync(file, join(directory, 'kept'))
      for (const path of [file, fresh]) symlinkSync('/dev/full', path)
      assert.throws(() => journal.open('c', invite), { code: 'ENOSPC' })
      journal.open('a', invite)
      journal.close('b')
      // A process that starts now finds the file as it was.
      rmSync(file)
      renameSync(join(directory, 'kept'), file)
      assert.deepEqual([...new LegJournal(directory).survivors.keys()], ['a', 'b'])
      rmSync(fresh)
      journal.open('d', invite)
      assert.deepEqual([...new LegJournal(directory).survivors.keys()], ['a', 'd'])
    }),
)
