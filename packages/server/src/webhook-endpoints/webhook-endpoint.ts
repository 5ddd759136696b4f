/** A webhook endpoint: where events go, all of a workspace's or one campaign's, each signed with the endpoint's secret. */
import { z } from 'zod'
import { referenceSchema } from '../provisioning/schema/reference.ts'
import type { Desk } from '../resources/desk.ts'
import { changeOf, shownId, shownInstant } from '../resources/fields.ts'
import { defineResource } from '../resources/resource.ts'
import { insertRow, updateRow } from '../resources/rows.ts'
import { askedTopicsOf, type Dialect, dialects, tellerOf, wordsOf } from '../webhooks/dialects.ts'
import { webhookSecretPurpose } from '../webhooks/signature.ts'

const secretBytes = 24

const fields = {
  url: z.url({ protocol: /^https?$/, error: 'expected an http or https address' }).max(2_000),
  events: z.array(z.string().min(1).max(100)).max(50).default([]),
  enabled: z.boolean().default(true),
}
const secret = z
  .string()
  .min(16)
  .max(500)
  .regex(/^(whsec_[A-Za-z0-9+/]{16,}={0,2}|(?!whsec_)[\x21-\x7e]+)$/, 'expected whsec_ and base64, or visible ASCII')
const newSchema = z.strictObject({
  ...fields,
  campaign: referenceSchema.optional(),
  dialect: z.enum(dialects).default('native').meta({ description: 'In whose words and form it is told' }),
  secret: secret.optional(),
})
const changeSchema = changeOf({ ...fields, secret })
type Change = z.output<typeof changeSchema>

export const webhookEndpoints = defineResource<z.output<typeof newSchema>, Change>({
  kind: 'webhook-endpoint',
  path: 'webhookEndpoints',
  read: 'webhookEndpoints:read',
  write: 'webhookEndpoints:write',
  newSchema,
  changeSchema,
  shownSchema: z.object({
    id: shownId,
    url: z.string(),
    events: z.array(z.string()).meta({ description: 'In the words of its dialect; empty: all' }),
    enabled: z.boolean(),
    campaign: shownId
      .nullable()
      .meta({ description: 'Null: all campaigns of the workspace, unless it is of a number' }),
    number: shownId
      .nullable()
      .meta({ description: "Of this number's inbound rule: it hears of the calls to it alone" }),
    dialect: z.string(),
    hasSecret: z.boolean(),
    createdAt: shownInstant,
  }),
  onceSchema: z.object({
    secret: z.string().optional().meta({
      description: 'Made where none was given. Shown now and never again; a repeated request does not get it',
    }),
  }),
  secrets: ['secret'],
  table: 'webhook_endpoint',
  columns: `t.id, t.url, t.events, t.enabled, t.campaign_id as campaign, t.number_id as number, t.dialect, t.secret_box is not null as "hasSecret", t.created_at as "createdAt"`,
  filters: {
    campaign: { schema: z.uuid(), where: (parameter) => `t.campaign_id = ${parameter}` },
    enabled: { schema: z.enum(['true', 'false']), where: (parameter) => `t.enabled = ${parameter}::boolean` },
  },
  unique: {},
  uses: `select 'pending delivery' as kind, d.id, d.event as name from webhook_delivery d
     where d.workspace_id = $1 and d.endpoint_id = $2 and d.state = 'pending' limit 20`,

  async create(desk, id, given) {
    const { dialect } = given
    if (tellerOf(dialect, desk.deps.tellers) === null)
      desk.report('dialect', 'unknown', `nobody is told anything in the words of ${dialect}`)
    checkEvents(desk, given, dialect)
    const campaignId = given.campaign === undefined ? null : await desk.refer('campaign', given.campaign, 'campaign')
    desk.check()
    const { url, events, enabled } = given
    const made = `whsec_${Buffer.from(desk.deps.random.bytes(secretBytes)).toString('base64')}`
    const box = desk.deps.secretBox.seal(given.secret ?? made, webhookSecretPurpose)
    const key = { id, workspaceId: desk.workspaceId }
    const columns = {
      ...{ url, events, enabled, campaign_id: campaignId, secret_box: box, dialect },
      live_topics: askedTopicsOf(dialect, events, desk.deps.tellers),
    }
    await insertRow(desk.connection, 'webhook_endpoint', key, columns)
    return given.secret === undefined ? { secret: made } : undefined
  },

  async change(desk, id, given, before) {
    checkEvents(desk, given, before.dialect as Dialect)
    desk.check()
    const { url, events, enabled } = given
    const box = given.secret === undefined ? undefined : desk.deps.secretBox.seal(given.secret, webhookSecretPurpose)
    const key = { id, workspaceId: desk.workspaceId }
    const live = events && askedTopicsOf(before.dialect as Dialect, events, desk.deps.tellers)
    const columns = { url, events, enabled, secret_box: box, live_topics: live }
    await updateRow(desk.connection, 'webhook_endpoint', key, columns)
  },
})

function checkEvents(desk: Desk, { events = [] }: Change, dialect: Dialect): void {
  const known = wordsOf(dialect, desk.deps.tellers)
  for (const [index, event] of events.entries())
    if (!known.includes(event)) desk.report(`events.${index}`, 'unknown', `expected one of ${known.join(', ')}`)
}
