/** `npm run make-docs`: writes docs/openapi.json, the document that the server serves at /openapi.json. */
import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { pino } from 'pino'
import { createPool } from '../adapters/postgres/pool.ts'
import { WorkspaceDatabases } from '../adapters/postgres/workspace-database.ts'
import { openSecretBox } from '../adapters/secrets/secret-box.ts'
import { systemClock } from '../adapters/system/system-clock.ts'
import { systemRandom } from '../adapters/system/system-random.ts'
import { buildHttpServer } from './server.ts'

const log = pino({ level: 'silent' })
// The routes are read, none is called: neither the database nor the key is ever used.
const pool = createPool('postgresql://127.0.0.1:1/none', log)
const app = await buildHttpServer({
  pool,
  workspaces: new WorkspaceDatabases(pool),
  clock: systemClock,
  random: systemRandom,
  secretBox: await openSecretBox({ key: '0'.repeat(64), dataDirectory: '.' }),
  log,
  dataDirectory: '.',
  egress: 'loopback',
  limits: { requestsPerMinute: null, loginsPerMinute: null },
  tellers: {},
  onChange: () => {},
  onImport: () => {},
})
await app.ready()
const target = fileURLToPath(new URL('../../../../docs/openapi.json', import.meta.url))
await writeFile(target, `${JSON.stringify(app.swagger(), null, 2)}\n`)
process.stdout.write(`wrote ${target}\n`)
await app.close()
