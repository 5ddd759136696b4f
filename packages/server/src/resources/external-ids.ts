/** The ids that a resource has at the vendors: shown with it, and set with it. */
import type { Connection } from '../adapters/postgres/pool.ts'
import { dialects } from '../provisioning/dialects.ts'

export type ExternalIds = Readonly<Partial<Record<(typeof dialects)[number], string | number | null | undefined>>>

/** A column for a select over `t`: `{"twin": "42"}`; integers as their decimal text. */
export function externalIdsColumn(kind: string): string {
  return `coalesce((select jsonb_object_agg(x.dialect, x.external_id order by x.dialect, x.external_id desc) from external_id x
    where x.workspace_id = t.workspace_id and x.resource_id = t.id and x.kind = '${kind}' and x.part is null), '{}') as "externalIds"`
}

/**
 * Sets what is given; null takes an id away.
 * @returns The dialects whose id belongs to another resource already.
 */
export async function setExternalIds(
  connection: Connection,
  resource: { readonly id: string; readonly workspaceId: string; readonly kind: string },
  given: ExternalIds,
): Promise<readonly string[]> {
  const taken: string[] = []
  for (const dialect of dialects) {
    const externalId = given[dialect]
    if (externalId === undefined) continue
    await connection.query(
      'delete from external_id where workspace_id = $1 and kind = $2 and resource_id = $3 and dialect = $4 and part is null',
      [resource.workspaceId, resource.kind, resource.id, dialect],
    )
    if (externalId === null) continue
    const { rowCount } = await connection.query(
      `insert into external_id (workspace_id, dialect, kind, external_id, resource_id) values ($1, $2, $3, $4, $5)
       on conflict (workspace_id, dialect, kind, external_id) do nothing`,
      [resource.workspaceId, dialect, resource.kind, String(externalId), resource.id],
    )
    if (rowCount === 0) taken.push(dialect)
  }
  return taken
}
