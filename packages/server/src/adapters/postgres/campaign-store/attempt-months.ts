/** Partitions of `attempt`: this month's and the next two are there before the first row wants them. */
import { type Pool, transaction } from '../pool.ts'
import { storeNow } from './nodes.ts'

/** Any constant serves: nodes that meet here go one after the other. */
const advisoryLock = '7235419170118822248'
const monthsAhead = 2

/**
 * Makes missing months. A month the default partition has rows of is left to it: moving them would lock the whole history,
 * and they are found there as well.
 */
export function keepAttemptMonths(pool: Pool): Promise<void> {
  return transaction(pool, async (connection) => {
    await connection.query(`select pg_advisory_xact_lock(${advisoryLock})`)
    const now = await storeNow(connection)
    const first = now.toZonedDateTimeISO('UTC').toPlainDate().with({ day: 1 })
    for (let ahead = 0; ahead <= monthsAhead; ahead++) {
      const from = first.add({ months: ahead })
      const name = `attempt_${from.toString().slice(0, 7).replace('-', '_')}`
      const to = from.add({ months: 1 })
      const there = await connection.query<{ readonly isThere: boolean }>(
        `select to_regclass($1) is not null
             or exists (select from attempt_default where started_at >= $2::timestamptz and started_at < $3::timestamptz) as "isThere"`,
        [name, `${from}T00:00Z`, `${to}T00:00Z`],
      )
      if (there.rows[0]?.isThere !== false) continue
      await connection.query(
        `create table ${name} partition of attempt for values from ('${from} 00:00+00') to ('${to} 00:00+00')`,
      )
    }
  })
}
