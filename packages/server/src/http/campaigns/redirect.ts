/** A campaign's redirect as a request gives it: the same shape as the target of a scenario's transfer. */
import type { GivenTransferTarget } from '@dialwright/scenario'
import type { GivenRedirect } from '../../campaigns/redirect.ts'
import { referenceOf } from '../../resources/references.ts'

/** The schema has seen to it that it is one of the four. */
export function redirectOf(given: GivenTransferTarget): GivenRedirect {
  const named = (field: string, value: NonNullable<GivenTransferTarget['scenario']>) => ({
    field: `redirect.${field}`,
    ...referenceOf(value),
  })
  const { operatorGroup, scenario, dialplan, number = '', callerId } = given
  if (operatorGroup !== undefined) return { to: 'operator-group', group: named('operatorGroup', operatorGroup) }
  if (scenario !== undefined) return { to: 'scenario', scenario: named('scenario', scenario) }
  const phone = { field: 'redirect.number', value: number }
  if (dialplan !== undefined) return { to: 'dialplan', dialplan: named('dialplan', dialplan), phone }
  if (callerId === undefined) return { to: 'number', phone }
  return { to: 'number', phone, callerId: { field: 'redirect.callerId', value: callerId } }
}
