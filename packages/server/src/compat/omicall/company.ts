/** What of the company decides over a session: its country, how many calls at once it may have, the numbers that it calls from. */
import type { Queryable } from '../../adapters/postgres/pool.ts'
import { normalizePhone } from '../../numbers/normalize.ts'
import type { FieldMessage } from '../mistake.ts'
import type { ReadSession } from './schemas.ts'

export type Company = { readonly country: string; readonly maxCalls: number | null }

export async function companyOf(on: Queryable, workspaceId: string): Promise<Company> {
  const { rows } = await on.query<Company>(
    `select w.country, p.max_calls as "maxCalls" from workspace w left join pace p on p.owner_id = w.id where w.id = $1`,
    [workspaceId],
  )
  return rows[0] ?? { country: 'VN', maxCalls: null }
}

/**
 * The numbers that calls show: those that are named, by the number in any spelling or an id; all of the company where none are.
 * @param country  Whose spelling a number without its country is in.
 * @param problems  Is told what leads nowhere.
 */
export async function numbersOf(
  on: Queryable,
  workspaceId: string,
  { numberCallOuts }: ReadSession,
  country: string,
  problems: FieldMessage[],
): Promise<string[]> {
  const { rows } = await on.query<{ id: string; keys: string[] }>(
    `select n.id, array[n.id::text, n.phone, n.phone_key, n.name] || array(
              select x.external_id from external_id x where x.workspace_id = n.workspace_id and x.dialect = 'omicall' and x.kind = 'number'
                and x.resource_id = n.id) as keys
       from phone_number n where n.workspace_id = $1 and coalesce(n.valid_until > dw_clock(), true) order by n.name, n.id`,
    [workspaceId],
  )
  if (numberCallOuts == null) {
    if (rows.length === 0) problems.push({ field: 'numberCallOuts', message: 'the company has no number to call from' })
    return rows.map(({ id }) => id)
  }
  const ids = new Set<string>()
  for (const [index, given] of numberCallOuts.entries()) {
    const key = normalizePhone(given, country)?.key ?? given
    const found = rows.find(({ keys }) => keys.includes(given) || keys.includes(key))
    if (found === undefined)
      problems.push({ field: `numberCallOuts.${index}`, message: `the company has no number ${given.slice(0, 40)}` })
    else ids.add(found.id)
  }
  return [...ids]
}
