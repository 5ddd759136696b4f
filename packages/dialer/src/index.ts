export { type Classified, classifyEnd, classifyResponse } from './attempts/classify.ts'
export { type Disposition, dispositions } from './attempts/disposition.ts'
export { replacesLost, revisedTimeline, type StoredEnd } from './attempts/late-result.ts'
export { lostOutcome } from './attempts/lost-outcome.ts'
export { finishedFacts, revisedFacts, robotFacts, type SideEvent, startedFacts } from './calls/side-events.ts'
export type {
  CallerIdChoice,
  CallingWindow,
  CampaignSettings,
  FinalDisposition,
  ForbiddenHours,
  Pacing,
  RetryCaps,
  RetryPolicy,
  RetryRule,
  RetryTrigger,
  TransferTarget,
} from './campaigns/campaign-settings.ts'
export {
  type Allocation,
  allocateSlots,
  type CallerIds,
  type ClaimDesk,
  freeChannels,
  type Gate,
  type NumberChoice,
  type NumberMode,
  type RouteChoice,
  type Slot,
  type SlotRequest,
  type TrunkChoice,
  withDailyCap,
  withWave,
} from './claims/allocate-slots.ts'
export { type Gathered, gatherSlots, type LanePick } from './claims/gather-slots.ts'
export { type SideDesk, type SideGate, sideSlot } from './claims/side-slot.ts'
export { StoreError, type StoreErrorCode } from './errors.ts'
export { type ExplainFacts, type ExplainGate, type Explanation, explain } from './explain/explain.ts'
export { type NumberFormat, routeNumber } from './numbers/route-number.ts'
export { type Plan, type PlanReason, planAttempts } from './planning/plan-attempts.ts'
export { type WaveRoom, type WaveView, waveRoom } from './planning/wave.ts'
export { type PolicyChoice, policiesInForce, policyPacks } from './policies/policies.ts'
export { type PolicyPack, talkDispositions, talksDays } from './policies/policy-pack.ts'
export {
  type CapReached,
  capReached,
  type PolicyCallee,
  type PolicyVerdict,
  policyVerdict,
} from './policies/policy-verdict.ts'
export type {
  AttemptOutcome,
  CampaignStore,
  CampaignView,
  CapacityView,
  ClaimedLeg,
  EndedBy,
  Finished,
  LaneOrder,
  LaneView,
  NodeLease,
  Recovery,
  RouteView,
} from './ports/campaign-store.ts'
export type { Clock, Timer } from './ports/clock.ts'
export type { Random } from './ports/random.ts'
export type { RobotEnd, SideLegOpening, SideLegRequest, SideLegStore } from './ports/side-legs.ts'
export type {
  Admission,
  AnswerRequest,
  BridgingTelephony,
  InboundTelephony,
  IncomingCall,
  OriginateRequest,
  Prompt,
  QueuedSpeech,
  Registration,
  RegistrationState,
  SipEvidence,
  Telephony,
  TelephonyEvent,
  TelephonyHealth,
  TrunkTarget,
} from './ports/telephony.ts'
export { withinDayCap } from './retries/day-cap.ts'
export {
  type ContactPhone,
  type DoneReason,
  type EndedAttempt,
  type NextAttempt,
  nextAttempt,
  type PastAttempt,
} from './retries/next-attempt.ts'
export {
  afterEnd,
  type BreakerSettings,
  type BreakerState,
  backInUse,
  countedFrom,
  defaultBreaker,
  isProbe,
  isTripped,
  opened,
  probing,
  type TrunkResult,
  type TrunkTally,
  tellsNothing,
} from './trunks/breaker.ts'
export {
  forbiddenBy,
  type Hours,
  isInWindow,
  isOpen,
  nextDay,
  nextOpening,
  openingWithinYear,
} from './windows/calling-window.ts'
export { zonesOfNumber } from './zones/zones-of-number.ts'
