/** One listener's stream: events as server-sent events (HTML Living Standard §9.2), what it missed first, then live. */
import type { Queryable } from '../../adapters/postgres/pool.ts'
import { eventsAfter, type FeedEvent, feedBodies, feedPage, latestPlace, positionOf } from '../../events/feed.ts'
import type { Alarm } from './feed-watch.ts'

/** So often something is sent: proxies close what is silent, and a token that has ended is noticed. */
const heartbeatMs = 15_000
/** How long a browser waits before it comes back, in ms. */
const reconnectMs = 2_000
/** A database that does not answer, as one that begins anew, is asked again so often, this many times; then the stream ends. */
const askAgainMs = 1_000
const asksInVain = 30

export type StreamParts = {
  readonly database: Queryable
  readonly workspaceId: string
  /** Where to begin: after an event; with all that is kept; with what comes. */
  readonly begin: { readonly after: string } | 'kept' | 'now'
  readonly wants: (event: FeedEvent) => boolean
  /** Null: the stream ends with what there is. */
  readonly alarm: Alarm | null
  readonly signal: AbortSignal
  /** Asked at each heartbeat; false ends the stream. */
  readonly isStillAllowed: () => Promise<boolean>
}

/** @returns Pieces of `text/event-stream`. The first comes once the place in the feed is known: nothing later is missed. */
export async function* eventStream(parts: StreamParts): AsyncGenerator<string, void, undefined> {
  const { database, workspaceId, begin, alarm, signal } = parts
  let position = '0'
  let preamble = `retry: ${reconnectMs}\n\n`
  if (begin === 'now') {
    const place = await latestPlace(database, workspaceId)
    position = place?.position ?? '0'
    // An id without data: who loses the line before the first event knows after what to go on.
    if (place !== null) preamble += `id: ${place.eventId}\n\n`
  } else if (begin !== 'kept') {
    const known = await positionOf(database, workspaceId, begin.after)
    if (known === null) preamble += message('events.lost', null, { after: begin.after })
    position = known ?? '0'
  }
  yield preamble
  let isSilent = false
  let inVain = 0
  for (;;) {
    try {
      if (isSilent && !(await parts.isStillAllowed())) return
      if (isSilent) yield ': still here\n\n'
      isSilent = false
      let page: FeedEvent[] = []
      do {
        page = await eventsAfter(database, workspaceId, position)
        const told = await feedBodies(database, workspaceId, page.filter(parts.wants))
        position = page.at(-1)?.position ?? position
        inVain = 0
        if (told.length > 0) yield told.map(({ event, body }) => message(event.topic, event.eventId, body)).join('')
      } while (page.length === feedPage && !signal.aborted)
    } catch (error) {
      inVain += 1
      if (alarm === null || inVain > asksInVain) throw error
      await alarm.wait(askAgainMs, signal)
      if (signal.aborted) return
      continue
    }
    if (alarm === null || signal.aborted) return
    isSilent = !(await alarm.wait(heartbeatMs, signal))
    if (signal.aborted) return
  }
}

function message(event: string, id: string | null, body: object): string {
  return `${id === null ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(body)}\n\n`
}
