/**
 * What calls a number: its DID, or the number itself. One rule answers at one trunk: a second number that the same DID calls would
 * never be called. Numbers without a rule, which nobody calls, and those with credentials of their own, whose calls come over their
 * own registration, are not meant.
 */
import { type Connection, statement } from '../adapters/postgres/pool.ts'

export type Callable = {
  readonly trunkId: string
  readonly phone: string
  /** Null: the number itself. */
  readonly did: string | null
}

/** Digits are the same with and without a plus. */
export function calledBy({ phone, did }: Pick<Callable, 'phone' | 'did'>): string {
  return did === null ? phone.replace(/\D/g, '') : did.replace(/^\+/, '')
}

const turn = statement('numbers-turn', "select pg_advisory_xact_lock(hashtextextended('numbers ' || $1, 0))")

/**
 * One writer of a workspace's numbers at a time, from here to the end of the transaction: what is looked up holds, and numbers
 * that are exchanged between two never wait for each other. Rows of numbers are locked before it, never after.
 */
export async function takeNumbersTurn(connection: Connection, workspaceId: string): Promise<void> {
  await turn(connection, [workspaceId])
}

type Row = { readonly at: number; readonly phone: string; readonly name: string }
// As the index phone_number_called_once has it. The same phone twice is another mistake.
const others = statement<Row>(
  'numbers-called',
  `select g.at::int as at, n.phone, n.name
     from unnest($2::uuid[], $3::text[], $4::text[]) with ordinality as g (trunk_id, called_by, phone_key, at)
     join phone_number n on n.trunk_id = g.trunk_id and coalesce(ltrim(n.inbound ->> 'did', '+'), n.phone_key) = g.called_by
    where n.workspace_id = $1 and n.inbound is not null and (n.login is null or n.password_box is null)
      and n.phone_key <> g.phone_key and n.id is distinct from $5`,
)

/**
 * Of numbers with a rule and without credentials, those that another one keeps from being called. Under the turn.
 * @param except  The one that is changed; null: they are new.
 * @returns For people, by the place in the list.
 */
export async function calledAlready(
  connection: Connection,
  workspaceId: string,
  numbers: readonly Callable[],
  except: string | null = null,
): Promise<ReadonlyMap<number, string>> {
  const trunks = numbers.map(({ trunkId }) => trunkId)
  const phones = numbers.map(({ phone }) => phone.replace(/\D/g, ''))
  const rows = await others(connection, [workspaceId, trunks, numbers.map(calledBy), phones, except])
  return new Map(
    rows.flatMap(({ at, phone, name }) => {
      const number = numbers[at - 1]
      return number === undefined ? [] : [[at - 1, alreadyCalls(calledBy(number), `${phone} ("${name}")`)] as const]
    }),
  )
}

/** @param other  The number that has it. */
export function alreadyCalls(did: string, other: string): string {
  return `"${did}" calls the number ${other} already: give another did, or change that number`
}
