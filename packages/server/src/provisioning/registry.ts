/** Which row an item of the document is, and which row a reference means: by id, by any external id, or by name. */

import type { Connection } from '../adapters/postgres/pool.ts'
import { uuidV7 } from '../adapters/system/uuid-v7.ts'
import type { ServerDeps } from '../deps.ts'

export type Kind = 'trunk' | 'number' | 'caller-id-group' | 'dialplan' | 'scenario'
type ExternalIds = Readonly<Record<string, string | number | undefined>>
type Item = { readonly id?: string | undefined; readonly externalIds?: ExternalIds | undefined; readonly name: string }

const tables: Readonly<Record<Kind, string>> = {
  trunk: 'trunk',
  number: 'phone_number',
  'caller-id-group': 'caller_id_group',
  dialplan: 'dialplan',
  scenario: 'scenario',
}
const uuidForm = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

export class Registry {
  readonly #deps: Pick<ServerDeps, 'clock' | 'random'>
  readonly #client: Connection
  readonly #workspaceId: string
  readonly #report: (path: string, message: string) => void

  constructor(
    deps: Pick<ServerDeps, 'clock' | 'random'>,
    client: Connection,
    workspaceId: string,
    report: (path: string, message: string) => void,
  ) {
    this.#deps = deps
    this.#client = client
    this.#workspaceId = workspaceId
    this.#report = report
  }

  newId(): string {
    return uuidV7(this.#deps.clock, this.#deps.random)
  }

  /** The id of the row that the item is or will be; its external ids are noted. */
  async identify(kind: Kind, item: Item, path: string): Promise<string> {
    const isForeign = item.id !== undefined && (await this.#isElsewhere(kind, item.id))
    if (isForeign)
      this.#report(`${path}/id`, `${item.id} cannot be used for a ${kind} of this workspace: take another id, or none`)
    // The rest of the document is looked at all the same, without touching that row: all mistakes are told at once.
    const id = isForeign ? this.newId() : (item.id ?? (await this.#known(kind, item)) ?? this.newId())
    for (const [dialect, externalId] of Object.entries(item.externalIds ?? {})) {
      if (externalId === undefined) continue
      const { rows } = await this.#client.query<{ resourceId: string }>(
        `insert into external_id (workspace_id, dialect, kind, external_id, resource_id) values ($1, $2, $3, $4, $5)
         on conflict (workspace_id, dialect, kind, external_id) do update set external_id = excluded.external_id
         returning resource_id as "resourceId"`,
        [this.#workspaceId, dialect, kind, String(externalId), id],
      )
      if (rows[0]?.resourceId !== id)
        this.#report(`${path}/externalIds/${dialect}`, `${externalId} is another ${kind}'s id already`)
    }
    return id
  }

  /** A row of another workspace is never touched, whoever knows its id. */
  async #isElsewhere(kind: Kind, id: string): Promise<boolean> {
    const { rowCount } = await this.#client.query(`select from ${tables[kind]} where id = $1 and workspace_id <> $2`, [
      id,
      this.#workspaceId,
    ])
    return rowCount !== 0
  }

  /** The id of an existing row; null after the problem has been reported. */
  async refer(kind: Kind, reference: string, path: string): Promise<string | null> {
    const { rows } = await this.#client.query<{ id: string }>(
      `select id from ${tables[kind]} where workspace_id = $1
         and (name = $2 or id::text = lower($2) or id in (select resource_id from external_id where workspace_id = $1 and kind = $3 and external_id = $2))`,
      [this.#workspaceId, reference, kind],
    )
    const [only, second] = rows
    if (only !== undefined && second === undefined) return only.id
    this.#report(
      path,
      only === undefined
        ? `there is no ${kind} "${reference}"`
        : `"${reference}" means more than one ${kind}: use its id`,
    )
    return null
  }

  async #known(kind: Kind, item: Item): Promise<string | undefined> {
    const externalIds = Object.values(item.externalIds ?? {}).filter((id) => id !== undefined)
    const { rows } = await this.#client.query<{ id: string }>(
      `select id from ${tables[kind]} where workspace_id = $1
         and (id in (select resource_id from external_id where workspace_id = $1 and kind = $2 and external_id = any($3)) or name = $4)
       order by name = $4 limit 1`,
      [this.#workspaceId, kind, externalIds.map(String), item.name],
    )
    return rows[0]?.id
  }
}

export function isUuid(text: string): boolean {
  return uuidForm.test(text)
}
