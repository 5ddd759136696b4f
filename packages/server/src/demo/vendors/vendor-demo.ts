/** What the demo asks of a vendor: a workspace that knows its ids, a campaign through its API, and how its own words tell the end. */
import type { ApiClient } from '../api-client.ts'
import type { DemoCall } from '../demo-call.ts'
import type { DemoPlan } from '../people.ts'
import type { Screen } from '../screen.ts'
import type { ReceivedEvent } from '../webhook-receiver.ts'

export type DemoDocument = Readonly<Record<string, unknown>>

export type DemoDesk = {
  readonly api: ApiClient
  readonly plan: DemoPlan
  readonly screen: Screen
  /** Where the vendor's callbacks go. */
  readonly receiverUrl: string
}

export type VendorDemo = {
  /** The demo's workspace with what the vendor's example names. */
  provision(base: DemoDocument, plan: DemoPlan): DemoDocument
  /** Makes the campaign with the vendor's own example, brings the people, starts it, prints all of it; returns the vendor's id. */
  begin(desk: DemoDesk): Promise<string | number>
  /** Whether the vendor's campaign keeps people waiting whose hours are over. */
  readonly keepsHours: boolean
  /** The callback of a call that has ended; null: the vendor has none. */
  readonly endedCallback: {
    readonly name: string
    isOne(event: ReceivedEvent): boolean
    isToldOf(call: DemoCall): boolean
  } | null
  /** Prints what the vendor's own API says at the end; returns what is not as it should be. */
  finish(desk: DemoDesk, id: string | number, calls: readonly DemoCall[]): Promise<readonly string[]>
  /** The rest of a curl command behind its Authorization, quoted for a shell. */
  ask(address: string, id: string | number): string
}

/** Prints the request and what of the vendor's example was changed for this machine. */
export function showChanges(screen: Screen, request: string, changes: readonly string[]): void {
  screen.line(`\n${request} with the vendor's example body, changed in:`)
  for (const change of changes) screen.line(`  - ${change}`)
}

/** @param zone IANA. @returns The day and the hour there. */
export function dayIn(zone: string, now: Temporal.Instant): { readonly day: string; readonly hour: number } {
  const local = now.toZonedDateTimeISO(zone)
  return { day: local.toPlainDate().toString(), hour: local.hour }
}
