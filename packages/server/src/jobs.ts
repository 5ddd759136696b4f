/** The jobs process: reads long lists of people into campaigns. Started by main when there is one, ends when there is none. */
import { pino } from 'pino'
import { createPool } from './adapters/postgres/pool.ts'
import { systemClock } from './adapters/system/system-clock.ts'
import { systemRandom } from './adapters/system/system-random.ts'
import { uuidV7 } from './adapters/system/uuid-v7.ts'
import { ImportRunner } from './imports/import-runner.ts'
import type { JobsMessage, JobsStart } from './jobs/protocol.ts'

const ending = new AbortController()

function send(message: JobsMessage): void {
  if (process.connected) process.send?.(message)
}

async function work({ databaseUrl, nodeName, logLevel, batchRows }: JobsStart): Promise<void> {
  const log = pino({ level: logLevel })
  const pool = createPool(databaseUrl, log, { size: 3 })
  const runner = new ImportRunner({
    pool,
    clock: systemClock,
    random: systemRandom,
    runner: { node: nodeName, token: uuidV7(systemClock, systemRandom) },
    onChange: () => send({ type: 'contacts-changed' }),
    log,
    batchRows,
  })
  await runner.runAll(ending.signal)
  await pool.end()
}

process.once('message', (start: JobsStart) => {
  work(start).then(
    () => process.exit(0),
    (error) => {
      process.stderr.write(`The jobs process failed: ${error instanceof Error ? error.stack : String(error)}\n`)
      process.exit(1)
    },
  )
})

// Main is gone or going: the batch in hand is written to its end, the next life goes on behind it.
process.on('disconnect', () => ending.abort())
process.on('SIGINT', () => {})
process.on('SIGTERM', () => ending.abort())
