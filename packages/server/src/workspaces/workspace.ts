/** The workspace of whoever asks: its zone, its country, and the limits that hold for all its campaigns together. */
import { type Queryable, transaction } from '../adapters/postgres/pool.ts'
import { type Actor, recordAudit } from '../audit/record.ts'
import type { ServerDeps } from '../deps.ts'
import { setLimits } from '../resources/rows.ts'

export type ShownWorkspace = {
  readonly id: string
  readonly name: string
  readonly timeZone: string
  readonly country: string
  readonly maxCalls: number | null
  readonly callsPerSecond: number | null
  readonly reservedCalls: number
  readonly createdAt: Temporal.Instant
}

/** Undefined stays; null takes a limit away. The name stays: a provisioning document knows the workspace by it. */
export type WorkspaceChange = {
  readonly timeZone?: string | undefined
  readonly country?: string | undefined
  readonly maxCalls?: number | null | undefined
  readonly callsPerSecond?: number | null | undefined
  readonly reservedCalls?: number | null | undefined
}

export async function showWorkspace(on: Queryable, workspaceId: string): Promise<ShownWorkspace> {
  const { rows } = await on.query<ShownWorkspace>(
    `select w.id, w.name, w.time_zone as "timeZone", w.country, p.max_calls as "maxCalls", p.calls_per_second as "callsPerSecond",
            coalesce(p.reserved_calls, 0) as "reservedCalls", w.created_at as "createdAt"
       from workspace w left join pace p on p.owner_id = w.id where w.id = $1`,
    [workspaceId],
  )
  if (rows[0] === undefined) throw new Error(`The workspace ${workspaceId} of a token is not there.`)
  return rows[0]
}

/** @param check  Looks at it under its lock and throws to refuse. */
export async function changeWorkspace(
  deps: ServerDeps,
  actor: Actor,
  change: WorkspaceChange,
  check: (shown: ShownWorkspace) => void,
): Promise<ShownWorkspace> {
  const { workspaceId: id } = actor
  const changed = await transaction(deps.pool, async (connection) => {
    await connection.query('select from workspace where id = $1 for no key update', [id])
    const before = await showWorkspace(connection, id)
    check(before)
    const { timeZone = before.timeZone, country = before.country } = change
    await connection.query('update workspace set time_zone = $2, country = $3 where id = $1', [id, timeZone, country])
    await setLimits(connection, { id, workspaceId: id, kind: 'workspace' }, change)
    const after = await showWorkspace(connection, id)
    await recordAudit(connection, deps, actor, {
      ...{ action: 'change', kind: 'workspace', id, name: before.name, before, after },
    })
    return after
  })
  deps.onChange()
  return changed
}
