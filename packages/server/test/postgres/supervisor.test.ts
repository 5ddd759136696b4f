/** The supervisor when the database program does not come up: it says so, and soon. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { Supervisor } from '../../src/adapters/postgres/supervisor/supervisor.ts'
import { silentLog } from '../fixtures/database.ts'

/** Real waiting, a hundred times as fast: twenty tries are twenty moments. */
const hastyClock = {
  now: () => Temporal.Now.instant(),
  monotonicMs: () => performance.now() * 100,
  schedule: (delayMs: number, action: () => void) => {
    const timeout = setTimeout(action, delayMs / 100)
    return { cancel: () => clearTimeout(timeout) }
  },
}

// `npm run kill -- --seed 1`, kill 13: the new server found the old one's lock file and ended before anybody listened for its
// end; for five minutes the supervisor waited for a process that was gone.
for (const [what, program] of [
  ['ends at once', '/bin/false'],
  ['cannot be run', '/does/not/exist'],
] as const) {
  test(`a database program that ${what} is tried again, then told as a failed start`, { timeout: 20_000 }, async () => {
    const home = mkdtempSync(join(tmpdir(), 'supervisor-'))
    try {
      const supervisor = new Supervisor({
        binaries: { version: '18', major: '18', initdb: program, pgCtl: program, postgres: program },
        cluster: { home, directory: join(home, 'cluster'), password: 'unused' },
        socketDirectory: home,
        owner: null,
        clock: hastyClock,
        log: silentLog,
        settings: {},
      })
      await assert.rejects(supervisor.start(), { code: 'DATABASE_START_FAILED' })
    } finally {
      rmSync(home, { recursive: true })
    }
  })
}
