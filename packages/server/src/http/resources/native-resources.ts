/** The resources of the native API that are made, read, changed and taken away alike. */
import { callerIdGroups } from '../../caller-id-groups/caller-id-group.ts'
import { dialplans } from '../../dialplans/dialplan.ts'
import { doNotCall } from '../../do-not-call/do-not-call-entry.ts'
import { numbers } from '../../numbers/number.ts'
import { operatorGroups } from '../../operator-groups/operator-group.ts'
import { projects } from '../../projects/project.ts'
import type { Resource } from '../../resources/resource.ts'
import { retryRules } from '../../retry-rules/retry-rule.ts'
import { scenarios } from '../../scenarios/scenario.ts'
import { tagScenes } from '../../tag-scenes/tag-scene.ts'
import { timeGroups } from '../../time-groups/time-group.ts'
import { tokens } from '../../tokens/token.ts'
import { trunks } from '../../trunks/trunk.ts'
import { users } from '../../users/user.ts'
import { voices } from '../../voices/voice.ts'
import { webhookEndpoints } from '../../webhook-endpoints/webhook-endpoint.ts'

export const nativeResources: readonly Resource[] = [
  trunks,
  numbers,
  callerIdGroups,
  dialplans,
  voices,
  operatorGroups,
  tagScenes,
  scenarios,
  projects,
  retryRules,
  timeGroups,
  doNotCall,
  webhookEndpoints,
  users,
  tokens,
]
