/** The desk that a resource is made or changed at. */
import type { Principal } from '../access/authenticate.ts'
import type { Connection } from '../adapters/postgres/pool.ts'
import { type FieldProblem, InvalidInputError } from '../campaigns/errors.ts'
import type { ServerDeps } from '../deps.ts'
import type { Reference as GivenReference } from '../provisioning/schema/reference.ts'
import { type ExternalIds, setExternalIds } from './external-ids.ts'
import { type ReferredKind, referenceOf, resolveReference } from './references.ts'

/** What one change works with: its transaction, who asks, and the mistakes found so far. */
export class Desk {
  readonly deps: ServerDeps
  readonly connection: Connection
  readonly principal: Principal
  readonly #problems: FieldProblem[] = []

  constructor(deps: ServerDeps, connection: Connection, principal: Principal) {
    this.deps = deps
    this.connection = connection
    this.principal = principal
  }

  get workspaceId(): string {
    return this.principal.workspaceId
  }

  /** @param field  Where in the request, with dots: 'routes.0.trunks.1'. */
  report(field: string, code: string, message: string): void {
    this.#problems.push({ field, code, message })
  }

  /** The id that a reference means. After a mistake, which `check` will tell, it is empty. */
  async refer(kind: ReferredKind, given: GivenReference, field: string): Promise<string> {
    const reference = referenceOf(given)
    const found = await resolveReference(this.connection, this.workspaceId, kind, reference)
    if ('id' in found) return found.id
    const message =
      found.problem === 'unknown'
        ? `there is no ${kind} "${reference.value}"`
        : `"${reference.value}" means more than one ${kind}: use its id`
    this.report(field, found.problem, message)
    return ''
  }

  async externalIds(kind: string, id: string, given: ExternalIds | undefined): Promise<void> {
    if (given === undefined) return
    const taken = await setExternalIds(this.connection, { id, workspaceId: this.workspaceId, kind }, given)
    for (const dialect of taken)
      this.report(`externalIds.${dialect}`, 'taken', `${given[dialect as keyof ExternalIds]} is another ${kind}'s id`)
    this.check()
  }

  /** @throws {InvalidInputError} with every mistake reported so far. */
  check(): void {
    if (this.#problems.length > 0) throw new InvalidInputError(this.#problems)
  }
}
