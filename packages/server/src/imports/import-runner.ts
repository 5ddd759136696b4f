/**
 * Reads imports to their end: rows in batches, each batch with its progress in one transaction, so that after any death reading
 * goes on behind the last row that was written. The list is read from its beginning then: rows have no place of their own in an
 * encoding that is not UTF-8, and skipping a million of them takes seconds.
 */
import { setImmediate } from 'node:timers/promises'
import type { Clock, Random } from '@dialwright/dialer'
import { type Connection, type Pool, statement, transaction } from '../adapters/postgres/pool.ts'
import { madeStorable } from '../adapters/postgres/storable.ts'
import { CampaignNotFoundError, InvalidInputError } from '../campaigns/errors.ts'
import { contactGround, openContactGround } from '../contacts/contact-ground.ts'
import {
  type ContactGround,
  isRejection,
  prepareContact,
  type ReadyContact,
  type Rejection,
} from '../contacts/prepare-contact.ts'
import { writeContacts } from '../contacts/write-contacts.ts'
import {
  claimImport,
  finishImport,
  holdImport,
  type Import,
  keepImport,
  moveImportOn,
  type Runner,
  receivedPieces,
} from './import-rows.ts'
import { type Row, readRows, UnreadableListError } from './read-rows.ts'
import { undoImport } from './undo-import.ts'

export type ImportRunnerParts = {
  readonly pool: Pool
  readonly clock: Clock
  readonly random: Random
  readonly runner: Runner
  /** People came into a campaign, or went. */
  readonly onChange: () => void
  readonly log: { error(fields: object, message: string): void }
  /** Rows of one transaction: more are quicker, fewer let a campaign be paused sooner. */
  readonly batchRows?: number | undefined
}

type Prepared = {
  readonly row: number
  readonly given: string
  readonly source: Row['read']
  read: ReadyContact | Rejection
}

/** Somebody else reads this import, or it is to be undone, or gone. */
class OutrunError extends Error {}

const patience = 5
/** Of one batch, as they were received: rows may be large, and a batch is held in memory. */
const batchBytes = 8 * 1024 * 1024
const keepEveryMs = 10_000
/** Then the batch that is being written gets its turn: the database waits for nothing but for us. */
const readAtOnce = 25

export class ImportRunner {
  readonly #parts: ImportRunnerParts

  constructor(parts: ImportRunnerParts) {
    this.#parts = parts
  }

