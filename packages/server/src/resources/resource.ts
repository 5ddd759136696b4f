/**
 * A resource: a thing of a workspace that people and programs make, read, change and take away. Each noun says what is its own
 * (`trunks/trunk.ts` and so on); here is what all have in common: one transaction with its audit, keys of repeated requests,
 * refusal while it is in use, pages.
 */
import type { z } from 'zod'
import type { Principal } from '../access/authenticate.ts'
import type { Permission } from '../access/permissions.ts'
import { type Connection, type Queryable, repeatableTransaction } from '../adapters/postgres/pool.ts'
import { uuidV7 } from '../adapters/system/uuid-v7.ts'
import { recordAudit, recordAudits } from '../audit/record.ts'
import type { ServerDeps } from '../deps.ts'
import { type Idempotency, takeKey } from '../idempotency.ts'
import { Desk } from './desk.ts'
import { inUse, ResourceError, type Use } from './errors.ts'

export type Shown = { readonly id: string; readonly [field: string]: unknown }
type Row = { readonly id: string; readonly [column: string]: unknown }

export type Filter = {
  readonly schema: z.ZodType
  /** The condition; `parameter` stands for what the query gives. */
  readonly where: (parameter: string) => string
}

/** `New` and `Change` are what its schemas let through. Methods, so that resources of all kinds fit into one list. */
export type Resource<New = unknown, Change = unknown> = {
  /** One of it, as in external_id and in the audit: 'caller-id-group'. */
  readonly kind: string
  /** Many of it, as in addresses and provisioning: 'callerIdGroups'. */
  readonly path: string
  readonly read: Permission
  readonly write: Permission
  readonly newSchema: z.ZodType<New>
  /** Absent: it is never changed. */
  readonly changeSchema?: z.ZodType<Change> | undefined
  readonly shownSchema: z.ZodObject
  /** What lists show of it; absent: all. */
  readonly listedSchema?: z.ZodObject | undefined
  /** What only the answer to its making shows, beside the rest. */
  readonly onceSchema?: z.ZodObject | undefined
  /** Fields of a request that are kept sealed or hashed, and never shown. */
  readonly secrets: readonly string[]
  /** Fields that change by themselves: no part of the mark by which a change is known (ETag). */
  readonly passing?: readonly string[] | undefined
  /** The table, which is `t` in every text below; `$1` is the workspace. */
  readonly table: string
  readonly columns: string
  readonly listedColumns?: string | undefined
  /** Beside the workspace; for rows of the table that are no such resource. */
  readonly only?: string | undefined
  readonly filters: Readonly<Record<string, Filter>>
  /** Constraints of the table, each with the field whose value another one has already. */
  readonly unique: Readonly<Record<string, string>>
  /** Rows {kind, id, name} of what uses `$2`; what they name keeps it from being taken away. */
  readonly uses?: string | undefined
  /** From a row to what is shown; absent: as it is. */
  show?(row: Row): Shown
  /** @returns What is told once. */
  create(desk: Desk, id: string, given: New): Promise<Readonly<Record<string, unknown>> | undefined>
  change?(desk: Desk, id: string, given: Change, before: Shown): Promise<void>
  /** Looks before anything is deleted; absent: nothing but `uses` keeps it. */
  beforeDelete?(desk: Desk, id: string, before: Shown): Promise<void>
}

/** Keeps the types of the schemas for the methods. */
export function defineResource<New, Change>(resource: Resource<New, Change>): Resource<New, Change> {
  return resource
}

/** Its name in the audit and in messages. */
function nameOf(shown: Shown): string | null {
  const name = shown.name ?? shown.login ?? shown.phone ?? shown.url
  return typeof name === 'string' ? name : null
}

/**
 * @returns `once`: what is shown now and never again; nothing for a repeated request.
 * @throws {InvalidInputError} {ResourceError} {IdempotencyError}
 */
export async function createResource(
  deps: ServerDeps,
  principal: Principal,
  resource: Resource,
  given: object,
  idempotency: Idempotency | undefined,
): Promise<{ readonly shown: Shown; readonly once: object }> {
  const id = uuidV7(deps.clock, deps.random)
  const { workspaceId } = principal
  const made = await translated(resource, () =>
    repeatableTransaction(deps.pool, async (connection) => {
      const first = idempotency === undefined ? null : await takeKey(connection, workspaceId, idempotency, id)
      if (first !== null) {
        const shown = await readResource(connection, workspaceId, resource, first)
        if (shown !== null) return { shown, once: {} }
        throw new ResourceError('RESOURCE_GONE', `What this Idempotency-Key made, ${first}, has been taken away since`)
      }
      return createAt(new Desk(deps, connection, principal), resource, id, given)
    }),
  )
  deps.onChange()
  return made
}

