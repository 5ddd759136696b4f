/** Carries a plan out, inside one transaction: what is left is not touched, what the database refuses is told by its place. */
import type { Clock, Random } from '@dialwright/dialer'
import { type Connection, statement } from '../adapters/postgres/pool.ts'
import { type Actor, recordAudit } from '../audit/record.ts'
import { writeMembers } from '../caller-id-groups/members.ts'
import { spreadSharedRules } from '../campaigns/shared-rules.ts'
import { writeRoutes } from '../dialplans/routes.ts'
import { setNumberWebhooks } from '../numbers/webhooks.ts'
import { writeOperators } from '../operator-groups/operators.ts'
import { writeProjectMembers } from '../projects/project.ts'
import { ResourceError } from '../resources/errors.ts'
import { setLimits } from '../resources/rows.ts'
import { writeVersion } from '../scenarios/versions.ts'
import { writeTagGroups } from '../tag-scenes/tag-groups.ts'
import type { ProblemCode, Report } from './errors.ts'
import { giveWay } from './give-way.ts'
import type { Values } from './inventory.ts'
import type { Plan, PlannedItem } from './plan.ts'
import { sections } from './schema.ts'
import { columnValue, tables } from './tables.ts'
import { shownItem } from './values.ts'

type Write = {
  readonly deps: { readonly clock: Clock; readonly random: Random }
  readonly client: Connection
  readonly workspaceId: string
  readonly actor: Actor
  readonly newId: () => string
}

const insertWorkspace = statement(
  'provisioning-workspace',
  'insert into workspace (id, name, time_zone, country) values ($1, $2, $3, $4)',
)
const updateWorkspace = statement(
  'provisioning-workspace-change',
  'update workspace set time_zone = $2, country = $3 where id = $1',
)

/** @param report  Hears of what the database refuses; the transaction is not to be kept then. */
export async function writePlan(write: Write, plan: Plan, report: Report): Promise<void> {
  const { values, action } = plan.workspace
  if (action === 'create')
    await insertWorkspace(write.client, [values.id, values.name, values.timeZone, values.country])
  if (action === 'change') await updateWorkspace(write.client, [values.id, values.timeZone, values.country])
  if (action !== 'leave')
    await recordAudit(write.client, write.deps, write.actor, {
      ...{ action, kind: 'workspace', id: values.id, name: values.name, before: plan.workspace.row, after: values },
    })
  const moving = plan.items.filter((item) => item.action !== 'leave')
  await giveWay(write.client, write.workspaceId, moving)
  let hasFailed = false
  for (const item of moving) {
    await write.client.query('savepoint item')
    try {
      await writeItem(write, item)
      await audit(write, item)
      await write.client.query('release savepoint item')
    } catch (error) {
      const refusal = refusalOf(error)
      if (refusal === null) throw error
      await write.client.query('rollback to savepoint item')
      // What refers to an item that was refused is refused for that alone.
      if (!hasFailed || refusal.code !== 'unknown') report(item.path, refusal.code, refusal.message)
      hasFailed = true
    }
  }
  if (hasFailed) return
  // Campaigns before paces, as the claim locks them.
  await spreadSharedRules(write.client, write.workspaceId)
  await writePaces(write, plan)
}

/** What the database may refuse of a plan that looked right: somebody was quicker, or has it in a workspace that is hidden from us. */
function refusalOf(error: unknown): { readonly code: ProblemCode; readonly message: string } | null {
  if (error instanceof ResourceError) return { code: 'taken', message: `${error.message} meanwhile: run it again` }
  if (!(error instanceof Error) || !('code' in error)) return null
  if (error.code === '23505')
    return {
      code: 'taken',
      message: 'its id, its name, its login or one of its external ids is taken: take another, or run it again',
    }
  if (error.code === '23503') return { code: 'unknown', message: 'what it refers to has gone meanwhile: run it again' }
  return null
}

