/** Carries a plan out, inside one transaction: what is left is not touched, what the database refuses is told by its place. */
import type { Clock, Random } from '@dialwright/dialer'
import { type Connection, statement } from '../adapters/postgres/pool.ts'
import { type Actor, recordAudit } from '../audit/record.ts'
import { spreadSharedRules } from '../campaigns/shared-rules.ts'
import { setNumberWebhooks } from '../numbers/webhooks.ts'
import { writeOperators } from '../operator-groups/operators.ts'
import { writeProjectMembers } from '../projects/project.ts'
import { writeTagGroups } from '../tag-scenes/tag-groups.ts'
import type { ProblemCode, Report } from './errors.ts'
import type { Values } from './inventory.ts'
import type { Plan, PlannedItem } from './plan.ts'
import { type SectionName, sections } from './schema.ts'
import { shownItem } from './values.ts'

/** Field of the values, column, and how it is kept where that is not as it stands. */
type Column = readonly [field: string, column: string, as?: 'json' | 'hex']

const tables: Readonly<Record<SectionName, { readonly table: string; readonly columns: readonly Column[] }>> = {
  users: {
    table: 'app_user',
    columns: [
      ['login', 'login'],
      ['role', 'role'],
      ['passwordHash', 'password_hash'],
    ],
  },
  tokens: {
    table: 'api_token',
    columns: [
      ['name', 'name'],
      ['role', 'role'],
      ['scopes', 'scopes'],
      ['hash', 'hash', 'hex'],
    ],
  },
  trunks: {
    table: 'trunk',
    columns: [
      ['name', 'name'],
      ['host', 'host'],
      ['port', 'port'],
      ['username', 'username'],
      ['password', 'password_box', 'hex'],
      ['fromDomain', 'from_domain'],
      ['format', 'format'],
      ['codecs', 'codecs'],
      ['ringTimeoutMs', 'ring_timeout_ms'],
      ['destinations', 'destinations'],
      ['breaker', 'breaker', 'json'],
      ['registerEverySeconds', 'register_every_seconds'],
    ],
  },
  numbers: {
    table: 'phone_number',
    columns: [
      ['name', 'name'],
      ['phone', 'phone'],
      ['trunk', 'trunk_id'],
      ['validFrom', 'valid_from'],
      ['validUntil', 'valid_until'],
      ['login', 'login'],
      ['authUsername', 'auth_username'],
      ['password', 'password_box', 'hex'],
      ['fromDomain', 'from_domain'],
      ['forceOut', 'force_out'],
      ['inbound', 'inbound', 'json'],
    ],
  },
  callerIdGroups: {
    table: 'caller_id_group',
    columns: [
      ['name', 'name'],
      ['mode', 'mode'],
      ['dailyCap', 'daily_cap'],
    ],
  },
  dialplans: { table: 'dialplan', columns: [['name', 'name']] },
  audio: {
    table: 'audio',
    columns: [
      ['path', 'path'],
      ['name', 'name'],
      ['sha256', 'sha256', 'hex'],
      ['sizeBytes', 'size_bytes'],
      ['durationMs', 'duration_ms'],
    ],
  },
  retryRules: {
    table: 'retry_rule',
    columns: [
      ['name', 'name'],
      ['remark', 'remark'],
      ['enabled', 'enabled'],
      ['isDefault', 'is_default'],
      ['policy', 'policy', 'json'],
    ],
  },
  timeGroups: {
    table: 'time_group',
    columns: [
      ['name', 'name'],
      ['zone', 'zone'],
      ['forbid', 'forbid', 'json'],
    ],
  },
  scenarios: {
    table: 'scenario',
    columns: [
      ['name', 'name'],
      ['code', 'code'],
      ['language', 'language'],
      ['tagScene', 'tag_scene_id'],
    ],
  },
  voices: {
    table: 'voice',
    columns: [
      ['name', 'name'],
      ['provider', 'provider'],
      ['voice', 'voice'],
      ['language', 'language'],
      ['speed', 'speed'],
    ],
  },
  operatorGroups: {
    table: 'operator_group',
    columns: [
      ['name', 'name'],
      ['code', 'code'],
      ['mode', 'mode'],
      ['number', 'number_id'],
      ['enabled', 'enabled'],
    ],
  },
  tagScenes: {
    table: 'tag_scene',
    columns: [
      ['name', 'name'],
      ['description', 'description'],
    ],
  },
  projects: { table: 'project', columns: [['name', 'name']] },
}

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
  await freeKeys(write, plan.items)
  await freeExternalIds(write, moving)
  await giveWayToDefault(write, moving)
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
  if (!(error instanceof Error) || !('code' in error)) return null
  if (error.code === '23505')
    return {
      code: 'taken',
      message: 'its id, its name, its login or one of its external ids is taken: take another, or run it again',
    }
  if (error.code === '23503') return { code: 'unknown', message: 'what it refers to has gone meanwhile: run it again' }
  return null
}

/** Rows that change their names may exchange them: each that does gets its own id for a name until its turn comes. */
async function freeKeys({ client, workspaceId }: Write, items: readonly PlannedItem[]): Promise<void> {
  for (const [section, { table }] of Object.entries(tables)) {
    const { key } = sections[section as SectionName]
    const ids = items.flatMap((one) => (one.section === section && one.fields.includes(key) ? [one.id] : []))
    if (ids.length < 2) continue
    await client.query(`update ${table} set ${key} = id::text where workspace_id = $1 and id = any($2::uuid[])`, [
      workspaceId,
      ids,
    ])
  }
}

