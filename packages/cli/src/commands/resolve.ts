/** Things by their id or by their name. */
import type { Context } from '../command.ts'
import { RefusedError, UsageError } from '../errors.ts'

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** @throws {RefusedError} `not-found` */
export async function campaignId({ api }: Pick<Context, 'api'>, idOrName: string): Promise<string> {
  if (uuid.test(idOrName)) return idOrName.toLowerCase()
  const found: string[] = []
  for await (const campaign of api.list<{ id: string; name: string }>('/campaigns'))
    if (campaign.name === idOrName) found.push(campaign.id)
  const [id] = found
  if (id === undefined) throw new RefusedError(404, 'not-found', `There is no campaign "${idOrName}"`)
  if (found.length > 1)
    throw new UsageError(`${found.length} campaigns are called "${idOrName}": give the id. ${found.join(' ')}`)
  return id
}

/** A time of an option as the server takes it. */
export function instantOf({ given }: Pick<Context, 'given'>, option: 'at' | 'from' | 'to'): string | undefined {
  const text = given.text(option)
  if (text === undefined) return undefined
  try {
    return Temporal.Instant.from(text).toString()
  } catch {
    throw new UsageError(
      `--${option}: expected a time with its offset, like 2026-03-02T09:00:00+03:00, found "${text}"`,
    )
  }
}

/** `?a=1&b=2` of what is there. */
export function query(fields: Readonly<Record<string, string | undefined>>): string {
  const there = Object.entries(fields).filter((field): field is [string, string] => field[1] !== undefined)
  return there.length === 0 ? '' : `?${new URLSearchParams(there)}`
}
