/** What a task can name: bots, dialplans, noises, numbers and groups of numbers, each with the id that a task names it by. */
import type { FastifyInstance } from 'fastify'
import type { Permission } from '../../access/permissions.ts'
import { principalOf } from '../../access/route-guard.ts'
import { AudioLibrary } from '../../audio/library.ts'
import type { HttpDeps, ServerDeps } from '../../deps.ts'
import { within } from '../../http/scope.ts'
import { reading } from '../twin-routes.ts'
import { vendorId } from '../vendor-id.ts'

type Listed = { readonly id: string; readonly name: string }
type Kind = {
  readonly table: string
  readonly kind: string
  readonly permission: Permission & `${string}:read`
  readonly columns: string
  readonly where: string
}

const base = '/api/cis/beta'
const anything = 'true'
const kinds: Readonly<Record<string, Kind>> = {
  bots: { table: 'scenario', kind: 'scenario', permission: 'scenarios:read', columns: 't.name', where: anything },
  dialplans: { table: 'dialplan', kind: 'dialplan', permission: 'dialplans:read', columns: 't.name', where: anything },
  aonNumbers: {
    table: 'phone_number',
    kind: 'number',
    permission: 'numbers:read',
    columns: 't.name, t.phone',
    where: anything,
  },
  // A campaign's own numbers are a group that nobody else names.
  aonGroups: {
    table: 'caller_id_group',
    kind: 'caller-id-group',
    permission: 'callerIdGroups:read',
    columns: 't.name',
    where: 't.campaign_id is null',
  },
}
const noisePath = '/background/'

export function listRoutes(scope: FastifyInstance, deps: HttpDeps): void {
  for (const [path, kind] of Object.entries(kinds))
    scope.get(`${base}/${path}`, reading(kind.permission, `List ${path}`), async (request) =>
      listed(await readKind(within(deps, request), principalOf(request).workspaceId, kind)),
    )
  scope.get(`${base}/noises`, reading('scenarios:read', 'List noises'), async (request) =>
    listed(await noises(within(deps, request), principalOf(request).workspaceId)),
  )
}

/** By name; the id at the vendor where one was given, else ours. */
async function readKind(
  deps: ServerDeps,
  workspaceId: string,
  { table, kind, columns, where }: Kind,
): Promise<Listed[]> {
  const { rows } = await deps.pool.query<Listed>(
    `select ${vendorId('twin', kind)} as id, ${columns}
       from ${table} t where t.workspace_id = $1 and ${where} order by t.name, t.id`,
    [workspaceId],
  )
  return rows
}

/** Sounds below `/background/`, shipped or of the workspace; a task names one by its path. */
async function noises({ pool, dataDirectory }: ServerDeps, workspaceId: string): Promise<Listed[]> {
  const { rows } = await pool.query<{ path: string; name: string | null }>(
    'select path, name from audio where workspace_id = $1 and starts_with(path, $2)',
    [workspaceId, noisePath],
  )
  const shipped = new AudioLibrary(dataDirectory).paths().filter((path) => path.startsWith(noisePath))
  const names = new Map<string, string>(shipped.map((path) => [path, path.slice(noisePath.length)]))
  for (const { path, name } of rows) names.set(path, name ?? path.slice(noisePath.length))
  return [...names].map(([id, name]) => ({ id, name })).sort((a, b) => (a.id < b.id ? -1 : 1))
}

function listed(items: readonly Listed[]): object {
  return { count: items.length, items }
}
