/** Whom a campaign hands calls over to: from what a request names to the target that is stored. */
import type { TransferTarget } from '@dialwright/dialer'
import type { Queryable } from '../adapters/postgres/pool.ts'
import { normalizePhone } from '../numbers/normalize.ts'
import { type ReferredKind, resolveReference } from '../resources/references.ts'
import type { FieldProblem } from './errors.ts'
import type { NamedReference } from './shared-rules.ts'

/** A number with the field that it stands in. */
export type GivenPhone = { readonly field: string; readonly value: string }

/** A transfer target whose things are still references, each with the field that it stands in. */
export type GivenRedirect =
  | { readonly to: 'operator-group'; readonly group: NamedReference }
  | { readonly to: 'number'; readonly phone: GivenPhone; readonly callerId?: GivenPhone | undefined }
  | { readonly to: 'dialplan'; readonly dialplan: NamedReference; readonly phone: GivenPhone }
  | { readonly to: 'scenario'; readonly scenario: NamedReference }

/**
 * Finds what is named. A number is brought to E.164 by the workspace's country where it can be; a short one is kept as it was given.
 * @returns Null when something leads nowhere: `problems` names it then.
 */
export async function resolveRedirect(
  on: Queryable,
  workspaceId: string,
  given: GivenRedirect,
  problems: FieldProblem[],
): Promise<TransferTarget | null> {
  const find = async (kind: ReferredKind, { field, ...reference }: NamedReference): Promise<string | null> => {
    const found = await resolveReference(on, workspaceId, kind, reference)
    if ('id' in found) return found.id
    problems.push({ field, code: found.problem, message: `there is no ${kind} "${reference.value}", or more than one` })
    return null
  }
  const read = async ({ field, value }: GivenPhone): Promise<string | null> => {
    const { rows } = await on.query<{ country: string }>('select country from workspace where id = $1', [workspaceId])
    const found = normalizePhone(value, rows[0]?.country ?? 'none') ?? normalizePhone(value, 'none')
    if (found === null) problems.push({ field, code: 'invalid', message: `"${value}" is no telephone number` })
    return found?.phone ?? null
  }
  switch (given.to) {
    case 'operator-group': {
      const groupId = await find('operator-group', given.group)
      return groupId === null ? null : { to: 'operator-group', groupId }
    }
    case 'scenario': {
      const scenarioId = await find('scenario', given.scenario)
      return scenarioId === null ? null : { to: 'scenario', scenarioId }
    }
    case 'number': {
      const phone = await read(given.phone)
      const callerId = given.callerId === undefined ? undefined : await read(given.callerId)
      if (phone === null || callerId === null) return null
      return callerId === undefined ? { to: 'number', phone } : { to: 'number', phone, callerId }
    }
    case 'dialplan': {
      const dialplanId = await find('dialplan', given.dialplan)
      const phone = await read(given.phone)
      return dialplanId === null || phone === null ? null : { to: 'dialplan', dialplanId, phone }
    }
  }
}
