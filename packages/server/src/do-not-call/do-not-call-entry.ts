/** A do-not-call entry: a number that nobody may dial, in the whole workspace or in one campaign. */
import { z } from 'zod'
import { instantSchema } from '../instant.ts'
import { normalizePhone } from '../numbers/normalize.ts'
import { referenceSchema } from '../provisioning/schema/reference.ts'
import type { Desk } from '../resources/desk.ts'
import { changeOf, shownId, shownInstant, shownInstantOrNull } from '../resources/fields.ts'
import { defineResource } from '../resources/resource.ts'
import { insertRow, updateRow } from '../resources/rows.ts'

const phone = z.string().regex(/^\+?[\d\s().-]{2,40}$/, 'expected a phone number, like +79996662211')
const changed = {
  reason: z.string().trim().min(1).max(500),
  expiresAt: instantSchema.optional(),
}
const newSchema = z.strictObject({ phone, ...changed, campaign: referenceSchema.optional() })
const changeSchema = changeOf(changed)

export const doNotCall = defineResource<z.output<typeof newSchema>, z.output<typeof changeSchema>>({
  kind: 'do-not-call',
  path: 'doNotCall',
  read: 'doNotCall:read',
  write: 'doNotCall:write',
  newSchema,
  changeSchema,
  shownSchema: z.object({
    id: shownId,
    phone: z.string().meta({ description: 'The digits of its international form' }),
    reason: z.string(),
    source: z.string().meta({ description: 'Where it came from: api, import, scenario, ...' }),
    campaign: shownId.nullable().meta({ description: 'Null: the whole workspace' }),
    expiresAt: shownInstantOrNull,
    createdAt: shownInstant,
  }),
  secrets: [],
  table: 'do_not_call',
  columns: `t.id, t.phone_key as phone, t.reason, t.source, t.campaign_id as campaign, t.expires_at as "expiresAt", t.created_at as "createdAt"`,
  filters: {
    phone: { schema: phone, where: (parameter) => `t.phone_key = regexp_replace(${parameter}, '[^0-9]', '', 'g')` },
    campaign: { schema: z.uuid(), where: (parameter) => `t.campaign_id = ${parameter}` },
    source: { schema: z.string().min(1).max(100), where: (parameter) => `t.source = ${parameter}` },
  },
  unique: { do_not_call_once: 'phone' },

  async create(desk, id, given) {
    const key = await keyOf(desk, given.phone)
    const campaignId = given.campaign === undefined ? null : await desk.refer('campaign', given.campaign, 'campaign')
    desk.check()
    await insertRow(
      desk.connection,
      'do_not_call',
      { id, workspaceId: desk.workspaceId },
      {
        phone_key: key,
        reason: given.reason,
        source: 'api',
        campaign_id: campaignId,
        expires_at: given.expiresAt,
      },
    )
    return undefined
  },

  async change(desk, id, given) {
    const { reason, expiresAt } = given
    const key = { id, workspaceId: desk.workspaceId }
    await updateRow(desk.connection, 'do_not_call', key, { reason, expires_at: expiresAt })
  },
})

/** As the workspace's campaigns read numbers; what has no international form, like a short number, by its digits. */
async function keyOf(desk: Desk, given: string): Promise<string> {
  const { rows } = await desk.connection.query<{ country: string }>('select country from workspace where id = $1', [
    desk.workspaceId,
  ])
  const normalized = normalizePhone(given, rows[0]?.country ?? '') ?? normalizePhone(given, 'none')
  if (normalized === null) desk.report('phone', 'invalid', 'this cannot be read as a phone number')
  return normalized?.key ?? ''
}