  /** Until nothing is open, or the signal says so: then the batch in hand is written to its end. */
  async runAll(signal: AbortSignal): Promise<void> {
    for (let failures = 0; !signal.aborted; ) {
      const next = await claimImport(this.#parts.pool, this.#parts.runner)
      if (next === null) return
      try {
        if (next.state === 'undoing') await undoImport(this.#parts, next, signal)
        else if (next.state === 'receiving') await this.#end(next, 'failed', 'The rest of the list never came')
        else await this.#run(next, signal)
        failures = 0
      } catch (error) {
        if (error instanceof OutrunError || error instanceof CampaignNotFoundError) continue
        failures += 1
        this.#parts.log.error({ err: error, importId: next.id }, 'an import was interrupted')
        // A database that restarts is tried again; what fails for good must not keep others waiting for ever.
        if (failures >= patience) {
          await this.#giveUp(next)
          failures = 0
        }
      }
    }
  }

  async #run(list: Import, signal: AbortSignal): Promise<void> {
    const { pool, clock, runner, batchRows = 10_000 } = this.#parts
    let keptAt = clock.monotonicMs()
    let writtenTo = 0
    let ground = await transaction(pool, (connection) => contactGround(connection, list.workspaceId, list.campaignId))
    let bytesRead = 0
    const counted = async function* (pieces: AsyncIterable<Uint8Array>) {
      for await (const piece of pieces) {
        bytesRead += piece.length
        yield piece
      }
    }
    let row = 0
    let batch: Prepared[] = []
    let writing: Promise<ContactGround> = Promise.resolve(ground)
    const write = async (): Promise<void> => {
      ground = await writing
      const [full, until] = [batch, bytesRead]
      batch = []
      // Read on while the database writes. What goes wrong is told at the next turn.
      writing = this.#write(list, ground, full, until)
      writing.catch(() => undefined)
    }
    try {
      for await (const rows of readRows(list, counted(receivedPieces(pool, list.id)))) {
        for (const { given, read } of rows) {
          row += 1
          if (row % readAtOnce === 0) await setImmediate()
          if (row > list.rows)
            batch.push({ row, given, source: read, read: isRejection(read) ? read : prepareContact(ground, read) })
        }
        if (batch.length === 0) writtenTo = bytesRead
        if (batch.length >= batchRows || bytesRead - writtenTo >= batchBytes) {
          writtenTo = bytesRead
          await write()
        }
        if (signal.aborted) break
        if (clock.monotonicMs() - keptAt < keepEveryMs) continue
        keptAt = clock.monotonicMs()
        if (!(await keepImport(pool, list.id, runner))) throw new OutrunError()
      }
      if (batch.length > 0) await write()
      await writing
      if (!signal.aborted) await this.#end(list, 'done', null)
    } catch (error) {
      if (!(error instanceof UnreadableListError || error instanceof InvalidInputError)) {
        await writing.catch(() => undefined)
        throw error
      }
      if (batch.length > 0) await write()
      await writing
      await this.#end(list, 'failed', madeStorable(`after row ${row}: ${error.message}`))
    }
  }

  /** @returns The ground as it is now: routes may have changed since the rows were read. */
  async #write(
    list: Import,
    ground: ContactGround,
    batch: readonly Prepared[],
    bytesRead: number,
  ): Promise<ContactGround> {
    const { pool } = this.#parts
    const now = await transaction(pool, async (connection) => {
      // The campaign before the import, as whoever deletes the campaign takes them.
      const current = await openContactGround(connection, list.workspaceId, list.campaignId)
      if ((await holdImport(connection, list.id, this.#parts.runner)) !== 'running') throw new OutrunError()
      if (JSON.stringify(current) !== JSON.stringify(ground)) prepareAgain(current, batch)
      const ready = batch.flatMap(({ read }) => (isRejection(read) ? [] : [read]))
      const written = await writeContacts(connection, this.#parts, current, ready, list.id)
      const rejected = await writeRejections(connection, list, batch)
      const accepted = written.filter(({ isNew }) => isNew).length
      await moveImportOn(connection, list.id, {
        rows: batch.length,
        accepted,
        duplicates: written.length - accepted,
        rejected,
        bytesRead,
      })
      return current
    })
    this.#parts.onChange()
    return now
  }

  async #giveUp(list: Import): Promise<void> {
    const what = list.state === 'undoing' ? 'It could not be taken back: something' : 'Something'
    try {
      await this.#end(list, 'failed', `${what} went wrong on our side; the log has the details`)
    } catch (error) {
      if (!(error instanceof OutrunError)) throw error
    }
  }

  async #end(list: Import, state: 'done' | 'failed', error: string | null): Promise<void> {
    await transaction(this.#parts.pool, async (connection) => {
      // As it was claimed: another state is another wish of its owner's meanwhile.
      if ((await holdImport(connection, list.id, this.#parts.runner)) !== list.state) throw new OutrunError()
      await finishImport(connection, list.id, state, error)
    })
    this.#parts.onChange()
  }
}

function prepareAgain(ground: ContactGround, batch: readonly Prepared[]): void {
  for (const one of batch) if (!isRejection(one.source)) one.read = prepareContact(ground, one.source)
}

const insertRejections = statement(
  'import-reject',
  `insert into contact_import_rejection (workspace_id, import_id, row, field, code, message, given)
   select $1, $2, r.row, r.field, r.code, r.message, r.given
     from json_to_recordset($3::json) as r(row bigint, field text, code text, message text, given text)`,
)

async function writeRejections(connection: Connection, list: Import, batch: readonly Prepared[]): Promise<number> {
  const rows = batch.flatMap(({ row, given, read }) => {
    if (!isRejection(read)) return []
    // Words about a row quote it, cut somewhere.
    const [field, message] = [madeStorable(read.field), madeStorable(read.message)]
    return [{ row, given: madeStorable(given), field, code: read.code, message }]
  })
  if (rows.length > 0) await insertRejections(connection, [list.workspaceId, list.id, JSON.stringify(rows)])
  return rows.length
}
