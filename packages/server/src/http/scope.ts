/** What every native route needs: the typed application, ids, cursors and pages. */
import type {
  FastifyBaseLogger,
  FastifyInstance,
  FastifyRequest,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { principalOf } from '../access/route-guard.ts'
import type { HttpDeps, ServerDeps } from '../deps.ts'
import { Problem } from './problem.ts'

export type NativeApp = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  ZodTypeProvider
>

/** The use cases' dependencies, with the database as the workspace of whoever asks may see it. */
export function within(deps: HttpDeps, request: FastifyRequest): ServerDeps {
  return { ...deps, pool: deps.workspaces.of(principalOf(request).workspaceId) }
}

export const idParams = z.strictObject({ id: z.string() })
export const pageQuery = { after: z.string().optional(), limit: z.coerce.number().int().min(1).max(200).default(50) }
export const nextSchema = z.string().nullable().meta({ description: 'For `?after=`; null: this was the last page' })

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** An id of the path: what is no id of ours can only be unknown. */
export function idOrNotFound(id: string): string {
  if (!uuid.test(id)) throw new Problem(404, 'not-found', `There is nothing with the id ${id.slice(0, 60)}`)
  return id.toLowerCase()
}

/** A page's cursor: the id after which it begins. */
export function cursorOf(after: string | undefined): string | null {
  if (after === undefined) return null
  if (!uuid.test(after))
    throw new Problem(422, 'invalid', 'The cursor is not one of ours', [
      { pointer: '/after', code: 'invalid', message: 'expected the value of "next"' },
    ])
  return after.toLowerCase()
}

export function page<Item extends { readonly id: string }>(
  items: readonly Item[],
  limit: number,
): { items: Item[]; next: string | null } {
  return { items: [...items], next: items.length === limit ? (items.at(-1)?.id ?? null) : null }
}
