/** Lines of numbers: how many calls a number may have at once, and how many more it may have now. */
import { type Queryable, statement } from '../adapters/postgres/pool.ts'

export type FreeLines = {
  /** Calls at once; null: no limit. */
  readonly all: number | null
  /** Those that may be added now: 0 for a number that is not valid now; null: no limit. */
  readonly free: number | null
}

// A channel that rests after its call is taken, as is one that is kept for calls that come in: as for the claim.
const rows = statement<FreeLines & { readonly id: string }>(
  'numbers-free-lines',
  `select n.id, p.max_calls as "all",
          case when n.valid_from > dw_clock() or n.valid_until <= dw_clock() then 0
               when p.max_calls is null then null
               else greatest(0, p.max_calls - (select count(*) from live_leg l where l.number_id = n.id)
                                            - (select count(*) from resting_channel r where r.number_id = n.id and r.until > dw_clock())
                 - greatest(0, p.reserved_calls - (select count(*) from live_leg l where l.number_id = n.id and l.direction <> 'out')))
          end as free
     from phone_number n left join pace p on p.owner_id = n.id
    where n.workspace_id = $1 and ($2::uuid[] is null or n.id = any ($2::uuid[]))`,
)

/** @param numberIds  Absent: all numbers of the workspace. */
export async function freeLines(
  on: Queryable,
  workspaceId: string,
  numberIds?: readonly string[],
): Promise<ReadonlyMap<string, FreeLines>> {
  const found = await rows(on, [workspaceId, numberIds ?? null])
  return new Map(found.map(({ id, all, free }) => [id, { all, free }]))
}
