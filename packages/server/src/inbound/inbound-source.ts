/** What calls that come in need of the store besides `CampaignStore`. */
import type { Admission, IncomingCall, NodeLease, Registration, RegistrationState } from '@dialwright/dialer'
import type { CalledNumber } from './find-number.ts'

export type InboundSource = {
  /** Null: none of ours is called so over the trunks that it came by. */
  calledNumber(call: IncomingCall): Promise<CalledNumber | null>
  /** Null: the scenario is gone. */
  latestVersion(
    workspaceId: string,
    scenarioId: string,
  ): Promise<{ readonly versionId: string; readonly startBlocks: readonly string[] } | null>
  /**
   * Lines that this node is to keep registered: those it holds, and those nobody holds, which it takes. One node holds a line as long
   * as its lease is current, so that a provider never knows a line at two places but for the moment of a take-over.
   */
  ownLines(lease: NodeLease): Promise<readonly Registration[]>
  /** Leaves all of this node's lines to whoever asks first. */
  releaseLines(lease: NodeLease): Promise<void>
  /** Nothing is stored of a line that another node holds by now. */
  storeState(lease: NodeLease, state: RegistrationState): Promise<void>
  /** Trunks whose calls are let in. */
  admissions(): Promise<readonly Admission[]>
}
