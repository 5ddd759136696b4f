/** Takes back what an import brought: everybody who has not been dialled. Who has been stays, with all that was said. */
import { type Pool, statement, transaction } from '../adapters/postgres/pool.ts'
import { finishImport, holdImport, type Import, type Runner } from './import-rows.ts'

const atOnce = 5_000

// Behind those that were taken: else each turn would walk once more past everybody who stays. A reset leaves no attempts on the
// contact, and those that there were are told by their own rows.
const takeAway = statement<{ id: string }>(
  'import-undo',
  `with untouched as (
     select id from contact where campaign_id = $1 and import_id = $2 and state in ('ready', 'excluded') and attempts = 0 and id > $4
        and not exists (select from attempt a where a.contact_id = contact.id)
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

/** Until all are away, or the signal says so: the next life goes on. */
export async function undoImport(
  {
    pool,
    runner,
    onChange,
    batchRows = atOnce,
  }: {
    readonly pool: Pool
    readonly runner: Runner
    readonly onChange: () => void
    readonly batchRows?: number | undefined
  },
  list: Import,
  signal: AbortSignal,
): Promise<void> {
  let after = '00000000-0000-0000-0000-000000000000'
  for (let isMore = true; isMore && !signal.aborted; ) {
    isMore = await transaction(pool, async (connection) => {
      await holdCampaign(connection, [list.campaignId])
      if ((await holdImport(connection, list.id, runner)) !== 'undoing') return false
      const gone = await takeAway(connection, [list.campaignId, list.id, Math.min(batchRows, atOnce), after])
      await note(connection, [list.id, gone.length])
      // Ids as text are in the order of the ids.
      for (const { id } of gone) if (id > after) after = id
      if (gone.length > 0) return true
      await countKept(connection, [list.id, list.campaignId])
      await finishImport(connection, list.id, 'undone', null)
      return false
    })
    onChange()
  }
}