async function writeItem(write: Write, item: PlannedItem): Promise<void> {
  const { client, workspaceId } = write
  const { table, columns } = tables[item.section]
  const values = item.values as Readonly<Record<string, unknown>>
  const parameters = columns.map(([field, , as]) => columnValue(values[field], as))
  const place = columns.map(([, , as], index) => (as === 'json' ? `$${index + 3}::jsonb` : `$${index + 3}`))
  if (item.row === null) {
    const extra = item.section === 'audio' ? [', media_type', ", 'audio/wav'"] : ['', '']
    await client.query(
      `insert into ${table} (id, workspace_id, ${columns.map(([, column]) => column).join(', ')}${extra[0]})
       values ($1, $2, ${place.join(', ')}${extra[1]})`,
      [item.id, workspaceId, ...parameters],
    )
  } else {
    const set = columns.map(([, column], index) => `${column} = ${place[index]}`)
    await client.query(`update ${table} set ${set.join(', ')} where id = $1 and workspace_id = $2`, [
      item.id,
      workspaceId,
      ...parameters,
    ])
  }
  for (const { dialect, kind, externalId, resourceId, part } of item.externalIds)
    await client.query(
      'insert into external_id (workspace_id, dialect, kind, external_id, resource_id, part) values ($1, $2, $3, $4, $5, $6)',
      [workspaceId, dialect, kind, externalId, resourceId, part],
    )
  const isNew = item.row === null
  // Whoever came in by the old password goes out.
  if (item.section === 'users' && item.fields.includes('password'))
    await client.query('delete from api_token where workspace_id = $1 and user_id = $2', [workspaceId, item.id])
  const isGiven = (field: string): boolean => isNew || item.fields.includes(field)
  const owner = { id: item.id, workspaceId }
  if ('operators' in item.values && isGiven('operators'))
    await writeOperators(client, owner, item.values.operators, write.newId)
  if ('groups' in item.values && isGiven('groups')) {
    const taken = await writeTagGroups(client, owner, item.values.groups, write.newId)
    // As the database says it of other ids: somebody was quicker.
    if (taken.length > 0) throw Object.assign(new Error(`${taken.join(', ')} is taken`), { code: '23505' })
  }
  if ('scenarios' in item.values) {
    if (isGiven('scenarios')) await writeProjectMembers(client, owner, 'scenarios', item.values.scenarios)
    if (isGiven('numbers')) await writeProjectMembers(client, owner, 'numbers', item.values.numbers)
  } else if ('numbers' in item.values && isGiven('numbers')) await writeMembers(client, owner, item.values.numbers)
  if ('webhooks' in item.values && (isNew || item.fields.includes('inbound')))
    await setNumberWebhooks(client, owner, 'native', item.values.webhooks, write.newId)
  if ('routes' in item.values && isGiven('routes')) {
    const routes = item.values.routes.map(({ prefix, trunks }) => ({ prefix, trunkIds: trunks }))
    await writeRoutes(client, owner, routes)
  }
  if ('definition' in item.values && isGiven('definition')) {
    await writeVersion(client, owner, item.values.definition, write.newId())
    await dropStartBlockIds(client, owner, item.values.definition)
  }
}

/** A start block that is gone is nobody's any more. */
async function dropStartBlockIds(
  client: Connection,
  scenario: { readonly id: string; readonly workspaceId: string },
  { startBlocks }: Values['scenarios']['definition'],
): Promise<void> {
  await client.query(
    `delete from external_id where workspace_id = $1 and kind = 'start-block' and resource_id = $2 and part <> all ($3::text[])`,
    [scenario.workspaceId, scenario.id, startBlocks.map(({ id }) => id)],
  )
}

const limitFields = ['maxCalls', 'callsPerSecond', 'reservedCalls']
const secretFields = ['password', 'value']

/** Written as an export shows it, so that no secret stands in it. */
async function audit({ client, deps, actor }: Write, item: PlannedItem): Promise<void> {
  const { section, id, key, row, values, fields } = item
  const [before, after] = [row === null ? null : shownItem(section, row.values, null), shownItem(section, values, null)]
  const external = Object.fromEntries(
    item.externalIds.flatMap(({ dialect, externalId, part }) => (part === null ? [[dialect, externalId]] : [])),
  )
  await recordAudit(client, deps, actor, {
    ...{ action: row === null ? 'create' : 'change', kind: sections[section].kind, id, name: key, before },
    after: Object.keys(external).length === 0 ? after : { ...after, externalIds: external },
    secrets: secretFields.filter((field) => (row === null ? field in after : fields.includes(field))),
  })
}

/** The claim locks these rows in one order: workspace, trunks by id, numbers by id. Another order here would be a deadlock there. */
async function writePaces({ client, workspaceId }: Write, plan: Plan): Promise<void> {
  const { workspace } = plan
  const own =
    workspace.action === 'leave' ? [] : [{ id: workspaceId, kind: 'workspace' as const, limits: workspace.values }]
  const limited = (['trunks', 'numbers'] as const).flatMap((section) =>
    plan.items
      .filter(
        (item) =>
          item.section === section && (item.row === null || item.fields.some((field) => limitFields.includes(field))),
      )
      .map(({ id, values }) => ({ id, kind: sections[section].kind, limits: values as Partial<Values['trunks']> }))
      .sort((a, b) => (a.id < b.id ? -1 : 1)),
  )
  for (const { id, kind, limits } of [...own, ...limited])
    await setLimits(
      client,
      { id, kind, workspaceId },
      {
        callsPerSecond: limits.callsPerSecond ?? null,
        maxCalls: limits.maxCalls ?? null,
        reservedCalls: limits.reservedCalls ?? null,
      },
    )
}
