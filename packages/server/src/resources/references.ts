/** A reference: how a request names a thing of its workspace, by our id, by a vendor's id, or by name. */
import type { Queryable } from '../adapters/postgres/pool.ts'
import type { Reference as GivenReference } from '../provisioning/schema/reference.ts'

const tables = {
  trunk: 'trunk',
  number: 'phone_number',
  'caller-id-group': 'caller_id_group',
  dialplan: 'dialplan',
  scenario: 'scenario',
  campaign: 'campaign',
  'retry-rule': 'retry_rule',
  'time-group': 'time_group',
  'operator-group': 'operator_group',
  'tag-scene': 'tag_scene',
  project: 'project',
  voice: 'voice',
} as const
export type ReferredKind = keyof typeof tables

/**
 * `dialect` is whose words the value is in. 'native': an id of ours, else a name, else an id in any dialect. Otherwise an id in
 * that dialect, else one of ours.
 */
export type ReadReference = { readonly value: string; readonly dialect: string }

/** From what a body holds: text, a number, or `{twin: 7}`. */
export function referenceOf(given: GivenReference): ReadReference {
  if (typeof given !== 'object') return { value: String(given), dialect: 'native' }
  const [[dialect, value] = ['native', '']] = Object.entries(given).filter(([, one]) => one !== undefined)
  return { value: String(value), dialect }
}

export type Resolved = { readonly id: string } | { readonly problem: 'unknown' | 'ambiguous' }

/** The dialect's own ids go first: a client that moved here keeps the ids it knows, whatever ours are. */
export async function resolveReference(
  on: Queryable,
  workspaceId: string,
  kind: ReferredKind,
  { value, dialect }: ReadReference,
): Promise<Resolved> {
  const found = await resolveReferences(on, workspaceId, kind, [value], dialect)
  return found.get(value) ?? { problem: 'unknown' }
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** Many of one kind and dialect, each by its value; what is unknown is not there. A UUID is the same in capitals, as some databases print it. */
export async function resolveReferences(
  on: Queryable,
  workspaceId: string,
  kind: ReferredKind,
  values: readonly string[],
  dialect: string,
): Promise<ReadonlyMap<string, Resolved>> {
  const inCase = (change: (value: string) => string) =>
    values.map((value) => (uuid.test(value) ? change(value) : value))
  const { rows } = await on.query<{ value: string; id: string; rank: number }>(
    `select g.value, t.id, min(case when x.dialect = $4 then 0 when t.id::text = lower(g.value) then 1 when t.name = g.value and $4 = 'native' then 2 else 3 end) as rank
       from ${tables[kind]} t cross join unnest($3::text[], $5::text[], $6::text[]) as g (value, small, large)
       left join external_id x on x.workspace_id = t.workspace_id and x.resource_id = t.id and x.kind = $2
                              and x.external_id in (g.value, g.small, g.large)
                              and x.dialect = case when $4 = 'native' then x.dialect else $4 end
      where t.workspace_id = $1 and (x.external_id is not null or t.id::text = lower(g.value) or ($4 = 'native' and t.name = g.value))
      group by g.value, t.id order by rank, t.id`,
    [
      workspaceId,
      kind,
      values,
      dialect,
      inCase((value) => value.toLowerCase()),
      inCase((value) => value.toUpperCase()),
    ],
  )
  const found = new Map<string, Resolved>()
  for (const [value, [first, second]] of Map.groupBy(rows, (row) => row.value))
    if (first !== undefined) found.set(value, second?.rank === first.rank ? { problem: 'ambiguous' } : { id: first.id })
  return found
}
