/**
 * A create that is asked for again under the same Idempotency-Key is the same create: its key is written in the transaction that
 * makes the resource, so that a crash leaves both or neither, and two at once make one.
 */
import { createHash } from 'node:crypto'
import type { Connection } from './adapters/postgres/pool.ts'

/** A key that is malformed, or was used for another request. */
export class IdempotencyError extends Error {
  readonly code: 'IDEMPOTENCY_KEY_INVALID' | 'IDEMPOTENCY_KEY_REUSED'

  constructor(code: IdempotencyError['code'], message: string) {
    super(message)
    this.name = 'IdempotencyError'
    this.code = code
  }
}

export type Idempotency = { readonly operation: string; readonly key: string; readonly requestHash: Buffer }

/**
 * @param header  Idempotency-Key as it came; undefined: none.
 * @throws {IdempotencyError} `IDEMPOTENCY_KEY_INVALID`
 */
export function idempotencyOf(operation: string, header: unknown, body: unknown): Idempotency | undefined {
  if (header === undefined) return undefined
  if (typeof header !== 'string' || !/^[\x21-\x7e]{1,255}$/.test(header))
    throw new IdempotencyError(
      'IDEMPOTENCY_KEY_INVALID',
      'Idempotency-Key: expected one value of 1 to 255 visible ASCII characters, like a UUID',
    )
  const requestHash = createHash('sha256').update(JSON.stringify(body)).digest()
  return { operation, key: header, requestHash }
}

/**
 * Takes the key for `id` inside the transaction that creates it.
 * @returns The id that the first request under this key made; null: this is the first.
 * @throws {IdempotencyError} `IDEMPOTENCY_KEY_REUSED`
 */
export async function takeKey(
  connection: Connection,
  workspaceId: string,
  { operation, key, requestHash }: Idempotency,
  id: string,
): Promise<string | null> {
  // Kept for a day: whoever repeats a request later means another one.
  await connection.query(
    "delete from idempotency_key where workspace_id = $1 and created_at < dw_clock() - interval '24 hours'",
    [workspaceId],
  )
  const taken = await connection.query(
    `insert into idempotency_key (workspace_id, operation, key, request_hash, status, response)
     values ($1, $2, $3, $4, 201, $5) on conflict do nothing`,
    [workspaceId, operation, key, requestHash, JSON.stringify({ id })],
  )
  if (taken.rowCount === 1) return null
  const { rows } = await connection.query<{ hash: Buffer; id: string }>(
    `select request_hash as hash, response ->> 'id' as id from idempotency_key where workspace_id = $1 and operation = $2 and key = $3`,
    [workspaceId, operation, key],
  )
  const [first] = rows
  if (first === undefined || !first.hash.equals(requestHash))
    throw new IdempotencyError(
      'IDEMPOTENCY_KEY_REUSED',
      `The Idempotency-Key "${key}" was used for another request: take a new key for a new request`,
    )
  return first.id
}
