/** Rows of the in-memory campaign store, and the ways a simulation fills it. */
import {
  type BreakerSettings,
  type CallerIdChoice,
  type CampaignSettings,
  type ClaimedLeg,
  type Disposition,
  type EndedBy,
  type NumberMode,
  type PastAttempt,
  type SideLegRequest,
  type TrunkResult,
  talkDispositions,
  type WaveView,
} from '@dialwright/dialer'

export type CampaignState = 'draft' | 'scheduled' | 'running' | 'paused' | 'done' | 'stopped'
export type ContactState = 'ready' | 'dialing' | 'done' | 'excluded' | 'unknown'

export type Limits = {
  readonly maxCalls?: number | undefined
  readonly callsPerSecond?: number | undefined
  readonly reservedCalls?: number | undefined
}

export type PaceRow = {
  readonly maxCalls: number | null
  readonly callsPerSecond: number | null
  readonly reservedCalls: number
  nextSlotAt: Temporal.Instant
  lastSlotAt: Temporal.Instant | null
  /** Of a campaign: when the wave that goes out now was begun. */
  waveStartedAt: Temporal.Instant | null
  /** Of a number: slots given on this day, `YYYY-MM-DD`, without those that came back. */
  shownOn: string | null
  shownCount: number
}

export type TrunkRow = {
  readonly trunkId: string
  readonly destinations: readonly string[] | null
  /** Null: the default one. */
  readonly breaker: BreakerSettings | 'off' | null
  closedUntil: Temporal.Instant | null
  probeAt: Temporal.Instant | null
  /** How its calls of late ended: as far back as its breaker looks. */
  ends: (TrunkResult & { readonly attemptId: string; readonly phoneKey: string; readonly endedAt: Temporal.Instant })[]
}

export type NumberRow = {
  readonly id: string
  readonly workspaceId: string
  readonly trunkId: string
  readonly phone: string
  readonly validFrom?: Temporal.Instant | undefined
  readonly validUntil?: Temporal.Instant | undefined
  /** Its calls leave over its own trunk alone. */
  readonly forceOut?: boolean | undefined
}

export type RouteRow = {
  readonly id: number
  readonly trunkIds: readonly string[]
  /** Via numbers: over the trunks of this group's numbers. */
  readonly groupId?: string | undefined
}

export type CampaignRow = {
  readonly id: string
  readonly workspaceId: string
  readonly name: string
  readonly scenarioVersionId: string
  readonly startBlock: string
  readonly settings: CampaignSettings
  readonly startAt: Temporal.Instant | null
  readonly expiresAt: Temporal.Instant | null
  state: CampaignState
}

export type PhoneRow = {
  readonly phone: string
  readonly phoneKey: string
  readonly routeId: number
  readonly zoneId: number
}

export type ContactRow = {
  readonly id: string
  readonly workspaceId: string
  readonly campaignId: string
  readonly priority: number
  readonly phones: readonly PhoneRow[]
  readonly variables: Readonly<Record<string, unknown>>
  state: ContactState
  dueAt: Temporal.Instant
  isPutOff: boolean
  phoneIndex: number
  attempts: number
  reason: string | null
}

export type LiveLeg = {
  readonly claimed: ClaimedLeg
  readonly phoneKey: string
  readonly node: number
  readonly epoch: number
  readonly claimedAt: Temporal.Instant
  phase: 0 | 1 | 2
  answeredAt: Temporal.Instant | null
}

/** A leg that no campaign dials. */
export type SideLeg = {
  readonly request: SideLegRequest
  readonly node: number
  readonly epoch: number
  readonly startAt: Temporal.Instant
  phase: 1 | 2
  answeredAt: Temporal.Instant | null
  robotEndedAt: Temporal.Instant | null
}
export type EndedSideLeg = Pick<SideLegRequest, 'legId' | 'callId' | 'direction' | 'phone' | 'trunkId' | 'numberId'> & {
  readonly disposition: Disposition
  readonly detail: string | null
  readonly endedBy: EndedBy
  readonly talkMs: number
  readonly isAnswered: boolean
}

export type RestingChannel = { readonly owners: ReadonlySet<string>; readonly until: Temporal.Instant }
export type NodeRow = { readonly node: number; epoch: number; expiresAt: Temporal.Instant }
export type AttemptRow = PastAttempt & {
  readonly attemptId: string
  readonly attemptNumber: number
  readonly disposition: Disposition
  readonly numberId: string | null
}
export type PhoneStart = {
  readonly workspaceId: string
  readonly attemptId: string
  readonly at: Temporal.Instant
  /** False: another phone of that person was. */
  readonly isDialled: boolean
  disposition: Disposition
}
/** An ended attempt of a campaign that calls in waves. */
export type WaveEnd = {
  readonly attemptId: string
  readonly startedAt: Temporal.Instant
  endedAt: Temporal.Instant
}
export type Forbidden = {
  readonly workspaceId: string
  readonly phoneKey: string
  readonly campaignId: string | null
  readonly expiresAt: Temporal.Instant | null
}
export type OutboxRow = {
  readonly topic: string
  readonly key: string
  readonly payload: Readonly<Record<string, unknown>>
}

