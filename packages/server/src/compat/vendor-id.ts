/** The id that something is shown by at a vendor: as its client brought it, else ours. What lies directly in compat/ belongs to every room. */
import type { dialects } from '../provisioning/dialects.ts'

/**
 * A column of a select.
 * @param kind  As in external_id: 'number', 'scenario'.
 * @param id  SQL of our id; null where there is none.
 * @param workspaceId  SQL of the workspace that it is of.
 */
export function vendorId(
  dialect: (typeof dialects)[number],
  kind: string,
  id = 't.id',
  workspaceId = 't.workspace_id',
): string {
  return `coalesce((select min(x.external_id) from external_id x where x.workspace_id = ${workspaceId} and x.dialect = '${dialect}'
    and x.kind = '${kind}' and x.resource_id = ${id} and x.part is null), ${id}::text)`
}
