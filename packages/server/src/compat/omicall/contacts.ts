/** The people of a session, as the vendor's page prints contacts. */
import type { Queryable } from '../../adapters/postgres/pool.ts'
import { paged } from './paging.ts'

/** As many as a page of the printed answer holds. */
const shownAtMost = 50

type Row = {
  readonly id: string
  readonly phone: string
  readonly createdAt: Temporal.Instant
  readonly createdBy: string | null
  readonly total: number
}

export async function contactsOf(on: Queryable, workspaceId: string, campaignId: string): Promise<object> {
  const { rows } = await on.query<Row>(
    `select k.id, p.given as phone, k.created_at as "createdAt", count(*) over () as total,
            (select a.actor from audit_entry a
              where a.workspace_id = $1 and a.resource_id = $2 and a.action = 'create' limit 1) as "createdBy"
       from contact k join contact_phone p on p.contact_id = k.id and p.position = 0
      where k.workspace_id = $1 and k.campaign_id = $2 order by k.id limit $3`,
    [workspaceId, campaignId, shownAtMost],
  )
  return paged({ page: 1, size: shownAtMost }, rows[0]?.total ?? 0, rows.map(shown))
}

function shown({ id, phone, createdAt, createdBy }: Row): object {
  const at = createdAt.epochMilliseconds
  const value = [{ display_value: phone, data_type: 'personal', value_type: 'Cá nhân' }]
  return {
    public_id: id,
    create_by: { name: createdBy },
    last_update_by: { name: createdBy },
    created_date: at,
    last_updated_date: at,
    contact_type: 'contact',
    tags_view: null,
    is_deleted: false,
    tags: [],
    attribute_structure: [{ identify: false, field_code: 'phone_number', field_type: 'phone', value }],
  }
}