/** Everything there is. Maps keep the order of insertion, so a run repeats itself byte by byte. */
export class MemoryTables {
  readonly workspaces = new Map<string, { readonly timeZone: string }>()
  readonly trunks = new Map<string, TrunkRow>()
  readonly numbers = new Map<string, NumberRow>()
  readonly groups = new Map<string, readonly string[]>()
  /** Absent: round robin. */
  readonly groupModes = new Map<string, NumberMode>()
  readonly dailyCaps = new Map<string, number>()
  readonly routes = new Map<number, RouteRow>()
  readonly zones: (readonly string[])[] = []
  readonly paces = new Map<string, PaceRow>()
  readonly campaigns = new Map<string, CampaignRow>()
  readonly contacts = new Map<string, ContactRow>()
  readonly contactsOf = new Map<string, ContactRow[]>()
  readonly legs = new Map<string, LiveLeg>()
  readonly sideLegs = new Map<string, SideLeg>()
  readonly endedSideLegs: EndedSideLeg[] = []
  /** Side legs that recovery ended in their nodes' place, until the true end comes. */
  readonly lostSideLegs = new Map<string, SideLeg>()
  /** Legs that recovery ended in their nodes' place, until the true result comes. */
  readonly lost = new Map<string, LiveLeg>()
  readonly resting: RestingChannel[] = []
  readonly nodes = new Map<string, NodeRow>()
  readonly attempts = new Map<string, AttemptRow[]>()
  readonly phoneStarts = new Map<string, PhoneStart[]>()
  readonly waveEnds = new Map<string, WaveEnd[]>()
  readonly forbidden: Forbidden[] = []
  readonly outbox: OutboxRow[] = []

  addPace(ownerId: string, limits: Limits, now: Temporal.Instant): void {
    const { maxCalls = null, callsPerSecond = null, reservedCalls = 0 } = limits
    this.paces.set(ownerId, {
      maxCalls,
      callsPerSecond,
      reservedCalls,
      nextSlotAt: now,
      lastSlotAt: null,
      waveStartedAt: null,
      shownOn: null,
      shownCount: 0,
    })
  }

  addContact(contact: ContactRow): void {
    this.contacts.set(contact.id, contact)
    const siblings = this.contactsOf.get(contact.campaignId)
    if (siblings === undefined) this.contactsOf.set(contact.campaignId, [contact])
    else siblings.push(contact)
  }

  /** A small id for a set of zones. */
  zoneId(names: readonly string[]): number {
    const key = names.join()
    const index = this.zones.findIndex((zone) => zone.join() === key)
    return index >= 0 ? index + 1 : this.zones.push(names)
  }

  /** Starts of a phone's attempts over all campaigns of a workspace, oldest first. */
  startsOf(workspaceId: string, phoneKey: string): readonly Temporal.Instant[] {
    return (this.phoneStarts.get(phoneKey) ?? [])
      .filter((start) => start.workspaceId === workspaceId && start.isDialled)
      .map((start) => start.at)
  }

  /** Attempts on a phone in a campaign, whichever of its people have it. */
  dialsOf(campaignId: string, phoneKey: string): number {
    const contacts = this.contactsOf.get(campaignId) ?? []
    return contacts.reduce((sum, { id, phones }) => {
      const past = this.attempts.get(id) ?? []
      return sum + past.filter(({ phoneIndex }) => phones[phoneIndex]?.phoneKey === phoneKey).length
    }, 0)
  }

  /** Starts of the attempts that count as talks with a contact's person, on whichever phone, each once. */
  talksOf({ workspaceId, phones }: ContactRow): readonly Temporal.Instant[] {
    const talks = phones
      .flatMap(({ phoneKey }) => this.phoneStarts.get(phoneKey) ?? [])
      .filter((start) => start.workspaceId === workspaceId && talkDispositions.includes(start.disposition))
    return [...new Map(talks.map(({ attemptId, at }) => [attemptId, at])).values()]
  }

  /** Every phone of everybody whom a campaign of the workspace is calling now. */
  phonesOfPeopleLive(workspaceId: string): ReadonlySet<string> {
    const live = this.legs.values().filter((leg) => leg.claimed.workspaceId === workspaceId)
    const phones = live.flatMap((leg) => this.contacts.get(leg.claimed.contactId)?.phones ?? [])
    return new Set(phones.map((phone) => phone.phoneKey))
  }

