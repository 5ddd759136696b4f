/** The resources of the native API that are made, read, changed and taken away alike. */
import { callerIdGroups } from '../../caller-id-groups/caller-id-group.ts'
import { dialplans } from '../../dialplans/dialplan.ts'
import { doNotCall } from '../../do-not-call/do-not-call-entry.ts'
import { numbers } from '../../numbers/number.ts'
import type { Resource } from '../../resources/resource.ts'
import { retryRules } from '../../retry-rules/retry-rule.ts'
import { scenarios } from '../../scenarios/scenario.ts'
import { timeGroups } from '../../time-groups/time-group.ts'
import { tokens } from '../../tokens/token.ts'
import { trunks } from '../../trunks/trunk.ts'
import { users } from '../../users/user.ts'
import { webhookEndpoints } from '../../webhook-endpoints/webhook-endpoint.ts'

export const nativeResources: readonly Resource[] = [
  trunks,
  numbers,
  callerIdGroups,
  dialplans,
  scenarios,
  retryRules,
  timeGroups,
  doNotCall,
  webhookEndpoints,
  users,
  tokens,
]
