/**
 * A process of the product reduced to its database: starts the embedded one of argv[2], tells of it in one line, then lives until it
 * is killed. With `own` as argv[3] it copies the programs itself, as the product does.
 */
import { startEmbeddedPostgres } from '../../src/adapters/postgres/embedded.ts'
import { sharedBinaries, silentLog } from '../fixtures/database.ts'

const [, , dataDirectory = '', programs = 'shared'] = process.argv
try {
  const binariesDirectory = programs === 'own' ? undefined : sharedBinaries
  const database = await startEmbeddedPostgres({ dataDirectory, log: silentLog, binariesDirectory })
  const { connectionString, processId, adopted } = database
  process.stdout.write(`${JSON.stringify({ connectionString, processId, adopted })}\n`)
  process.stdin.resume()
} catch (error) {
  process.stdout.write(
    `${JSON.stringify({ code: error instanceof Error && 'code' in error ? error.code : String(error) })}\n`,
  )
}
