/** How many calls at once and a second: of the workspace, a trunk, a number. */
import { z } from 'zod'

/** Of maxCalls: kept for calls that come in and for hand-overs. */
export const reservedCalls = z.int().min(0).max(1_000_000).optional()
export const reservesTooMany = { error: 'expected maxCalls, and at most as many', path: ['reservedCalls'] }
export const reservesWhatIsThere = (given: {
  maxCalls?: number | undefined
  reservedCalls?: number | undefined
}): boolean => (given.reservedCalls ?? 0) <= (given.maxCalls ?? 0)
/** 0 lets no call out. */
export const maxCalls = z.int().min(0).max(1_000_000).optional()
/** A call in about a quarter of an hour at the least: below that a limit is a mistake. */
export const callsPerSecond = z.number().min(0.001).max(10_000).optional()
