/** Which compliance packs there are, and which of them a campaign is held by. */
import { type KnownDays, knownDaysOf, type PolicyPack } from './policy-pack.ts'
import { ru230fz } from './ru-230fz.ts'

/** A pack with what its calendar comes to. */
export type PolicyInForce = PolicyPack & { readonly known: KnownDays }

/** What of a campaign's settings says by which packs it is held. */
export type PolicyChoice = {
  readonly policies?: readonly string[] | undefined
  /** Switches them off. */
  readonly isTest?: boolean | undefined
}

export const policyPacks: readonly PolicyPack[] = [ru230fz]

const known: ReadonlyMap<string, PolicyInForce> = new Map(
  policyPacks.map((pack) => [pack.name, { ...pack, known: knownDaysOf(pack.calendar) }]),
)
const none: readonly PolicyInForce[] = []
const never = { fromSecond: 0, toSecond: 0 }

/** A name that this version does not know lets nobody be called: a law that is not there cannot be kept. */
export function policiesInForce({ policies, isTest }: PolicyChoice): readonly PolicyInForce[] {
  if (isTest === true || policies === undefined || policies.length === 0) return none
  return policies.map((name) => known.get(name) ?? unknown(name))
}

function unknown(name: string): PolicyInForce {
  return {
    ...{ name, version: '0', asOf: '', source: '', caps: [] },
    hours: { workingDays: never, restDays: never },
    calendar: { years: { from: 0, to: 0 }, holidays: [], movedOn: [], extra: [] },
    known: { from: 0, until: 0, restDays: new Set() },
  }
}
