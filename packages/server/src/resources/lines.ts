/** What trunks and numbers have in common: they may be registered at a provider, and keep channels for calls that no campaign dials. */
import { z } from 'zod'
import type { Desk } from './desk.ts'

const instantOf = (column: string): string => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`

/** @param condition  Of the row `t`: it is to be registered. */
export function registrationColumn(condition: string): string {
  return `case when ${condition} then coalesce(
      (select json_build_object('state', r.state, 'until', ${instantOf('r.until')}, 'message', r.message, 'since', ${instantOf('r.changed_at')})
         from line_registration r where r.line_id = t.id),
      json_build_object('state', 'pending', 'until', null, 'message', '', 'since', null)) end as registration`
}

export const shownRegistration = z
  .object({
    state: z.enum(['pending', 'registered', 'refused', 'unreachable', 'ended']),
    until: z.string().nullable().meta({ format: 'date-time', description: 'The provider keeps it until then' }),
    message: z.string().meta({ description: 'What the provider answered, and what it means' }),
    since: z.string().nullable().meta({ format: 'date-time' }),
  })
  .nullable()
  .meta({ description: 'Null: it is not registered, since it has no credentials or nothing asks for it' })

/** Reports channels kept of more than there are. */
export async function checkReserved(desk: Desk, ownerId: string): Promise<void> {
  const { rows } = await desk.connection.query(
    'select from pace where owner_id = $1 and reserved_calls > coalesce(max_calls, 0)',
    [ownerId],
  )
  if (rows.length > 0) reportReserved(desk)
}

export function reportReserved(desk: Desk): void {
  desk.report('reservedCalls', 'invalid', 'expected maxCalls, and at most as many')
}
