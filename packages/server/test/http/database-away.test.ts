/** A database that is away is told as that, in the words of whichever API is asked. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SeededRandom } from '@dialwright/testkit'
import { pino } from 'pino'
import { createPool } from '../../src/adapters/postgres/pool.ts'
import { WorkspaceDatabases } from '../../src/adapters/postgres/workspace-database.ts'
import { openSecretBox } from '../../src/adapters/secrets/secret-box.ts'
import { systemClock } from '../../src/adapters/system/system-clock.ts'
import { vendorTellers } from '../../src/compat/tellers.ts'
import { buildHttpServer } from '../../src/http/server.ts'
import { silentLog } from '../fixtures/database.ts'

test('while the database is away both APIs answer 503, and say that it may be tried again', async (t) => {
  // Nobody listens there.
  const pool = createPool('postgresql://127.0.0.1:1/none', silentLog)
  const app = await buildHttpServer({
    pool,
    workspaces: new WorkspaceDatabases(pool),
    clock: systemClock,
    random: new SeededRandom(1),
    secretBox: await openSecretBox({ key: '0'.repeat(64), dataDirectory: '.' }),
    log: pino({ level: 'silent' }),
    dataDirectory: '.',
    egress: 'loopback',
    limits: { requestsPerMinute: null, loginsPerMinute: null },
    onChange: () => {},
    onImport: () => {},
    tellers: vendorTellers,
  })
  t.after(async () => {
    await app.close()
    await pool.end()
  })
  const headers = { authorization: 'Bearer dw_any_token_0123456789' }
  const native = await app.inject({ method: 'GET', url: '/dialwright/v1/campaigns', headers })
  assert.deepEqual([native.statusCode, native.json().code], [503, 'database-away'])
  const vendor = await app.inject({ method: 'GET', url: '/api/cis/beta/tasks/1', headers })
  assert.deepEqual([vendor.statusCode, vendor.json()], [503, { message: native.json().title }])
})
