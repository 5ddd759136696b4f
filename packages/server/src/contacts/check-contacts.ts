/** Reads people as a campaign would, without adding them: for whoever is to know before anything is made. */
import { transaction } from '../adapters/postgres/pool.ts'
import type { ServerDeps } from '../deps.ts'
import { contactGround } from './contact-ground.ts'
import { isRejection, type NewContact, prepareContact, type Rejection } from './prepare-contact.ts'

/**
 * @returns One for each of `contacts`, in their order; null: this one could be added.
 * @throws {CampaignNotFoundError} `CAMPAIGN_NOT_FOUND`
 */
export async function checkContacts(
  deps: ServerDeps,
  workspaceId: string,
  campaignId: string,
  contacts: readonly NewContact[],
): Promise<readonly (Rejection | null)[]> {
  const ground = await transaction(deps.pool, (connection) => contactGround(connection, workspaceId, campaignId))
  return contacts.map((contact) => {
    const read = prepareContact(ground, contact)
    return isRejection(read) ? read : null
  })
}