/**
 * The same inside a transaction that makes more than this one. Whoever commits it calls `deps.onChange`.
 * @throws {InvalidInputError} {ResourceError}
 */
export async function createAt(
  desk: Desk,
  resource: Resource,
  id: string,
  given: object,
): Promise<{ readonly shown: Shown; readonly once: object }> {
  let once: object = {}
  const [shown = missing(resource, id)] = await createAllAt(desk, resource, [{ id, given }], async () => {
    once = (await resource.create(desk, id, given)) ?? {}
  })
  return { shown, once }
}

/**
 * Many of one kind: read back and audited in as many statements as one. Whoever commits it calls `deps.onChange`.
 * @param put  Writes them.
 * @throws {InvalidInputError} {ResourceError}
 */
export function createAllAt(
  desk: Desk,
  resource: Resource,
  made: readonly { readonly id: string; readonly given: object }[],
  put: () => Promise<void>,
): Promise<readonly Shown[]> {
  const { connection, deps, principal, workspaceId } = desk
  const { kind } = resource
  return translated(resource, async () => {
    await put()
    desk.check()
    const ids = made.map(({ id }) => id)
    const shown = new Map((await readResources(connection, workspaceId, resource, ids)).map((one) => [one.id, one]))
    const all = made.map(({ id, given }) => ({ given, after: shown.get(id) ?? missing(resource, id) }))
    await recordAudits(
      ...([connection, deps, principal] as const),
      all.map(({ given, after }) => ({
        ...({ action: 'create', kind, id: after.id, name: nameOf(after), before: null } as const),
        ...{ after: lasting(resource, after), secrets: secretsIn(resource, given) },
      })),
    )
    return all.map(({ after }) => after)
  })
}

/**
 * @param check  Looks at it under its lock and throws to refuse.
 * @throws {ResourceError} `RESOURCE_NOT_FOUND` and what else stands in the way; {InvalidInputError}
 */
export async function changeResource(
  deps: ServerDeps,
  principal: Principal,
  resource: Resource,
  change: ResourceChange,
): Promise<Shown> {
  const after = await translated(resource, () =>
    repeatableTransaction(deps.pool, (connection) => changeAt(new Desk(deps, connection, principal), resource, change)),
  )
  deps.onChange()
  return after
}

type ResourceChange = { readonly id: string; readonly given: object; readonly check: (shown: Shown) => void }

/** The same inside a transaction that changes more than this one. Whoever commits it calls `deps.onChange`. */
export function changeAt(desk: Desk, resource: Resource, { id, given, check }: ResourceChange): Promise<Shown> {
  const { connection, deps, principal, workspaceId } = desk
  return translated(resource, async () => {
    if (limits.some((field) => field in given)) await lockLimits(connection, workspaceId, id)
    // Leaves rows that refer to it alone: a claim may be adding one and holds what this change will ask for.
    const before = await locked(connection, workspaceId, resource, id, 'for no key update')
    check(before)
    await resource.change?.(desk, id, given, before)
    desk.check()
    const shown = await present(connection, workspaceId, resource, id)
    const { kind } = resource
    const secrets = secretsIn(resource, given)
    await recordAudit(connection, deps, principal, {
      ...{ action: 'change', kind, id, name: nameOf(shown) },
      ...{ before: lasting(resource, before), after: lasting(resource, shown), secrets },
    })
    return shown
  })
}

/** @throws {ResourceError} `RESOURCE_NOT_FOUND`, `RESOURCE_IN_USE` naming who uses it */
export async function deleteResource(
  deps: ServerDeps,
  principal: Principal,
  resource: Resource,
  { id, check }: { readonly id: string; readonly check: (shown: Shown) => void },
): Promise<void> {
  const { workspaceId } = principal
  const { kind, table, uses } = resource
  await translated(resource, () =>
    repeatableTransaction(deps.pool, async (connection) => {
      await lockLimits(connection, workspaceId, id)
      // Whoever is adding something that needs it waits here, and then finds nothing to refer to.
      const before = await locked(connection, workspaceId, resource, id, 'for update')
      check(before)
      const desk = new Desk(deps, connection, principal)
      await resource.beforeDelete?.(desk, id, before)
      const { rows } = uses === undefined ? { rows: [] } : await connection.query<Use>(uses, [workspaceId, id])
      if (rows.length > 0) throw inUse(`The ${words(kind)} "${nameOf(before) ?? id}"`, rows)
      await connection.query('delete from pace where owner_id = $1 and workspace_id = $2', [id, workspaceId])
      // Those of its parts too, like a scenario's start blocks.
      await connection.query('delete from external_id where workspace_id = $1 and resource_id = $2', [workspaceId, id])
      await connection.query(`delete from ${table} where workspace_id = $1 and id = $2`, [workspaceId, id])
      await recordAudit(connection, deps, principal, {
        ...{ action: 'delete', kind, id, name: nameOf(before), before, after: null },
      })
    }),
  )
  deps.onChange()
}