async function freeExternalIds({ client, workspaceId }: Write, items: readonly PlannedItem[]): Promise<void> {
  for (const { id, values } of items) {
    const groups = 'groups' in values ? values.groups : []
    const given = [
      ...groups.map(({ externalIds }) => ({ kind: 'tag-group', externalIds })),
      ...groups.flatMap(({ tags }) => tags.map(({ externalIds }) => ({ kind: 'tag', externalIds }))),
    ]
    // Those of its own scene stay: groups and tags are known by them.
    for (const { kind, externalIds } of given)
      for (const [dialect, externalId] of Object.entries(externalIds))
        await client.query(
          `delete from external_id where workspace_id = $1 and dialect = $2 and kind = $3 and external_id = $4
              and resource_id not in (select g.id from tag_group g where g.scene_id = $5 union all select t.id from tag t where t.scene_id = $5)`,
          [workspaceId, dialect, kind, externalId, id],
        )
  }
  for (const { dialect, kind, externalId, resourceId, part } of items.flatMap((item) => item.externalIds)) {
    // What stood there in this dialect gives way; who had this id has given it away in the same document.
    await client.query(
      `delete from external_id where workspace_id = $1 and dialect = $2 and kind = $3
          and (external_id = $4 or (resource_id = $5 and part is not distinct from $6))`,
      [workspaceId, dialect, kind, externalId, resourceId, part],
    )
  }
}

/** A new default rule takes the place of the old one. */
async function giveWayToDefault({ client, workspaceId }: Write, items: readonly PlannedItem[]): Promise<void> {
  for (const { id, values } of items)
    if ('isDefault' in values && values.isDefault)
      await client.query(
        'update retry_rule set is_default = false where workspace_id = $1 and is_default and id <> $2',
        [workspaceId, id],
      )
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
  } else if ('numbers' in item.values && isGiven('numbers')) await writeMembers(write, item.id, item.values)
  if ('webhooks' in item.values && (isNew || item.fields.includes('inbound')))
    await setNumberWebhooks(client, { id: item.id, workspaceId }, 'native', item.values.webhooks, write.newId)
  if ('routes' in item.values && isGiven('routes')) await writeRoutes(write, item.id, item.values)
  if ('definition' in item.values && isGiven('definition')) await writeVersion(write, item.id, item.values)
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

function columnValue(value: unknown, as: Column[2]): unknown {
  if (value === null || value === undefined) return null
  if (as === 'json') return JSON.stringify(value)
  return as === 'hex' ? Buffer.from(String(value), 'hex') : value
}

async function writeMembers(
  { client, workspaceId }: Write,
  id: string,
  { numbers }: Values['callerIdGroups'],
): Promise<void> {
  await client.query('delete from caller_id_group_member where workspace_id = $1 and group_id = $2', [workspaceId, id])
  await client.query(
    `insert into caller_id_group_member (workspace_id, group_id, number_id, position)
     select $1, $2, number_id, position - 1 from unnest($3::uuid[]) with ordinality as m (number_id, position)`,
    [workspaceId, id, numbers],
  )
}

async function writeRoutes({ client, workspaceId }: Write, id: string, { routes }: Values['dialplans']): Promise<void> {
  await client.query('delete from route where workspace_id = $1 and dialplan_id = $2 and prefix <> all($3)', [
    workspaceId,
    id,
    routes.map(({ prefix }) => prefix),
  ])
  for (const { prefix, trunks } of routes) {
    const { rows } = await client.query<{ id: number }>(
      `insert into route (workspace_id, dialplan_id, prefix) values ($1, $2, $3)
       on conflict (dialplan_id, prefix) do update set prefix = excluded.prefix returning id`,
      [workspaceId, id, prefix],
    )
    const routeId = rows[0]?.id
    await client.query('delete from route_trunk where workspace_id = $1 and route_id = $2', [workspaceId, routeId])
    await client.query(
      `insert into route_trunk (workspace_id, route_id, position, trunk_id)
       select $1, $2, position - 1, trunk_id from unnest($3::uuid[]) with ordinality as t (trunk_id, position)`,
      [workspaceId, routeId, trunks],
    )
  }
}

/** Campaigns keep the version they were made with. */
async function writeVersion(write: Write, id: string, { definition }: Values['scenarios']): Promise<void> {
  await write.client.query(
    `insert into scenario_version (id, workspace_id, scenario_id, number, definition)
     select $1, $2, $3, coalesce(max(number), 0) + 1, $4::jsonb from scenario_version where scenario_id = $3`,
    [write.newId(), write.workspaceId, id, JSON.stringify(definition)],
  )
  // A start block that is gone is nobody's any more.
  await write.client.query(
    `delete from external_id where workspace_id = $1 and kind = 'start-block' and resource_id = $2 and part <> all ($3::text[])`,
    [write.workspaceId, id, definition.startBlocks.map((block) => block.id)],
  )
}

/** The claim locks these rows in one order: workspace, trunks by id, numbers by id. Another order here would be a deadlock there. */
async function writePaces({ client, workspaceId }: Write, plan: Plan): Promise<void> {
  const { workspace } = plan
  const own = workspace.action === 'leave' ? [] : [{ id: workspaceId, kind: 'workspace', limits: workspace.values }]
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
    await client.query(
      `insert into pace (owner_id, owner_kind, workspace_id, calls_per_second, max_calls, reserved_calls) values ($1, $2, $3, $4, $5, $6)
       on conflict (owner_id) do update set calls_per_second = excluded.calls_per_second, max_calls = excluded.max_calls,
                                            reserved_calls = excluded.reserved_calls`,
      [id, kind, workspaceId, limits.callsPerSecond ?? null, limits.maxCalls ?? null, limits.reservedCalls ?? 0],
    )
}
