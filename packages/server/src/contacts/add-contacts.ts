/** Puts people of a request into a campaign: who is accepted, who was there already, and each refusal by its place. */
import { setImmediate } from 'node:timers/promises'
import { transaction } from '../adapters/postgres/pool.ts'
import type { ServerDeps } from '../deps.ts'
import { openContactGround } from './contact-ground.ts'
import { isRejection, type NewContact, prepareContact, type ReadyContact, type Rejection } from './prepare-contact.ts'
import { writeContacts } from './write-contacts.ts'

type Added = { readonly index: number; readonly id: string; readonly phones: readonly string[] }
export type AddedContacts = {
  readonly accepted: readonly Added[]
  readonly duplicates: readonly Added[]
  readonly rejected: readonly (Rejection & { readonly index: number })[]
}

/** Reading one takes some 20 µs: after so many, others get their turn. */
const readAtOnce = 250

/**
 * One transaction: what is accepted is in whole, what is rejected is told by its place in the list.
 * @throws {CampaignNotFoundError} `CAMPAIGN_NOT_FOUND`
 */
export async function addContacts(
  deps: ServerDeps,
  workspaceId: string,
  campaignId: string,
  contacts: readonly NewContact[],
): Promise<AddedContacts> {
  const result = await transaction(deps.pool, async (connection) => {
    const ground = await openContactGround(connection, workspaceId, campaignId)
    const ready: { readonly index: number; readonly contact: ReadyContact }[] = []
    const rejected: AddedContacts['rejected'][number][] = []
    for (const [index, contact] of contacts.entries()) {
      if (index % readAtOnce === readAtOnce - 1) await setImmediate()
      const read = prepareContact(ground, contact)
      if (isRejection(read)) rejected.push({ index, ...read })
      else ready.push({ index, contact: read })
    }
    const written = await writeContacts(
      connection,
      deps,
      ground,
      ready.map(({ contact }) => contact),
    )
    const added = (isNew: boolean): Added[] =>
      written.flatMap((one, at) => {
        const { index, contact } = ready[at] ?? {}
        if (one.isNew !== isNew || index === undefined || contact === undefined) return []
        return [{ index, id: one.id, phones: contact.phones.map(({ phone }) => phone) }]
      })
    return { accepted: added(true), duplicates: added(false), rejected }
  })
  if (result.accepted.length > 0) deps.onChange()
  return result
}
