/** What a session can be made of, in pages: scripts, sounds, numbers. Ids are the vendor's where the workspace has them. */
import type { Queryable } from '../../adapters/postgres/pool.ts'
import { vendorId } from '../vendor-id.ts'
import { paged } from './paging.ts'

export type Page = { readonly page: number; readonly size: number }

const known = (kind: string): string => vendorId('omicall', kind)

const lists = {
  // Those that are made out of steps are nobody's menu.
  scripts: `select jsonb_build_object('id', ${known('scenario')}, '_id', ${known('scenario')}, 'name', t.name, 'code', t.code) as item
    from scenario t where t.workspace_id = $1 and t.name not like 'autoCall %'`,
  greetings: `select jsonb_build_object('id', ${known('audio')}, '_id', ${known('audio')}, 'name', coalesce(t.name, t.path),
      'file_name', regexp_replace(t.path, '^.*/', ''), 'duration', round(t.duration_ms / 1000.0, 1)) as item from audio t where t.workspace_id = $1`,
  hotlines: `select jsonb_build_object('id', ${known('number')}, '_id', ${known('number')}, 'name', t.name, 'hotline', t.phone,
      'phone_number', t.phone, 'is_active', coalesce(t.valid_from <= dw_clock(), true) and coalesce(t.valid_until > dw_clock(), true)) as item
    from phone_number t where t.workspace_id = $1`,
} as const

export async function list(on: Queryable, workspaceId: string, what: keyof typeof lists, page: Page): Promise<object> {
  const { rows } = await on.query<{ item: object }>(
    `select l.item from (${lists[what]}) l order by l.item ->> 'name', l.item ->> 'id' limit $2 offset $3`,
    [workspaceId, page.size, (page.page - 1) * page.size],
  )
  const counted = await on.query<{ total: number }>(`select count(*) as total from (${lists[what]}) l`, [workspaceId])
  return paged(
    page,
    counted.rows[0]?.total ?? 0,
    rows.map(({ item }) => item),
  )
}
