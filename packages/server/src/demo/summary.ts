/** The end of the demo: tables of what happened, one number's timeline, and what is not as it should be. */
import type { DemoCall } from './demo-call.ts'
import type { LedgerReport } from './ledger-check.ts'
import type { DemoPlan } from './people.ts'
import type { Progress, Screen } from './screen.ts'
import type { VendorDemo } from './vendors/vendor-demo.ts'
import type { ReceivedEvent } from './webhook-receiver.ts'

const leastDispositions = 6
const leastWaiting = 12
const firstAnswerWithinMs = 20_000

/** Somebody who is not called now, and until when. */
export type WaitingContact = {
  readonly phones: readonly string[]
  readonly reason: string
  readonly until: string | null
}

export type SummaryInput = {
  readonly screen: Screen
  readonly progress: Progress
  readonly waiting: readonly WaitingContact[]
  readonly calls: readonly DemoCall[]
  readonly ledger: LedgerReport
  readonly received: readonly ReceivedEvent[]
  readonly firstAnswerMs: number | null
  readonly plan: DemoPlan
  readonly vendor: Pick<VendorDemo, 'keepsHours' | 'endedCallback'>
}

/** Prints everything; returns the promises of the demo that were not kept. */
export function printSummary(input: SummaryInput): readonly string[] {
  const { screen, calls, waiting, ledger, received, vendor } = input
  const byDisposition = Map.groupBy(calls, (call) => call.disposition)
  screen.line('What the attempts ended in')
  screen.table([
    ['disposition', 'attempts', 'menu answered'],
    ...[...byDisposition].map(([disposition, some]) => [
      disposition,
      String(some.length),
      String(some.filter((call) => call.keys !== '').length),
    ]),
  ])
  const recalledThenAnswered = contactsAnsweredAfterRecall(calls)
  const menus = calls.filter((call) => call.keys !== '').length
  screen.line(`\n${menus} answered the menu, ${recalledThenAnswered.length} were reached by a recall.`)
  if (vendor.keepsHours || waiting.length > 0) screen.line(`${waiting.length} people wait: it is outside their hours.`)
  const until = Map.groupBy(waiting, (contact) => `${contact.reason}, until ${contact.until ?? 'told otherwise'}`)
  for (const [reason, some] of until) screen.line(`  ${some.length}: ${reason}`)
  screen.line(
    `\nLedger of the carrier: ${ledger.rings} rings, ${ledger.compared} attempts, ${ledger.differences.length} differences.`,
  )
  for (const difference of ledger.differences.slice(0, 10)) screen.line(`  ${difference}`)
  const events = Map.groupBy(received, (event) => event.event ?? vendor.endedCallback?.name ?? 'of no name')
  screen.line(
    `Webhooks received: ${[...events].map(([event, some]) => `${some.length} ${event}`).join(', ') || 'none'}`,
  )
  printTimeline(screen, calls, recalledThenAnswered[0])
  return problemsOf(input, byDisposition.size, menus, recalledThenAnswered.length)
}

function printTimeline(screen: Screen, calls: readonly DemoCall[], contactId: string | undefined): void {
  const attempts = calls
    .filter((call) => call.contactId === contactId)
    .sort((a, b) => a.createdAt.localeCompare(b.createdAt))
  const first = attempts[0]
  if (first === undefined) return
  screen.line(`\nOne number: ${first.phone}`)
  for (const call of attempts) {
    screen.line(`  attempt ${call.attempt}`)
    for (const entry of call.timeline) {
      const { at, kind, ...more } = entry
      const facts = Object.entries(more).filter(([, value]) => value !== null)
      screen.line(
        `    ${at.slice(11, 23)}  ${kind}${facts.length > 0 ? `  ${facts.map(([name, value]) => `${name}=${String(value)}`).join(' ')}` : ''}`,
      )
    }
  }
}

function contactsAnsweredAfterRecall(calls: readonly DemoCall[]): string[] {
  return [...Map.groupBy(calls, (call) => call.contactId)]
    .filter(([, some]) => some.some((call) => call.disposition === 'answered' && call.attempt > 1))
    .map(([contactId]) => contactId)
}

function problemsOf(input: SummaryInput, dispositions: number, menus: number, recalled: number): string[] {
  const problems: string[] = []
  const { progress, waiting, ledger, firstAnswerMs, plan, calls, received, vendor } = input
  if (progress.total !== plan.people.length) problems.push(`${progress.total} of ${plan.people.length} contacts`)
  if (dispositions < leastDispositions) problems.push(`only ${dispositions} dispositions`)
  if (menus === 0) problems.push('nobody answered the menu')
  if (recalled === 0) problems.push('no recall led to an answer')
  if (waiting.length < (vendor.keepsHours ? leastWaiting : 0)) problems.push(`only ${waiting.length} wait`)
  if (waiting.some((contact) => contact.until === null)) problems.push('somebody waits without an instant')
  if (progress.done + waiting.length !== progress.total)
    problems.push(`${progress.total - progress.done - waiting.length} people neither done nor waiting`)
  if (ledger.differences.length > 0) problems.push('ledger and attempts differ')
  if (firstAnswerMs === null) problems.push('nobody answered')
  else if (firstAnswerMs > firstAnswerWithinMs)
    problems.push(
      `the first answer came after ${inSeconds(firstAnswerMs)}, later than ${inSeconds(firstAnswerWithinMs)}`,
    )
  const { endedCallback } = vendor
  if (endedCallback !== null) {
    const told = received.filter((event) => endedCallback.isOne(event)).length
    const expected = calls.filter((call) => endedCallback.isToldOf(call)).length
    if (told !== expected) problems.push(`${told} ${endedCallback.name} webhooks for ${expected} calls`)
  }
  return problems
}

function inSeconds(ms: number): string {
  return `${(ms / 1_000).toFixed(0)} s`
}
