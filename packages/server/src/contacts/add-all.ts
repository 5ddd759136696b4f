/** Puts people into a campaign in the caller's transaction, all or none: for requests that are kept whole or refused whole. */
import { setImmediate } from 'node:timers/promises'
import type { Clock, Random } from '@dialwright/dialer'
import type { Connection } from '../adapters/postgres/pool.ts'
import { type FieldProblem, InvalidInputError } from '../campaigns/errors.ts'
import { openContactGround } from './contact-ground.ts'
import { isRejection, type NewContact, prepareContact, type ReadyContact } from './prepare-contact.ts'
import { writeContacts } from './write-contacts.ts'

/** People that came in, and those that were in the campaign, or in the request, already. */
export type AddedAll = { readonly accepted: number; readonly duplicates: number }

/** Reading one takes some 20 µs: after so many, others get their turn. */
const readAtOnce = 250

/**
 * @throws {InvalidInputError} naming everybody who cannot be dialled: 'contacts.3.phones.0'.
 * @throws {CampaignNotFoundError} `CAMPAIGN_NOT_FOUND`
 */
export async function addAllContacts(
  connection: Connection,
  deps: { readonly clock: Clock; readonly random: Random },
  { workspaceId, campaignId }: { readonly workspaceId: string; readonly campaignId: string },
  contacts: readonly NewContact[],
): Promise<AddedAll> {
  const ground = await openContactGround(connection, workspaceId, campaignId)
  const ready: ReadyContact[] = []
  const problems: FieldProblem[] = []
  for (const [index, contact] of contacts.entries()) {
    if (index % readAtOnce === readAtOnce - 1) await setImmediate()
    const read = prepareContact(ground, contact)
    if (isRejection(read)) problems.push({ ...read, field: `contacts.${index}.${read.field.replace('/', '.')}` })
    else ready.push(read)
  }
  if (problems.length > 0) throw new InvalidInputError(problems)
  const written = await writeContacts(connection, deps, ground, ready)
  const accepted = written.filter(({ isNew }) => isNew).length
  return { accepted, duplicates: written.length - accepted }
}
