/** Fields of a request that are right or wrong together. What lies directly in compat/ belongs to every room. */
import { z } from 'zod'
import { isRecord } from './mistake.ts'

/**
 * Looks at several fields of an object together, also where others of them are wrong: all mistakes are told at once.
 * @param look  A field that is wrong by itself is missing from what it sees.
 */
export function together<Value extends object>(
  look: (value: Partial<Value>, refuse: (field: keyof Value & string, message: string) => void) => void,
): z.core.$ZodCheck<Value> {
  return z.superRefine<Value>(
    (value, { issues }) => {
      const wrong = new Set<unknown>(issues.map(({ path }) => path?.[0]))
      const right = Object.fromEntries(Object.entries(value).filter(([field]) => !wrong.has(field)))
      look(right as Partial<Value>, (field, message) => {
        if (!wrong.has(field)) issues.push({ code: 'custom', path: [field], input: value[field], message })
      })
    },
    { when: ({ value }) => isRecord(value) },
  )
}
