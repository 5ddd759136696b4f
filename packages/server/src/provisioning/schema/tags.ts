/** Marks that scenarios put on calls, by group and scene. */
import { externalIdsSchema } from '@dialwright/scenario'
import { z } from 'zod'
import { eachOnce, identity, name } from './fields.ts'

/** @param nestedIds  External ids of a group and of a tag. */
export function tagGroupsSchema<Ids extends z.ZodType>(nestedIds: Ids) {
  const externalIds = nestedIds.optional()
  const tag = z.strictObject({
    name: z.string().trim().min(1).max(64),
    description: z.string().max(2_000).default(''),
    externalIds,
  })
  const group = z.strictObject({ name, externalIds, tags: z.array(tag).max(1_000).default([]) })
  return z
    .array(group)
    .max(200)
    .superRefine(eachOnce('name', (one) => one.name))
    .superRefine((groups, context) => {
      const tags = groups.flatMap((one, at) =>
        one.tags.map((tag, place) => ({ tag, path: [at, 'tags', place, 'name'] })),
      )
      const seen = new Set<string>()
      for (const { tag, path } of tags) {
        if (seen.has(tag.name))
          context.addIssue({ code: 'custom', message: 'another tag of the scene has this name', path })
        seen.add(tag.name)
      }
    })
}
export const tagScene = z.strictObject({
  ...identity,
  name,
  description: z.string().max(2_000).default(''),
  groups: tagGroupsSchema(externalIdsSchema).default([]),
})
