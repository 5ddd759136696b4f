/** Who comes in: users and tokens. */
import { z } from 'zod'
import { permissions } from '../../access/permissions.ts'
import { identity, name, onlyOnce } from './fields.ts'

const role = z.enum(['owner', 'admin', 'operator', 'author', 'analyst'])
export const user = z.strictObject({
  ...identity,
  login: z.string().trim().min(1).max(320),
  /** Null: it stays as it is. */
  password: z.string().min(8).max(1_024).nullable(),
  role,
})
export const token = z.strictObject({
  ...identity,
  name,
  /** Null: it stays as it is. */
  value: z
    .string()
    .regex(/^[\x21-\x7e]{16,512}$/, 'expected 16 to 512 visible ASCII characters')
    .nullable(),
  role,
  scopes: z.array(z.enum(permissions)).refine(onlyOnce, 'expected each scope once').default([]),
})
