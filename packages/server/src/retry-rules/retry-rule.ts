/** A retry rule: how often and when somebody is called again after which result, shared by campaigns under a name. */
import type { RetryPolicy, RetryTrigger } from '@dialwright/dialer'
import { z } from 'zod'
import { spreadSharedRules } from '../campaigns/shared-rules.ts'
import { sections } from '../provisioning/schema.ts'
import type { Desk } from '../resources/desk.ts'
import { externalIdsColumn } from '../resources/external-ids.ts'
import {
  changedExternalIds,
  changeOf,
  nameFilter,
  shownExternalIds,
  shownId,
  shownInstant,
} from '../resources/fields.ts'
import { defineResource } from '../resources/resource.ts'
import { type Columns, insertRow, updateRow } from '../resources/rows.ts'

const { id: _, ...fields } = sections.retryRules.schema.shape
const newSchema = z.strictObject(fields)
const changeSchema = changeOf({ ...fields, externalIds: changedExternalIds })
type Change = z.output<typeof changeSchema>
type Given = Pick<z.output<typeof newSchema>, 'rules' | 'caps'>

export const retryRules = defineResource<z.output<typeof newSchema>, Change>({
  kind: 'retry-rule',
  path: 'retryRules',
  read: 'retryRules:read',
  write: 'retryRules:write',
  newSchema,
  changeSchema,
  shownSchema: z.object({
    id: shownId,
    name: z.string(),
    remark: z.string().nullable(),
    enabled: z.boolean(),
    default: z.boolean(),
    rules: z.record(
      z.string(),
      z.object({
        tries: z.int(),
        intervals: z.array(z.int()).meta({ description: 'Seconds' }),
        talkSecondsAtMost: z.int().optional(),
      }),
    ),
    caps: z.object({
      perContact: z.int().optional().meta({ description: 'Calls of a person in a campaign' }),
      perPhone: z.int().optional().meta({ description: 'Calls of a phone in a campaign' }),
      perPhonePerDay: z.int().optional().meta({ description: 'Calls of a phone on a day, over all campaigns' }),
    }),
    externalIds: shownExternalIds,
    createdAt: shownInstant,
  }),
  secrets: [],
  table: 'retry_rule',
  columns: `t.id, t.name, t.remark, t.enabled, t.is_default as "default", t.policy, ${externalIdsColumn('retry-rule')}, t.created_at as "createdAt"`,
  filters: { name: nameFilter },
  unique: { retry_rule_workspace_id_name_key: 'name' },
  uses: `select 'campaign' as kind, c.id, c.name from campaign c where c.workspace_id = $1 and c.retry_rule_id = $2 limit 20`,

  show({ policy, ...row }) {
    return { ...row, ...givenOf(policy as RetryPolicy) }
  },

  async create(desk, id, given) {
    await keepOneDefault(desk, given)
    await insertRow(desk.connection, 'retry_rule', { id, workspaceId: desk.workspaceId }, columnsOf(given, given))
    await desk.externalIds('retry-rule', id, given.externalIds)
    return undefined
  },

  async change(desk, id, given, before) {
    await keepOneDefault(desk, given)
    const { rules = before.rules, caps = before.caps } = given
    const columns = columnsOf(given, { rules, caps } as Given)
    await updateRow(desk.connection, 'retry_rule', { id, workspaceId: desk.workspaceId }, columns)
    await spreadSharedRules(desk.connection, desk.workspaceId)
    await desk.externalIds('retry-rule', id, given.externalIds)
  },
})

function columnsOf(given: Change, policy: Given): Columns {
  return {
    name: given.name,
    remark: given.remark,
    enabled: given.enabled,
    is_default: given.default,
    policy: JSON.stringify(policyOf(policy)),
  }
}

/** From the words of the API and of provisioning to those of the dialer. Results with commas between share one counter. */
export function policyOf({ rules, caps }: Given): RetryPolicy {
  return {
    rules: Object.entries(rules).map(([results, { tries, intervals, talkSecondsAtMost }]) => ({
      on: results.split(',') as RetryTrigger[],
      tries,
      intervalsSeconds: intervals,
      ...(talkSecondsAtMost === undefined ? {} : { talkSecondsAtMost }),
    })),
    caps,
  }
}

export function givenOf({ rules, caps }: RetryPolicy): { readonly rules: object; readonly caps: object } {
  return {
    rules: Object.fromEntries(
      rules.map(({ on, tries, intervalsSeconds, talkSecondsAtMost }) => [
        on.join(','),
        { tries, intervals: intervalsSeconds, ...(talkSecondsAtMost === undefined ? {} : { talkSecondsAtMost }) },
      ]),
    ),
    caps,
  }
}

/** A new default takes the place of the old one. */
async function keepOneDefault(desk: Desk, given: Change): Promise<void> {
  if (given.default === true)
    await desk.connection.query('update retry_rule set is_default = false where workspace_id = $1 and is_default', [
      desk.workspaceId,
    ])
}
