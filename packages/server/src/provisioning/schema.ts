/** The provisioning document: what of a workspace can be described in one file, section by section. */
import { scenarioSchema } from '@dialwright/scenario'
import type { z } from 'zod'
import { token, user } from './schema/access.ts'
import { identity } from './schema/fields.ts'
import { number } from './schema/number.ts'
import { operatorGroup } from './schema/operators.ts'
import { callerIdGroup, dialplan } from './schema/outgoing.ts'
import { project } from './schema/project.ts'
import { referenceSchema } from './schema/reference.ts'
import { retryRule, timeGroup } from './schema/rules.ts'
import { audio, voice } from './schema/sounds.ts'
import { tagScene } from './schema/tags.ts'
import { trunk } from './schema/trunk.ts'

/** In the order of the file. `key` is the field by which people know an item; `kind` its word in external ids and messages. */
export const sections = {
  users: { kind: 'user', key: 'login', schema: user },
  tokens: { kind: 'token', key: 'name', schema: token },
  trunks: { kind: 'trunk', key: 'name', schema: trunk },
  numbers: { kind: 'number', key: 'name', schema: number },
  callerIdGroups: { kind: 'caller-id-group', key: 'name', schema: callerIdGroup },
  dialplans: { kind: 'dialplan', key: 'name', schema: dialplan },
  audio: { kind: 'audio', key: 'path', schema: audio },
  voices: { kind: 'voice', key: 'name', schema: voice },
  operatorGroups: { kind: 'operator-group', key: 'name', schema: operatorGroup },
  retryRules: { kind: 'retry-rule', key: 'name', schema: retryRule },
  timeGroups: { kind: 'time-group', key: 'name', schema: timeGroup },
  tagScenes: { kind: 'tag-scene', key: 'name', schema: tagScene },
  scenarios: {
    kind: 'scenario',
    key: 'name',
    schema: scenarioSchema.extend({ ...identity, tagScene: referenceSchema.optional() }),
  },
  projects: { kind: 'project', key: 'name', schema: project },
} as const
export type SectionName = keyof typeof sections
export const sectionNames = Object.keys(sections) as SectionName[]
export type Items = { readonly [Name in SectionName]: z.infer<(typeof sections)[Name]['schema']> }
