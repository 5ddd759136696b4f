/** Dialer nodes: a name, an epoch that fences what an older life of the node still holds, and a lease. */
import { type NodeLease, StoreError } from '@dialwright/dialer'
import { type Connection, type Pool, type Queryable, statement } from '../pool.ts'

type LeaseRow = { readonly node: number; readonly epoch: number }

const raiseEpoch = statement<LeaseRow>(
  'node-raise-epoch',
  `update dialer_node set epoch = epoch + 1, expires_at = dw_clock() + $2 * interval '1 ms' where name = $1
   returning node, epoch`,
)
const insertNode = statement<LeaseRow>(
  'node-insert',
  `insert into dialer_node (name, epoch, expires_at) values ($1, 1, dw_clock() + $2 * interval '1 ms')
   on conflict (name) do nothing returning node, epoch`,
)
const renewLease = statement<LeaseRow>(
  'node-renew',
  `update dialer_node set expires_at = dw_clock() + $3 * interval '1 ms' where node = $1 and epoch = $2
   returning node, epoch`,
)
const endLease = statement<LeaseRow>(
  'node-leave',
  'update dialer_node set expires_at = least(expires_at, dw_clock()) where node = $1 and epoch = $2',
)
// Share, not update: claims of one node may run beside each other, but none beside a raise of its epoch.
const currentLease = statement<LeaseRow>(
  'node-current',
  'select node, epoch from dialer_node where node = $1 and epoch = $2 and expires_at > dw_clock() for share',
)
const clockNow = statement<{ readonly now: Temporal.Instant }>('clock', 'select dw_clock() as now')

/** Store time: `dw_clock()` at this statement, not at the start of its transaction. */
export async function storeNow(on: Queryable): Promise<Temporal.Instant> {
  const [row] = await clockNow(on)
  if (row === undefined) throw new Error('Expected one row from dw_clock(), found none.')
  return row.now
}

/** Update first: an insert that meets a conflict would use up one of the 32,767 node numbers at every start. */
export async function join(pool: Pool, name: string, leaseMs: number): Promise<NodeLease> {
  const values = [name, leaseMs]
  // The second update is for a twin of the same name that inserted between our two statements.
  for (const register of [raiseEpoch, insertNode, raiseEpoch]) {
    const [row] = await register(pool, values)
    if (row !== undefined) return { node: row.node, epoch: row.epoch }
  }
  throw new Error(`The node "${name}" could not be registered: its row appeared and vanished again.`)
}

/** @returns False when another life of this node, or recovery, has raised the epoch. */
export async function renew(pool: Pool, lease: NodeLease, leaseMs: number): Promise<boolean> {
  return (await renewLease(pool, [lease.node, lease.epoch, leaseMs])).length > 0
}

export async function leave(pool: Pool, lease: NodeLease): Promise<void> {
  await endLease(pool, [lease.node, lease.epoch])
}

/** @throws {StoreError} `STORE_FENCED` when the lease has expired or its epoch was raised. */
export async function requireLease(connection: Connection, lease: NodeLease): Promise<void> {
  if ((await currentLease(connection, [lease.node, lease.epoch])).length > 0) return
  throw new StoreError(
    'STORE_FENCED',
    `Expected node ${lease.node} to hold epoch ${lease.epoch} with a lease, found another epoch or an expired lease: join again.`,
  )
}
