/** Carries a plan out, inside one transaction: what is left is not touched, what the database refuses is told by its place. */
import type { Clock, Random } from '@dialwright/dialer'
import { type Connection, statement } from '../adapters/postgres/pool.ts'
import { type Actor, type Audited, recordAudit, recordAudits } from '../audit/record.ts'
import { writeMembers } from '../caller-id-groups/members.ts'
import { spreadSharedRules } from '../campaigns/shared-rules.ts'
import { writeRoutes } from '../dialplans/routes.ts'
import { takeNumbersTurn } from '../numbers/called-once.ts'
import { insertNumbers } from '../numbers/new-numbers.ts'
import { setNumberWebhooks } from '../numbers/webhooks.ts'
import { writeOperators } from '../operator-groups/operators.ts'
import { writeProjectMembers } from '../projects/project.ts'
import { ResourceError } from '../resources/errors.ts'
import { insertRows, setLimits } from '../resources/rows.ts'
import { writeVersion } from '../scenarios/versions.ts'
import { writeTagGroups } from '../tag-scenes/tag-groups.ts'
import type { ProblemCode, Report } from './errors.ts'
import { giveWay } from './give-way.ts'
import type { Values } from './inventory.ts'
import type { Plan, PlannedItem } from './plan.ts'
import { sectionNames, sections } from './schema.ts'
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
  await holdNumbers(write, moving)
  await giveWay(write.client, write.workspaceId, moving)
  const isNewNumber = (item: PlannedItem): item is NewNumberItem => item.section === 'numbers' && item.row === null
  const newNumbers = moving.filter(isNewNumber)
  let hasFailed = false
  const refuse = (path: string, { code, message }: Refusal): void => {
    // What refers to an item that was refused is refused for that alone.
    if (!hasFailed || code !== 'unknown') report(path, code, message)
    hasFailed = true
  }
  for (const section of sectionNames) {
    for (const item of moving.filter((one) => one.section === section && !isNewNumber(one))) {
      const refusal = await tried(write.client, async () => {
        await writeItem(write, item)
        await audit(write, [item])
      })
      if (refusal !== null) refuse(item.path, refusal)
    }
    // After those that change, which may have had their phones before.
    if (section === 'numbers' && (await tried(write.client, () => writeNewNumbers(write, newNumbers))) !== null)
      for (const item of newNumbers) {
        const refusal = await tried(write.client, () => writeNewNumbers(write, [item]))
        if (refusal !== null) refuse(item.path, refusal)
      }
  }
  if (hasFailed) return
  // Campaigns before paces, as the claim locks them.
  await spreadSharedRules(write.client, write.workspaceId)
  await writePaces(write, plan)
}

/** Rows that change, then the turn of whoever writes numbers: as a change of one number takes them. */
async function holdNumbers({ client, workspaceId }: Write, moving: readonly PlannedItem[]): Promise<void> {
  const ids = moving.flatMap(({ section, id }) => (section === 'numbers' ? [id] : []))
  if (ids.length === 0) return
  await client.query(
    'select from phone_number where workspace_id = $1 and id = any ($2::uuid[]) order by id for no key update',
    [workspaceId, ids],
  )
  await takeNumbersTurn(client, workspaceId)
}

type NewNumberItem = PlannedItem & { readonly section: 'numbers'; readonly values: Values['numbers'] }

/** All of them together: a document may hold thousands. */
async function writeNewNumbers(write: Write, items: readonly NewNumberItem[]): Promise<void> {
  if (items.length === 0) return
  const { client, workspaceId, newId } = write
  await insertNumbers(
    client,
    workspaceId,
    items.map(({ id, values: { trunk, password, inbound, ...rest } }) => ({
      ...{ ...rest, id, trunkId: trunk, rule: inbound },
      passwordBox: password === null ? null : Buffer.from(password, 'hex'),
    })),
    newId,
  )
  await writeExternalIds(write, items)
  await audit(write, items)
}

async function writeExternalIds({ client, workspaceId }: Write, items: readonly PlannedItem[]): Promise<void> {
  const rows = items.flatMap(({ externalIds }) => externalIds)
  await insertRows(
    client,
    'external_id',
    rows.map(({ externalId, resourceId, ...row }) => ({
      ...{ ...row, workspace_id: workspaceId, external_id: externalId, resource_id: resourceId },
    })),
  )
}

type Refusal = { readonly code: ProblemCode; readonly message: string }

/** Null: it is done. Of what is refused nothing is left. */
async function tried(client: Connection, work: () => Promise<void>): Promise<Refusal | null> {
  await client.query('savepoint item')
  try {
    await work()
    await client.query('release savepoint item')
    return null
  } catch (error) {
    const refusal = refusalOf(error)
    if (refusal === null) throw error
    await client.query('rollback to savepoint item')
    return refusal
  }
}

/** What the database may refuse of a plan that looked right: somebody was quicker, or has it in a workspace that is hidden from us. */
function refusalOf(error: unknown): Refusal | null {
  if (error instanceof ResourceError) return { code: 'taken', message: `${error.message} meanwhile: run it again` }
  if (!(error instanceof Error) || !('code' in error)) return null
  if (error.code === '23505' && 'constraint' in error && error.constraint === 'phone_number_called_once')
    return { code: 'taken', message: 'another number of its trunk has its DID: give another did, or run it again' }
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
  await writeExternalIds(write, [item])
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
    await setNumberWebhooks(
      ...([client, workspaceId, 'native'] as const),
      [{ numberId: item.id, webhooks: item.values.webhooks }],
      write.newId,
    )
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
async function audit({ client, deps, actor }: Write, items: readonly PlannedItem[]): Promise<void> {
  await recordAudits(client, deps, actor, items.map(auditedOf))
}

function auditedOf({ section, id, key, row, values, fields, externalIds }: PlannedItem): Audited {
  const [before, after] = [row === null ? null : shownItem(section, row.values, null), shownItem(section, values, null)]
  const external = Object.fromEntries(
    externalIds.flatMap(({ dialect, externalId, part }) => (part === null ? [[dialect, externalId]] : [])),
  )
  return {
    ...{ action: row === null ? 'create' : 'change', kind: sections[section].kind, id, name: key, before },
    after: Object.keys(external).length === 0 ? after : { ...after, externalIds: external },
    secrets: secretFields.filter((field) => (row === null ? field in after : fields.includes(field))),
  }
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
          item.section === section &&
          // New numbers have theirs from the beginning.
          (item.row === null ? section === 'trunks' : item.fields.some((field) => limitFields.includes(field))),
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