/** Null: the workspace has none of this id. */
export async function readResource(
  on: Queryable,
  workspaceId: string,
  resource: Resource,
  id: string,
): Promise<Shown | null> {
  const [shown] = await readResources(on, workspaceId, resource, [id])
  return shown ?? null
}

async function readResources(
  on: Queryable,
  workspaceId: string,
  resource: Resource,
  ids: readonly string[],
): Promise<readonly Shown[]> {
  const { rows } = await on.query<Row>(
    `select ${resource.columns} from ${resource.table} t where ${whose(resource)} and t.id = any ($2::uuid[])`,
    [workspaceId, ids],
  )
  return rows.map((row) => resource.show?.(row) ?? row)
}

/** A page, newest first. `given` holds the filters that were asked for. */
export async function listResources(
  on: Queryable,
  workspaceId: string,
  resource: Resource,
  { after, limit, given }: { after: string | null; limit: number; given: Readonly<Record<string, unknown>> },
): Promise<readonly Shown[]> {
  const values: unknown[] = [workspaceId, after, limit]
  const conditions = Object.entries(resource.filters).flatMap(([name, filter]) =>
    given[name] === undefined ? [] : [filter.where(`$${values.push(given[name])}`)],
  )
  const { rows } = await on.query<Row>(
    `select ${resource.listedColumns ?? resource.columns} from ${resource.table} t
      where ${[whose(resource), '($2::uuid is null or t.id < $2)', ...conditions].join(' and ')}
      order by t.id desc limit $3`,
    values,
  )
  return rows.map((row) => resource.show?.(row) ?? row)
}

/** What it is shown by but for the fields that change by themselves. */
export function lasting({ passing = [] }: Resource, shown: Shown): object {
  return Object.fromEntries(Object.entries(shown).filter(([field]) => !passing.includes(field)))
}

/** The resource's kind in words: 'caller id group'. */
export function words(kind: string): string {
  return kind.replaceAll('-', ' ')
}

function whose({ only }: Resource): string {
  return `t.workspace_id = $1${only === undefined ? '' : ` and ${only}`}`
}

function secretsIn({ secrets }: Resource, given: object): string[] {
  return secrets.filter((field) => (given as Readonly<Record<string, unknown>>)[field] !== undefined)
}

async function present(on: Queryable, workspaceId: string, resource: Resource, id: string): Promise<Shown> {
  return (await readResource(on, workspaceId, resource, id)) ?? missing(resource, id)
}

function missing({ kind }: Resource, id: string): never {
  throw new ResourceError('RESOURCE_NOT_FOUND', `There is no ${words(kind)} ${id}`)
}

const limits = ['maxCalls', 'callsPerSecond', 'reservedCalls']

/** Before the row itself, as a claim does; the other way round two could wait for each other. */
async function lockLimits(connection: Connection, workspaceId: string, id: string): Promise<void> {
  await connection.query('select from pace where owner_id = $1 and workspace_id = $2 for update', [id, workspaceId])
}

async function locked(
  connection: Connection,
  workspaceId: string,
  resource: Resource,
  id: string,
  lock: 'for update' | 'for no key update',
): Promise<Shown> {
  await connection.query(`select from ${resource.table} t where ${whose(resource)} and t.id = $2 ${lock}`, [
    workspaceId,
    id,
  ])
  return present(connection, workspaceId, resource, id)
}

/** What the database refuses to keep, in words: a value that is taken, a row that has just gone. */
async function translated<Result>(resource: Resource, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    const { code, constraint } = refusalOf(error)
    const field = resource.unique[constraint]
    if (code === '23505' && field !== undefined)
      throw new ResourceError('RESOURCE_TAKEN', `Another ${words(resource.kind)} has this ${field}`, { field })
    if (code === '23503')
      throw new ResourceError(
        'RESOURCE_GONE',
        'Something that this needs, or that needs this, has changed in the same moment: read it again',
      )
    throw error
  }
}

function refusalOf(error: unknown): { readonly code: string; readonly constraint: string } {
  const { code, constraint } = (error ?? {}) as { readonly code?: unknown; readonly constraint?: unknown }
  return { code: String(code), constraint: String(constraint) }
}
