/** Whose telephones ring for a target, over which trunks, and whether together or one after another. */
import type { TransferTarget } from '@dialwright/dialer'
import type { Operator, OperatorGroup, TransferSource } from './transfer-source.ts'

/** A way out: a trunk, and what is shown over it. */
export type Way = { readonly trunkId: string; readonly numberId: string | null; readonly callerId: string | null }

export type Party = {
  readonly phone: string
  /** In order of preference: the next one where the trunk of the one before is at fault. */
  readonly ways: readonly Way[]
  /** Null: a number that is no operator's. */
  readonly operator: Operator | null
}

export type RingPlan = { readonly isTogether: boolean; readonly parties: readonly Party[] }

/** Together at most so many telephones ring for one call. */
const ringTogetherAtMost = 20

/**
 * @param own  The way by which the call itself left, or came: taken where the target names none.
 * @returns Null: the target is gone, or nothing is handed to it.
 */
export async function planRinging(
  source: TransferSource,
  workspaceId: string,
  target: Exclude<TransferTarget, { to: 'scenario' }>,
  own: Way,
): Promise<RingPlan | null> {
  switch (target.to) {
    case 'number':
      return single(target.phone, [await wayOf(source, workspaceId, target.callerId, own)])
    case 'dialplan': {
      const trunkIds = await source.trunksOf(workspaceId, target.dialplanId, target.phone)
      const ways = trunkIds.map((trunkId): Way => {
        // A number's channels are counted where it leaves by its own trunk.
        return trunkId === own.trunkId ? own : { trunkId, numberId: null, callerId: own.callerId }
      })
      return ways.length === 0 ? null : single(target.phone, ways)
    }
    case 'operator-group': {
      const group = await source.operatorGroup(workspaceId, target.groupId)
      return group === null || !group.isEnabled ? null : planGroup(group, own)
    }
  }
}

/** Pure: the order in which the operators of a group ring. */
export function planGroup({ mode, number, operators }: OperatorGroup, own: Way): RingPlan {
  const way = number === null ? own : { trunkId: number.trunkId, numberId: number.numberId, callerId: number.phone }
  const ordered = mode === 'longest-idle' ? operators.toSorted(byIdleTime) : operators
  const parties = ordered.map((operator): Party => ({ phone: operator.phone, ways: [way], operator }))
  const isTogether = mode === 'all'
  return { isTogether, parties: isTogether ? parties.slice(0, ringTogetherAtMost) : parties }
}

/** Who has never talked has been idle for longest. */
function byIdleTime({ idleSince: one }: Operator, { idleSince: other }: Operator): number {
  if (one === null || other === null) return one === other ? 0 : one === null ? -1 : 1
  return Temporal.Instant.compare(one, other)
}

function single(phone: string, ways: readonly Way[]): RingPlan {
  return { isTogether: false, parties: [{ phone, ways, operator: null }] }
}

/** A number of ours is shown over its own trunk: another carrier would not let it pass. */
async function wayOf(
  source: TransferSource,
  workspaceId: string,
  callerId: string | undefined,
  own: Way,
): Promise<Way> {
  if (callerId === undefined) return own
  const number = await source.ownNumber(workspaceId, callerId)
  if (number === null) return { trunkId: own.trunkId, numberId: null, callerId }
  return { trunkId: number.trunkId, numberId: number.numberId, callerId: number.phone }
}
