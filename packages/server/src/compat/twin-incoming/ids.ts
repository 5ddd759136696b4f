/** The providers and bots that a request names, by the vendor's ids or ours. */
import type { Queryable } from '../../adapters/postgres/pool.ts'
import { resolveReference } from '../../resources/references.ts'
import type { FieldMessage } from '../mistake.ts'
import { isBlank, recordOf } from './mistakes.ts'

/** Ours. A trunk that was not found is empty, and told; null: no bot is asked for. */
export type Ids = { readonly trunkId: string; readonly scenarioId: string | null }

const words = { trunk: 'provider', scenario: 'bot' } as const

export class IdSearch {
  /** What was not found. */
  readonly problems: FieldMessage[] = []
  readonly #on: Queryable
  readonly #workspaceId: string
  readonly #known = new Map<string, string | null>()

  constructor(on: Queryable, workspaceId: string) {
    this.#on = on
    this.#workspaceId = workspaceId
  }

  trunkAt(connection: unknown, place: string): Promise<string> {
    return this.#idAt('trunk', recordOf(connection).providerId, `${place}.providerId`)
  }

  async scenarioOf(incoming: unknown): Promise<string | null> {
    const { action, botId } = recordOf(incoming)
    if (action !== 'robot' || isBlank(botId)) return null
    return this.#idAt('scenario', botId, 'incomingCallsOptions.botId')
  }

  /** Each id is asked for once. What is not of the right type is named by the schema. */
  async #idAt(kind: 'trunk' | 'scenario', value: unknown, field: string): Promise<string> {
    if (typeof value !== 'string' || value === '') return ''
    const key = `${kind} ${value}`
    const known = this.#known.get(key)
    const id = known === undefined ? await this.#find(kind, value) : known
    this.#known.set(key, id)
    if (id === null) this.problems.push({ field, message: `there is no ${words[kind]} "${value.slice(0, 60)}"` })
    return id ?? ''
  }

  async #find(kind: 'trunk' | 'scenario', value: string): Promise<string | null> {
    const found = await resolveReference(this.#on, this.#workspaceId, kind, { value, dialect: 'twin' })
    return 'id' in found ? found.id : null
  }
}
