/** Members that several kinds of blocks have: ids, and what is said. */
import { z } from 'zod'

const textCharacters = 2_000

export const blockId = z
  .string()
  .regex(/^[A-Za-z0-9_][A-Za-z0-9_-]{0,63}$/, 'a block id has 1 to 64 letters a-z, digits, "_" or "-"')
  .refine((id) => id !== '__proto__', 'this id is reserved')
const text = z.string().trim().min(1, 'text must not be empty').max(textCharacters)
const audioPath = z
  .string()
  .max(255)
  .regex(/^(\/[A-Za-z0-9_][A-Za-z0-9_.-]*)+$/, 'an audio path looks like /prompts/en/greeting.wav')

export const spoken = {
  text: text.optional(),
  audio: audioPath.optional(),
  voice: z.string().min(1).max(64).optional(),
  speed: z.number().min(0.5).max(2).optional(),
}
export const oneSource = (block: { text?: string | undefined; audio?: string | undefined }) =>
  (block.text === undefined) !== (block.audio === undefined)
export const oneSourceMessage = { error: 'exactly one of text and audio is needed', path: ['text'] }
export const voiceNeedsText = (block: {
  text?: string | undefined
  voice?: string | undefined
  speed?: number | undefined
}) => block.text !== undefined || (block.voice === undefined && block.speed === undefined)
export const voiceNeedsTextMessage = { error: 'voice and speed belong to text, not to audio', path: ['voice'] }
export const oneSourceAtMost = (block: { text?: string | undefined; audio?: string | undefined }) =>
  block.text === undefined || block.audio === undefined
export const oneSourceAtMostMessage = { error: 'at most one of text and audio is possible', path: ['text'] }

const externalId = z.union([z.string().min(1).max(128), z.int()])
export const externalIdsSchema = z.strictObject({
  twin: externalId.optional(),
  yunfu: externalId.optional(),
  is74: externalId.optional(),
  omicall: externalId.optional(),
})
