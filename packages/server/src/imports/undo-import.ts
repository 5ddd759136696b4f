/** Takes back what an import brought: everybody who has not been dialled. Who has been stays, with all that was said. */
import type { Clock } from '@dialwright/dialer'
import { type Pool, statement, transaction } from '../adapters/postgres/pool.ts'
import { finishImport, holdImport, type Import, type Runner } from './import-rows.ts'

const atOnce = 5_000

const takeAway = statement<{ id: string }>(
  'import-undo',
  `with untouched as (
     select id from contact where campaign_id = $1 and import_id = $2 and state in ('ready', 'excluded') and attempts = 0
      order by id limit $3 for update)
   delete from contact k using untouched u where k.id = u.id returning k.id`,
)
const note = statement(
  'import-note-undone',
  `update contact_import set undone = undone + $2, lease_until = dw_clock() + interval '30 s' where id = $1`,
)
const countKept = statement(
  'import-count-kept',
  `update contact_import set kept = (select count(*) from contact where campaign_id = $2 and import_id = $1) where id = $1`,
)
// Whoever deletes the campaign, or settles it, comes before or after.
const holdCampaign = statement('import-hold-campaign', 'select from campaign where id = $1 for key share')

export async function undoImport(
  {
    pool,
    runner,
    onChange,
  }: { readonly pool: Pool; readonly clock: Clock; readonly runner: Runner; readonly onChange: () => void },
  list: Import,
): Promise<void> {
  for (let isMore = true; isMore; ) {
    isMore = await transaction(pool, async (connection) => {
      await holdCampaign(connection, [list.campaignId])
      if ((await holdImport(connection, list.id, runner)) !== 'undoing') return false
      const gone = await takeAway(connection, [list.campaignId, list.id, atOnce])
      await note(connection, [list.id, gone.length])
      if (gone.length > 0) return true
      await countKept(connection, [list.id, list.campaignId])
      await finishImport(connection, list.id, 'undone', null)
      return false
    })
    onChange()
  }
}
