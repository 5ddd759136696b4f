/** The campaign store's twin in memory: the same promise without a database, for simulations; the same seed, the same run. */
import {
  type AttemptOutcome,
  afterEnd,
  backInUse,
  type CampaignStore,
  type CampaignView,
  type ClaimedLeg,
  countedFrom,
  type Finished,
  isProbe,
  isTripped,
  type LaneOrder,
  lostOutcome,
  type NodeLease,
  nextAttempt,
  opened,
  type Recovery,
  type RobotEnd,
  replacesLost,
  type SideLegOpening,
  type SideLegRequest,
  StoreError,
  type TrunkTally,
  tellsNothing,
} from '@dialwright/dialer'
import { breakerOf, claimLegs, type MemoryDeps, ownersOf, viewOf } from './claim.ts'
import * as sideLegs from './side-legs.ts'
import { type AttemptRow, type ContactRow, type LiveLeg, MemoryTables, type SideLeg, type TrunkRow } from './tables.ts'

/** Methods do all their work before they return: what awaits them never sees half a change. */
export class MemoryCampaignStore implements CampaignStore {
  /** Filled directly by whoever sets up a world. */
  readonly tables = new MemoryTables()
  readonly #deps: MemoryDeps

  constructor(deps: MemoryDeps) {
    this.#deps = deps
  }

  async now(): Promise<Temporal.Instant> {
    return this.#now()
  }

