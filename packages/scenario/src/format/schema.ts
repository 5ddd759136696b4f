/** The scenario format: what a stored conversation consists of, block by block. References between blocks are checked by `validation/`. */
import { z } from 'zod'
import {
  blockId,
  externalIdsSchema,
  oneSource,
  oneSourceMessage,
  spoken,
  voiceNeedsText,
  voiceNeedsTextMessage,
} from './fields.ts'
import { transferBlock } from './transfer.ts'

const scenarioLimits = {
  blocks: 500,
  startBlocks: 50,
  expressionCharacters: 1_000,
} as const

/** Values every run has besides the scenario's own parameters. */
export const builtinVariables = ['phone', 'campaignName', 'attempt', 'called', 'callerName', 'callerNumber'] as const

/** Kinds of INTERFACES section 2 whose effect belongs to later work: refused by name, so that nobody believes they act. */
const laterBlockTypes = ['ask', 'http', 'voicemail', 'callback', 'do-not-call', 'converse'] as const

/** Letters of any alphabet, because vendors' variables are named in Russian, Vietnamese and Chinese too; conditions can use ASCII names only. */
const variableName = z
  .string()
  .regex(
    /^[\p{L}_][\p{L}\p{M}\p{N}_]{0,63}$/u,
    'a variable name starts with a letter or "_" and has at most 64 letters, digits or "_"',
  )
  .refine((name) => name !== '__proto__' && name !== 'constructor' && name !== 'prototype', 'this name is reserved')
const expression = z.string().trim().min(1, 'an expression must not be empty').max(scenarioLimits.expressionCharacters)
const digit = z.string().regex(/^[0-9*#]$/, 'a key is one of 0-9, * and #')

const say = z
  .strictObject({ id: blockId, type: z.literal('say'), ...spoken, bargeIn: z.boolean().optional(), next: blockId })
  .refine(oneSource, oneSourceMessage)
  .refine(voiceNeedsText, voiceNeedsTextMessage)

const menu = z
  .strictObject({
    id: blockId,
    type: z.literal('menu'),
    ...spoken,
    keys: z
      .record(digit, blockId, {
        error: (issue) => (issue.code === 'invalid_key' ? issue.issues[0]?.message : undefined),
      })
      .refine((keys) => Object.keys(keys).length > 0, 'a menu needs at least one key'),
    timeoutSeconds: z.number().min(0.5).max(60),
    repeats: z.int().min(0).max(10),
    noInput: blockId,
    noMatch: blockId,
  })
  .refine(oneSource, oneSourceMessage)
  .refine(voiceNeedsText, voiceNeedsTextMessage)

const condition = z.strictObject({
  id: blockId,
  type: z.literal('condition'),
  branches: z
    .array(z.strictObject({ when: expression, next: blockId }))
    .min(1)
    .max(50),
  otherwise: blockId,
})

const set = z.strictObject({
  id: blockId,
  type: z.literal('set'),
  variables: z
    .record(variableName, expression)
    .refine((all) => Object.keys(all).length > 0, 'set needs at least one variable'),
  next: blockId,
})

const mark = z
  .strictObject({
    id: blockId,
    type: z.literal('mark'),
    goal: z.union([z.string().trim().min(1).max(64), z.literal(true)], 'a goal is a name, or true').optional(),
    level: z.enum(['A', 'B', 'C', 'D', 'E']).optional(),
    tags: z.array(z.string().trim().min(1).max(64)).max(50).optional(),
    next: blockId,
  })
  .refine((block) => block.goal !== undefined || block.level !== undefined || (block.tags?.length ?? 0) > 0, {
    error: 'mark needs at least one of goal, level and tags',
    path: ['goal'],
  })

const pause = z.strictObject({
  id: blockId,
  type: z.literal('pause'),
  seconds: z.number().min(0.1).max(60),
  next: blockId,
})
const keys = z.strictObject({
  id: blockId,
  type: z.literal('keys'),
  digits: z.string().regex(/^[0-9*#A-D]{1,32}$/, 'digits are 1 to 32 of 0-9, *, # and A-D'),
  next: blockId,
})
const hangup = z.strictObject({ id: blockId, type: z.literal('hangup') })

const blockSchema = z.discriminatedUnion(
  'type',
  [say, menu, condition, set, mark, pause, keys, transferBlock, hangup],
  {
    error: (issue) => unknownTypeMessage(issue.input),
  },
)

function unknownTypeMessage(input: unknown): string {
  const type = typeof input === 'object' && input !== null && 'type' in input ? input.type : undefined
  if (laterBlockTypes.some((later) => later === type)) {
    return `blocks of type "${String(type)}" are not yet in effect; in effect are say, menu, condition, set, mark, pause, keys, transfer, hangup`
  }
  return 'a block is an object whose type is one of say, menu, condition, set, mark, pause, keys, transfer, hangup'
}

const parameterDefault = z.union([z.string().max(1_000), z.number(), z.boolean()])
const parameterSchema = z.strictObject({
  name: variableName,
  type: z.enum(['string', 'number', 'boolean', 'date', 'any']),
  default: parameterDefault.optional(),
  required: z.boolean().optional(),
})

export const startBlockSchema = z.strictObject({
  id: blockId,
  name: z.string().trim().min(1).max(200),
  externalIds: externalIdsSchema.optional(),
  next: blockId,
  parameters: z.array(parameterSchema).max(200).default([]),
})

/** Strict in shape; not refined as a whole, so that the provisioning schema can extend it by `id` and `externalIds`. */
export const scenarioSchema = z.strictObject({
  name: z.string().trim().min(1).max(200),
  code: z.string().trim().min(1).max(64).optional(),
  language: z.string().regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'a language is a tag like ru, en, vi or zh-CN'),
  startBlocks: z.array(startBlockSchema).min(1, 'a scenario needs a start block').max(scenarioLimits.startBlocks),
  blocks: z.array(blockSchema).min(1, 'a scenario needs blocks').max(scenarioLimits.blocks),
  tagScene: z.string().min(1).max(200).optional(),
  allByVoice: z.boolean().optional(),
  default: z.boolean().optional(),
})

export type ScenarioDefinition = z.infer<typeof scenarioSchema>
export type Block = ScenarioDefinition['blocks'][number]
export type StartBlock = z.infer<typeof startBlockSchema>
export type Parameter = z.infer<typeof parameterSchema>
