/** Tokens that have ended: every login and every exchange leaves some, and nobody comes back for them. */
import type { Clock, Timer } from '@dialwright/dialer'
import { type Database, type DatabaseLog, statement } from '../adapters/postgres/pool.ts'

/** Kept a day behind their end, so that whoever asks why a program is refused still finds its token in the list. */
const keptFor = '1 day'
const everyMs = 600_000
const atOnce = 1_000

// Rows that another node is sweeping are left to it.
const sweep = statement(
  'access-sweep-tokens',
  `delete from api_token where id in
     (select id from api_token where expires_at <= dw_clock() - interval '${keptFor}' limit ${atOnce} for update skip locked)
   returning id`,
)

/** @returns How many were taken away. */
export async function sweepTokens(database: Database): Promise<number> {
  let swept = 0
  for (let last = atOnce; last === atOnce; swept += last) last = (await sweep(database, [])).length
  return swept
}

export type RunningTokenSweep = {
  /** What is being swept is swept to its end. */
  stop(): Promise<void>
}

/** Sweeps now, and again and again. A round that fails is made up for by the next. */
export function startTokenSweep({
  pool,
  clock,
  log,
}: {
  readonly pool: Database
  readonly clock: Clock
  readonly log: Pick<DatabaseLog, 'warn'>
}): RunningTokenSweep {
  let isStopping = false
  let timer: Timer | null = null
  let round: Promise<unknown> = Promise.resolve()
  const run = (): void => {
    round = sweepTokens(pool)
      .catch((error) => log.warn({ error: String(error) }, 'tokens that ended could not be swept, is tried again'))
      .finally(() => {
        if (!isStopping) timer = clock.schedule(everyMs, run)
      })
  }
  run()
  return {
    async stop() {
      isStopping = true
      timer?.cancel()
      await round
    },
  }
}
