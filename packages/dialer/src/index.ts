export { type Disposition, dispositions } from './attempts/disposition.ts'
export type {
  CallerIdChoice,
  CallingWindow,
  CampaignSettings,
  ForbiddenHours,
  Pacing,
  RetryPolicy,
  RetryRule,
  RetryTrigger,
} from './campaigns/campaign-settings.ts'
export {
  type Allocation,
  allocateSlots,
  type CallerIds,
  type ClaimDesk,
  freeChannels,
  type Gate,
  type NumberChoice,
  type RouteChoice,
  type Slot,
  type SlotRequest,
} from './claims/allocate-slots.ts'
export { StoreError, type StoreErrorCode } from './errors.ts'
export type {
  AttemptOutcome,
  CampaignStore,
  CampaignView,
  CapacityView,
  ClaimedLeg,
  EndedBy,
  LaneOrder,
  LaneView,
  NodeLease,
  Recovery,
  RouteView,
} from './ports/campaign-store.ts'
export type { Clock, Timer } from './ports/clock.ts'
export type { Random } from './ports/random.ts'
export type {
  OriginateRequest,
  Prompt,
  SipEvidence,
  Telephony,
  TelephonyEvent,
  TrunkTarget,
} from './ports/telephony.ts'
export {
  type DoneReason,
  type EndedAttempt,
  type NextAttempt,
  nextAttempt,
  type PastAttempt,
} from './retries/next-attempt.ts'
