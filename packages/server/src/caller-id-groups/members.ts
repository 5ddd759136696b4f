/** The numbers of a group, as they are written: all of them at once. */
import { type Connection, statement } from '../adapters/postgres/pool.ts'

const drop = statement(
  'caller-id-group-drop',
  'delete from caller_id_group_member where workspace_id = $1 and group_id = $2',
)
const add = statement(
  'caller-id-group-members',
  `insert into caller_id_group_member (workspace_id, group_id, number_id, position)
   select $1, $2, n.id, n.position - 1 from unnest($3::uuid[]) with ordinality as n(id, position)`,
)

/** @param numberIds  Each once, in the order in which they are taken. */
export async function writeMembers(
  connection: Connection,
  group: { readonly id: string; readonly workspaceId: string },
  numberIds: readonly string[],
): Promise<void> {
  await drop(connection, [group.workspaceId, group.id])
  await add(connection, [group.workspaceId, group.id, numberIds])
}
