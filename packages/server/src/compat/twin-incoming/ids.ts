/** The providers and bots that a request names, by the vendor's ids or ours. */
import type { Queryable } from '../../adapters/postgres/pool.ts'
import { resolveReferences } from '../../resources/references.ts'
import type { FieldMessage } from '../mistake.ts'
import { isBlank, recordOf } from './mistakes.ts'

/** Ours. A trunk that was not found is empty, and told; null: no bot is asked for. */
export type Ids = { readonly trunkId: string; readonly scenarioId: string | null }

const words = { trunk: 'provider', scenario: 'bot' } as const
type Kind = keyof typeof words

export function noSuch(kind: Kind, id: unknown): FieldMessage {
  const field = kind === 'scenario' ? 'incomingCallsOptions.botId' : 'providerId'
  return { field, message: `there is no ${words[kind]} "${String(id).slice(0, 60)}"` }
}

export class IdSearch {
  /** What was not found. */
  readonly problems: FieldMessage[] = []
  readonly #on: Queryable
  readonly #workspaceId: string

  constructor(on: Queryable, workspaceId: string) {
    this.#on = on
    this.#workspaceId = workspaceId
  }

  /** Ours, of as many providers as there are connections. @param placeOf  Where the connection stands. */
  async trunksAt(connections: readonly unknown[], placeOf: (index: number) => string): Promise<readonly string[]> {
    const given = connections.map((connection) => recordOf(connection).providerId)
    const found = await this.#find('trunk', given)
    return given.map((id, index) => this.#told('trunk', id, found, `${placeOf(index)}.providerId`))
  }

  async scenarioOf(incoming: unknown): Promise<string | null> {
    const { action, botId } = recordOf(incoming)
    if (action !== 'robot' || isBlank(botId)) return null
    return this.#told('scenario', botId, await this.#find('scenario', [botId]), 'incomingCallsOptions.botId')
  }

  /** What is not of the right type is named by the schema. */
  async #find(kind: Kind, given: readonly unknown[]): Promise<ReadonlyMap<unknown, string>> {
    const values = [...new Set(given.filter((id) => typeof id === 'string' && id !== ''))] as string[]
    if (values.length === 0) return new Map()
    const found = await resolveReferences(this.#on, this.#workspaceId, kind, values, 'twin')
    return new Map([...found].flatMap(([value, one]) => ('id' in one ? [[value, one.id]] : [])))
  }

  #told(kind: Kind, id: unknown, found: ReadonlyMap<unknown, string>, field: string): string {
    const own = found.get(id)
    if (own === undefined && typeof id === 'string' && id !== '') this.problems.push({ ...noSuch(kind, id), field })
    return own ?? ''
  }
}