  /** The wave of a campaign that goes out now; null: none has begun. */
  waveOf(campaignId: string): WaveView | null {
    const begun = this.paces.get(campaignId)?.waveStartedAt ?? null
    if (begun === null) return null
    const ends = (this.waveEnds.get(campaignId) ?? []).filter(
      ({ startedAt }) => Temporal.Instant.compare(startedAt, begun) >= 0,
    )
    const lastEndedAt =
      ends
        .map((end) => end.endedAt)
        .toSorted(Temporal.Instant.compare)
        .at(-1) ?? null
    const live = this.legs.values().filter((leg) => leg.claimed.campaignId === campaignId)
    return { live: [...live].length, ended: ends.length, lastEndedAt }
  }

  waysOf(
    { workspaceId, settings }: CampaignRow,
    route: RouteRow,
  ): { readonly isByNumber: boolean; readonly trunkIds: readonly string[] } {
    const trunksOf = (numbers: readonly NumberRow[]) => [...new Set(numbers.map((number) => number.trunkId))]
    const shown = this.numbersFor(workspaceId, settings.callerId)
    if (shown.some(({ forceOut }) => forceOut === true)) return { isByNumber: true, trunkIds: trunksOf(shown) }
    if (route.groupId === undefined) return { isByNumber: false, trunkIds: route.trunkIds }
    const numbers = (this.groups.get(route.groupId) ?? []).flatMap((id) => this.numbers.get(id) ?? [])
    return { isByNumber: true, trunkIds: trunksOf(numbers) }
  }

  zonesOf(zoneId: number): readonly string[] {
    return this.zones[zoneId - 1] ?? []
  }

  /** Valid or not. */
  numbersFor(workspaceId: string, choice: CallerIdChoice): readonly NumberRow[] {
    const digits = (text: string): string => text.replaceAll(/[^0-9]/g, '')
    if (choice.mode === 'group')
      return (this.groups.get(choice.groupId) ?? []).flatMap((id) => this.numbers.get(id) ?? [])
    if (choice.mode === 'trunk') return []
    const wanted = digits(choice.number)
    return [...this.numbers.values()].filter((one) => one.workspaceId === workspaceId && digits(one.phone) === wanted)
  }

  validNumbersFor(workspaceId: string, choice: CallerIdChoice, now: Temporal.Instant): readonly NumberRow[] {
    return this.numbersFor(workspaceId, choice).filter(
      ({ validFrom, validUntil }) =>
        (validFrom === undefined || Temporal.Instant.compare(validFrom, now) <= 0) &&
        (validUntil === undefined || Temporal.Instant.compare(validUntil, now) > 0),
    )
  }

  /** When the first of these numbers becomes valid, of those that are not yet; null: none will. */
  firstValidAfter(numbers: readonly NumberRow[], now: Temporal.Instant): Temporal.Instant | null {
    const later = numbers.flatMap(({ validFrom, validUntil }) => {
      if (validFrom === undefined || Temporal.Instant.compare(validFrom, now) <= 0) return []
      return validUntil === undefined || Temporal.Instant.compare(validUntil, validFrom) > 0 ? [validFrom] : []
    })
    return later.toSorted(Temporal.Instant.compare)[0] ?? null
  }

  modeOfGroup(groupId: string): NumberMode {
    return this.groupModes.get(groupId) ?? 'round-robin'
  }

  /** How often a day each number of the choice may be shown; null: as often as it comes. */
  dailyCapOf(choice: CallerIdChoice): number | null {
    return choice.mode === 'group' ? (this.dailyCaps.get(choice.groupId) ?? null) : null
  }

  /** A slot given on the day of `claimedAt` was no call. On another day the count has begun anew, and it is not in it. */
  uncountShown({ claimed: { workspaceId, numberId }, claimedAt }: LiveLeg): void {
    const pace = numberId === null ? undefined : this.paces.get(numberId)
    if (pace !== undefined && pace.shownOn === this.today(workspaceId, claimedAt)) pace.shownCount -= 1
  }

  /** How often a number has been shown on this day of the workspace, slots that have not left yet included. */
  shownToday(workspaceId: string, numberId: string, now: Temporal.Instant): number {
    const pace = this.paces.get(numberId)
    return pace !== undefined && pace.shownOn === this.today(workspaceId, now) ? pace.shownCount : 0
  }

  today(workspaceId: string, now: Temporal.Instant): string {
    return now
      .toZonedDateTimeISO(this.workspaces.get(workspaceId)?.timeZone ?? 'UTC')
      .toPlainDate()
      .toString()
  }

  /** Entries that keep this contact's phone from being dialled at `now`. */
  forbiddenFor(contact: ContactRow, phoneKey: string, now: Temporal.Instant): readonly Forbidden[] {
    return this.forbidden.filter(
      (entry) =>
        entry.workspaceId === contact.workspaceId &&
        entry.phoneKey === phoneKey &&
        (entry.campaignId === null || entry.campaignId === contact.campaignId) &&
        (entry.expiresAt === null || Temporal.Instant.compare(entry.expiresAt, now) > 0),
    )
  }

  isForbidden(contact: ContactRow, phoneKey: string, now: Temporal.Instant): boolean {
    return this.forbiddenFor(contact, phoneKey, now).length > 0
  }
}
