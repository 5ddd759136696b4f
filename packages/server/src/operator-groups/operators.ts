/** The operators of a group, as they are written: by their phones, so that a list that is given anew leaves who was in it. */
import type { Connection } from '../adapters/postgres/pool.ts'

export type Operator = { readonly name: string; readonly phone: string }

/** Digits alone, as phones are kept. */
export function operatorsOf(given: readonly Operator[]): Operator[] {
  return given.map(({ name, phone }) => ({ name, phone: phone.replace('+', '') }))
}

/** @param operators  All of the group, in the order in which they are rung; each phone once. */
export async function writeOperators(
  connection: Connection,
  group: { readonly id: string; readonly workspaceId: string },
  operators: readonly Operator[],
  newId: () => string,
): Promise<void> {
  const phones = operators.map(({ phone }) => phone)
  await connection.query(
    'delete from operator where workspace_id = $1 and group_id = $2 and phone <> all ($3::text[])',
    [group.workspaceId, group.id, phones],
  )
  await connection.query(
    `insert into operator (id, workspace_id, group_id, position, name, phone)
     select o.id, $1, $2, o.position - 1, o.name, o.phone
       from unnest($3::uuid[], $4::text[], $5::text[]) with ordinality as o(id, name, phone, position)
     on conflict (group_id, phone) do update set name = excluded.name, position = excluded.position`,
    [group.workspaceId, group.id, operators.map(newId), operators.map(({ name }) => name), phones],
  )
}