  async join(name: string, leaseMs: number): Promise<NodeLease> {
    const row = this.tables.nodes.get(name) ?? { node: this.tables.nodes.size + 1, epoch: 0, expiresAt: this.#now() }
    this.tables.nodes.set(name, row)
    row.epoch += 1
    row.expiresAt = this.#now().add({ milliseconds: leaseMs })
    return { node: row.node, epoch: row.epoch }
  }

  async renew(
    lease: NodeLease,
    leaseMs: number,
  ): Promise<{ readonly now: Temporal.Instant; readonly isCurrent: boolean }> {
    const row = this.#nodeOf(lease)
    if (row !== null) row.expiresAt = this.#now().add({ milliseconds: leaseMs })
    return { now: this.#now(), isCurrent: row !== null }
  }

  async leave(lease: NodeLease): Promise<void> {
    const row = this.#nodeOf(lease)
    if (row !== null && Temporal.Instant.compare(row.expiresAt, this.#now()) > 0) row.expiresAt = this.#now()
  }

  async runningCampaigns(): Promise<readonly CampaignView[]> {
    const running = [...this.tables.campaigns.values()].filter((campaign) => campaign.state === 'running')
    return running.map((campaign) => viewOf(this.tables, campaign, this.#now()))
  }

  async claim(
    lease: NodeLease,
    campaignId: string,
    lanes: readonly LaneOrder[],
    horizonMs: number,
  ): Promise<readonly ClaimedLeg[]> {
    this.#requireLease(lease)
    const campaign = this.tables.campaigns.get(campaignId)
    if (campaign === undefined) throw new StoreError('STORE_UNKNOWN_CAMPAIGN', `There is no campaign ${campaignId}.`)
    if (campaign.state !== 'running' || this.#isPast(campaign.expiresAt)) return []
    return claimLegs(this.tables, this.#deps, lease, campaign, lanes, horizonMs)
  }

  async beginDialing(lease: NodeLease, legId: string): Promise<boolean> {
    const leg = this.#legOf(lease, legId)
    if (leg === null || leg.phase !== 0) return false
    const isRunning = this.tables.campaigns.get(leg.claimed.campaignId)?.state === 'running'
    if (!isRunning || !this.#holdsLease(lease)) {
      this.#giveBack(leg)
      return false
    }
    leg.phase = 1
    return true
  }

  async markAnswered(lease: NodeLease, legId: string, answeredAt: Temporal.Instant): Promise<boolean> {
    const leg = this.#legOf(lease, legId)
    if (leg === null || leg.phase !== 1) return false
    leg.phase = 2
    leg.answeredAt = answeredAt
    const trunk = this.tables.trunks.get(leg.claimed.trunkId)
    if (trunk !== undefined && isProbe(trunk, leg.claimed.startAt)) Object.assign(trunk, backInUse(this.#now()))
    return true
  }

  async release(lease: NodeLease, legId: string, _reason: string): Promise<boolean> {
    const leg = this.#legOf(lease, legId)
    if (leg === null || leg.phase !== 0) return false
    this.#giveBack(leg)
    return true
  }

  async finish(lease: NodeLease, outcome: AttemptOutcome): Promise<Finished> {
    const leg = this.tables.legs.get(outcome.legId)
    const isOwn = leg?.node === lease.node && (leg.epoch === lease.epoch || (leg.epoch < lease.epoch && leg.phase > 0))
    if (leg === undefined || !isOwn) return this.#revise(lease, outcome) ? 'revised' : 'fenced'
    this.#end(leg, outcome)
    return 'stored'
  }

  async recover(graceMs: number): Promise<Recovery> {
    const now = this.#now()
    const legs = [...this.tables.legs.values()]
    for (const row of this.tables.nodes.values()) {
      const isSilent = Temporal.Instant.compare(row.expiresAt.add({ milliseconds: graceMs }), now) < 0
      const all = [...legs, ...this.tables.sideLegs.values()]
      if (isSilent && all.some((leg) => leg.node === row.node && leg.epoch === row.epoch)) row.epoch += 1
    }
    const epochs = new Map([...this.tables.nodes.values()].map((row) => [row.node, row.epoch]))
    const count = { returned: 0, unknown: 0, answered: 0 }
    for (const leg of legs) {
      if (leg.epoch >= (epochs.get(leg.node) ?? 0)) continue
      if (leg.phase === 0) this.#giveBack(leg)
      else {
        this.#end(leg, lostOutcome({ ...leg, legId: leg.claimed.legId }, now))
        this.tables.lost.set(leg.claimed.legId, leg)
      }
      count[leg.phase === 0 ? 'returned' : leg.phase === 1 ? 'unknown' : 'answered'] += 1
    }
    for (const leg of [...this.tables.sideLegs.values()])
      if (leg.epoch < (epochs.get(leg.node) ?? 0)) count[sideLegs.recoverSideLeg(this.tables, leg, now)] += 1
    return count
  }

  async openSideLeg(lease: NodeLease, request: SideLegRequest): Promise<SideLegOpening> {
    this.#requireLease(lease)
    return sideLegs.openSideLeg(this.tables, this.#deps.clock, lease, request)
  }

  async markSideLegAnswered(lease: NodeLease, legId: string, answeredAt: Temporal.Instant): Promise<boolean> {
    const leg = this.#sideLegOf(lease, legId)
    if (leg === null || leg.phase !== 1) return false
    leg.phase = 2
    leg.answeredAt = answeredAt
    return true
  }

  async markRobotEnded(lease: NodeLease, legId: string, end: RobotEnd): Promise<boolean> {
    const leg = this.#sideLegOf(lease, legId)
    return leg !== null && sideLegs.markRobotEnded(this.tables, leg, end)
  }

  async endSideLeg(lease: NodeLease, outcome: AttemptOutcome): Promise<Finished> {
    const isOwn = (leg: SideLeg): boolean => leg.node === lease.node && leg.epoch <= lease.epoch
    const lost = this.tables.lostSideLegs.get(outcome.legId)
    if (lost !== undefined && isOwn(lost))
      return sideLegs.reviseSideLeg(this.tables, lost, outcome) ? 'revised' : 'fenced'
    const leg = this.tables.sideLegs.get(outcome.legId)
    if (leg === undefined || !isOwn(leg)) return 'fenced'
    sideLegs.endSideLeg(this.tables, leg, outcome)
    return 'stored'
  }

  async recordTurnedAway(lease: NodeLease, request: SideLegRequest, outcome: AttemptOutcome): Promise<void> {
    sideLegs.recordTurnedAway(this.tables, lease, request, outcome)
  }

  async settleCampaigns(): Promise<readonly string[]> {
    const changed: string[] = []
    for (const campaign of this.tables.campaigns.values()) {
      const contacts = this.tables.contactsOf.get(campaign.id) ?? []
      const before = campaign.state
      if (before === 'scheduled' && this.#isPast(campaign.startAt)) campaign.state = 'running'
      else if (before === 'running') {
        const isUndone = contacts.some((contact) => contact.state === 'ready' || contact.state === 'dialing')
        if (contacts.length > 0 && !isUndone) campaign.state = 'done'
        else if (this.#isPast(campaign.expiresAt)) campaign.state = 'stopped'
      }
      if (campaign.state === before) continue
      changed.push(campaign.id)
      const { workspaceId, id: campaignId, state } = campaign
      this.tables.outbox.push({
        topic: 'campaign.changed',
        key: campaignId,
        payload: { workspaceId, campaignId, state },
      })
    }
    const isResting = (until: Temporal.Instant): boolean => Temporal.Instant.compare(until, this.#now()) > 0
    this.tables.resting.splice(
      0,
      Number.POSITIVE_INFINITY,
      ...this.tables.resting.filter((one) => isResting(one.until)),
    )
    return changed
  }

  #end(leg: LiveLeg, outcome: AttemptOutcome): void {
    const { tables } = this
    const { claimed } = leg
    const contact = tables.contacts.get(claimed.contactId)
    if (contact === undefined)
      throw new Error(`The leg ${claimed.legId} belongs to the contact ${claimed.contactId}, which is gone.`)
    tables.legs.delete(claimed.legId)
    const pauseMs = claimed.settings.pacing.pauseSeconds * 1000
    const until = outcome.endedAt.add({ milliseconds: Math.round(pauseMs) })
    if (pauseMs > 0 && !this.#isPast(until)) tables.resting.push({ owners: ownersOf(claimed), until })
    const { disposition, endedAt, detail } = outcome
    const { attemptId, attemptNumber, callId, workspaceId, campaignId } = claimed
    const phoneIndex = contact.phones.findIndex((phone) => phone.phoneKey === leg.phoneKey)
    const ended = {
      attemptId,
      attemptNumber,
      disposition,
      detail,
      talkMs: Math.round(outcome.talkMs),
      endedAt,
      phoneIndex,
      numberId: claimed.numberId,
    }
    tables.attempts.set(contact.id, [...(tables.attempts.get(contact.id) ?? []), ended])
    for (const key of new Set([leg.phoneKey, ...contact.phones.map((phone) => phone.phoneKey)])) {
      const started = { workspaceId, attemptId, at: claimed.startAt, disposition, isDialled: key === leg.phoneKey }
      tables.phoneStarts.set(key, [...(tables.phoneStarts.get(key) ?? []), started])
    }
    this.#endOfWave(leg, endedAt)
    tables.outbox.push({ topic: 'attempt.finished', key: contact.id, payload: attemptFacts(leg, ended) })
    this.#tellTrunk(leg, outcome)
    contact.attempts = attemptNumber
    if (this.#moveOn(contact, leg)) return
    const payload = { workspaceId, campaignId, contactId: contact.id, reason: contact.reason, lastCallId: callId }
    tables.outbox.push({ topic: 'contact.finished', key: contact.id, payload })
  }

  /** Keeps the end for the count of the wave that goes out, and forgets those of waves before it. */
  #endOfWave({ claimed }: LiveLeg, endedAt: Temporal.Instant): void {
    const { campaignId, attemptId, startAt: startedAt } = claimed
    const begun = this.tables.paces.get(campaignId)?.waveStartedAt ?? null
    if (begun === null) return
    const ends = (this.tables.waveEnds.get(campaignId) ?? []).filter(
      (end) => Temporal.Instant.compare(end.startedAt, begun) >= 0,
    )
    this.tables.waveEnds.set(campaignId, [...ends, { attemptId, startedAt, endedAt }])
  }

  /** False: recovery has not ended this leg of this node, or a result has replaced that end already. */
  #revise(lease: NodeLease, outcome: AttemptOutcome): boolean {
    const { tables } = this
    const leg = tables.lost.get(outcome.legId)
    if (leg === undefined || leg.node !== lease.node || leg.epoch > lease.epoch) return false
    const { attemptId, callId, workspaceId, campaignId, contactId, trunkId } = leg.claimed
    const attempts = tables.attempts.get(contactId) ?? []
    const was = attempts.find((one) => one.attemptId === attemptId)
    if (was === undefined || !replacesLost(was, outcome)) return false
    tables.lost.delete(outcome.legId)
    for (const starts of tables.phoneStarts.values())
      for (const start of starts) if (start.attemptId === attemptId) start.disposition = outcome.disposition
    const waveEnd = tables.waveEnds.get(campaignId)?.find((one) => one.attemptId === attemptId)
    if (waveEnd !== undefined) waveEnd.endedAt = outcome.endedAt
    const { disposition, detail, endedAt, sip } = outcome
    const ended: AttemptRow = { ...was, disposition, detail, endedAt, talkMs: Math.round(outcome.talkMs) }
    tables.attempts.set(
      contactId,
      attempts.map((one) => (one === was ? ended : one)),
    )
    const trunk = tables.trunks.get(trunkId)
    if (trunk !== undefined)
      trunk.ends = trunk.ends.map((end) =>
        end.attemptId === attemptId ? { ...end, disposition, detail, sipCode: sip.code, endedAt } : end,
      )
    const told = { ...attemptFacts(leg, ended), was: { disposition: was.disposition, talkMs: was.talkMs } }
    tables.outbox.push({ topic: 'attempt.revised', key: contactId, payload: told })
    const contact = tables.contacts.get(contactId)
    // A slot that was claimed on the ground of the lost end, and has not left, goes back.
    const unsent = tables.legs.values().find((one) => one.claimed.contactId === contactId && one.phase === 0)
    if (unsent !== undefined && attempts.at(-1) === was) this.#giveBack(unsent)
    const isDecidable = contact !== undefined && ['ready', 'done', 'unknown'].includes(contact.state)
    if (!isDecidable || attempts.at(-1) !== was) return true
    const before = { state: contact.state, reason: contact.reason }
    if (this.#moveOn(contact, leg)) {
      this.#reopen(campaignId)
      return true
    }
    if (before.state !== 'ready' && before.reason === contact.reason && was.disposition === disposition) return true
    const payload = { workspaceId, campaignId, contactId, reason: contact.reason, lastCallId: callId }
    tables.outbox.push({ topic: 'contact.finished', key: contactId, payload })
    return true
  }

  /** What the rule makes of a contact after the last of its attempts. False: it is over. */
  #moveOn(contact: ContactRow, { claimed }: LiveLeg): boolean {
    const { tables } = this
    const campaign = tables.campaigns.get(claimed.campaignId)
    const past = tables.attempts.get(contact.id) ?? []
    const next = nextAttempt({
      settings: campaign?.settings ?? claimed.settings,
      workspaceZone: claimed.workspaceZone,
      expiresAt: campaign?.expiresAt ?? null,
      phones: contact.phones.map((phone) => ({
        zones: tables.zonesOf(phone.zoneId),
        dials: tables.dialsOf(claimed.campaignId, phone.phoneKey),
        starts: tables.startsOf(claimed.workspaceId, phone.phoneKey),
      })),
      talks: tables.talksOf(contact),
      past,
      now: this.#now(),
    })
    if (next.kind === 'retry') {
      contact.state = 'ready'
      contact.reason = null
      contact.dueAt = next.dueAt
      contact.isPutOff = false
      contact.phoneIndex = next.phoneIndex
      return true
    }
    contact.state = past.at(-1)?.disposition === 'unknown' ? 'unknown' : 'done'
    contact.reason = next.reason
    return false
  }

  /** A campaign that was done runs again for a contact that has more to come. */
  #reopen(campaignId: string): void {
    const campaign = this.tables.campaigns.get(campaignId)
    if (campaign?.state !== 'done') return
    campaign.state = 'running'
    const payload = { workspaceId: campaign.workspaceId, campaignId, state: 'running' }
    this.tables.outbox.push({ topic: 'campaign.changed', key: campaignId, payload })
  }

  #tellTrunk(leg: LiveLeg, { disposition, detail, sip, endedAt }: AttemptOutcome): void {
    const trunk = this.tables.trunks.get(leg.claimed.trunkId)
    const breaker = trunk === undefined ? null : breakerOf(trunk)
    if (trunk === undefined || breaker === null) return
    const now = this.#now()
    const result = { disposition, detail, sipCode: sip.code }
    const from = countedFrom(breaker, trunk, now)
    trunk.ends = [
      ...trunk.ends,
      { ...result, attemptId: leg.claimed.attemptId, phoneKey: leg.phoneKey, endedAt },
    ].filter((end) => Temporal.Instant.compare(end.endedAt, from) > 0)
    const effect = afterEnd(trunk, result, leg.claimed.startAt)
    if (effect === 'back-in-use') Object.assign(trunk, backInUse(now))
    if (effect === 'open' || (effect === 'count' && isTripped(breaker, tallies(trunk.ends, breaker.of))))
      Object.assign(trunk, opened(breaker, now))
  }

  #giveBack(leg: LiveLeg): void {
    this.tables.legs.delete(leg.claimed.legId)
    this.tables.uncountShown(leg)
    const contact = this.tables.contacts.get(leg.claimed.contactId)
    if (contact?.state === 'dialing') contact.state = 'ready'
  }

  #legOf(lease: NodeLease, legId: string): LiveLeg | null {
    const leg = this.tables.legs.get(legId)
    return leg !== undefined && leg.node === lease.node && leg.epoch === lease.epoch ? leg : null
  }

  #sideLegOf(lease: NodeLease, legId: string): SideLeg | null {
    const leg = this.tables.sideLegs.get(legId)
    return leg !== undefined && leg.node === lease.node && leg.epoch === lease.epoch ? leg : null
  }

  #requireLease(lease: NodeLease): void {
    if (this.#holdsLease(lease)) return
    throw new StoreError(
      'STORE_FENCED',
      `Expected node ${lease.node} to hold epoch ${lease.epoch} with a lease: join again.`,
    )
  }

  #nodeOf(lease: NodeLease) {
    return [...this.tables.nodes.values()].find((row) => row.node === lease.node && row.epoch === lease.epoch) ?? null
  }

  #holdsLease(lease: NodeLease): boolean {
    const row = this.#nodeOf(lease)
    return row !== null && !this.#isPast(row.expiresAt)
  }

  #isPast(instant: Temporal.Instant | null): boolean {
    return instant !== null && Temporal.Instant.compare(instant, this.#now()) <= 0
  }

  #now(): Temporal.Instant {
    return this.#deps.clock.now()
  }
}

/** Ends that are alike, with the number of their callees, and of those among the latest. */
function tallies(ends: TrunkRow['ends'], latestOf: number): TrunkTally[] {
  const speaking = ends.filter((end) => !tellsNothing.includes(end.disposition))
  const latest = new Set(speaking.toSorted((a, b) => Temporal.Instant.compare(a.endedAt, b.endedAt)).slice(-latestOf))
  const alike = Map.groupBy(ends, ({ disposition, detail, sipCode }) => JSON.stringify([disposition, detail, sipCode]))
  return [...alike.values()].flatMap((some) => {
    const [first] = some
    if (first === undefined) return []
    const { disposition, detail, sipCode } = first
    const callees = new Set(some.map((end) => end.phoneKey)).size
    const among = some.filter((end) => latest.has(end)).length
    return [{ disposition, detail, sipCode, results: some.length, callees, latest: among }]
  })
}

/** What an event tells of an attempt. */
function attemptFacts({ claimed }: LiveLeg, { disposition, talkMs }: AttemptRow) {
  const { workspaceId, campaignId, contactId, attemptId, callId } = claimed
  const startedAt = claimed.startAt.toString()
  return { workspaceId, campaignId, contactId, attemptId, callId, disposition, startedAt, talkMs }
}
