/** What hand-overs need of the store besides `CampaignStore`: whom a target means, and where it is told. */
import type { TransferTarget } from '@dialwright/dialer'
import type { GivenTransferTarget } from '@dialwright/scenario'

export type Operator = {
  readonly operatorId: string
  readonly name: string
  readonly phone: string
  /** End of the last talk; null: none yet. */
  readonly idleSince: Temporal.Instant | null
  /** A leg to this phone lives now. */
  readonly isOnCall: boolean
}

/** A number of the workspace, with the trunk that it leaves by. */
export type OwnNumber = { readonly numberId: string; readonly phone: string; readonly trunkId: string }

export type OperatorGroup = {
  /** `all` ring together, the others one after another: in their order, or whoever has been idle for longest first. */
  readonly mode: 'all' | 'in-turn' | 'longest-idle'
  readonly isEnabled: boolean
  /** Transfers leave by it and show it; null: as the call itself left. */
  readonly number: OwnNumber | null
  /** In the group's order. */
  readonly operators: readonly Operator[]
}

export type Redirection = {
  readonly workspaceId: string
  readonly callId: string
  /** Null: a call that came in. */
  readonly attempt: { readonly campaignId: string; readonly contactId: string; readonly attemptId: string } | null
  /** Of a call that came in: the number that was called; its receivers hear of it. */
  readonly numberId?: string | null | undefined
  readonly target: TransferTarget
  /** The number that is dialled for it, where it is one. */
  readonly phone: string | null
}

export interface TransferSource {
  /** Finds what a scenario names; null: there is nothing of that name, or more than one. */
  resolveTarget(workspaceId: string, given: GivenTransferTarget): Promise<TransferTarget | null>
  operatorGroup(workspaceId: string, groupId: string): Promise<OperatorGroup | null>
  /** The number of ours that is written so, valid now. */
  ownNumber(workspaceId: string, phone: string): Promise<OwnNumber | null>
  /** Ids of the trunks by which a dialplan carries a number, in order of preference. */
  trunksOf(workspaceId: string, dialplanId: string, phone: string): Promise<readonly string[]>
  /** Of a scenario: its latest version. */
  latestVersion(workspaceId: string, scenarioId: string): Promise<string | null>
  /** Writes `call.redirected` into the outbox. */
  tellRedirected(redirection: Redirection): Promise<void>
  operatorTalked(operatorId: string, until: Temporal.Instant): Promise<void>
}
