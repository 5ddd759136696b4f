/** What happens, as it happens: `GET /events`, server-sent events of the caller's own workspace. */
import { Readable } from 'node:stream'
import { z } from 'zod'
import { authenticate } from '../../access/authenticate.ts'
import { mayDo, type Permission } from '../../access/permissions.ts'
import { principalOf } from '../../access/route-guard.ts'
import type { HttpDeps } from '../../deps.ts'
import { Problem } from '../problem.ts'
import type { NativeApp } from '../scope.ts'
import { eventStream } from './event-stream.ts'
import { FeedWatch } from './feed-watch.ts'

/** Each holds a socket and reads the feed at every event. */
const streamsAtMost = 200
const streamsOfWorkspaceAtMost = 20

/** What a listener must be allowed to read for an event to be told to it: the topic's first word. */
const readerOf: Readonly<Record<string, Permission>> = {
  campaign: 'campaigns:read',
  contact: 'contacts:read',
  attempt: 'calls:read',
  call: 'calls:read',
}

const query = z.strictObject({
  campaign: z.uuid().optional().describe('Of this campaign alone'),
  from: z
    .enum(['now', 'kept'])
    .default('now')
    .describe('now: what happens from here on; kept: all that is kept, an hour, first. Last-Event-ID goes before it'),
  follow: z
    .enum(['true', 'false'])
    .default('true')
    .describe('false: the stream ends after what there is, in place of waiting'),
})
const lastEventId = z.uuid()

export function eventRoutes(app: NativeApp, deps: HttpDeps): void {
  const watch = new FeedWatch(deps.clock)
  const streams = new Map<AbortController, string>()
  // Open streams would hold the server's end for ever.
  app.addHook('preClose', async () => {
    for (const stream of streams.keys()) stream.abort()
  })
  const open = (workspaceId: string): AbortController => {
    const ofWorkspace = [...streams.values()].filter((other) => other === workspaceId).length
    if (streams.size >= streamsAtMost || ofWorkspace >= streamsOfWorkspaceAtMost)
      throw new Problem(429, 'too-many-streams', `At most ${streamsOfWorkspaceAtMost} streams at once: end another one`)
    const stream = new AbortController()
    streams.set(stream, workspaceId)
    return stream
  }

  app.get(
    '/events',
    {
      config: { permission: 'calls:read' },
      exposeHeadRoute: false,
      schema: {
        tags: ['events'],
        description:
          'Server-sent events: campaign.changed, contact.finished, attempt.finished, attempt.revised, each with the body of a native webhook. ' +
          'Last-Event-ID resumes within an hour; where that event is no longer kept, events.lost says so and all that is kept follows.',
        querystring: query,
      },
    },
    async (request, reply) => {
      const principal = principalOf(request)
      const { campaign, from, follow } = request.query
      const given = request.headers['last-event-id']
      const after = given === undefined || given === '' ? null : lastEventId.safeParse(given)
      if (after?.success === false)
        throw new Problem(422, 'invalid', 'Last-Event-ID is not the id of an event', [
          { pointer: '/last-event-id', code: 'invalid', message: 'expected the id of an event, a UUID' },
        ])
      const database = deps.workspaces.of(principal.workspaceId)
      const stream = open(principal.workspaceId)
      const alarm = follow === 'true' ? watch.join(database) : null
      stream.signal.addEventListener('abort', () => {
        streams.delete(stream)
        if (alarm !== null) watch.leave(alarm)
      })
      reply.raw.once('close', () => stream.abort())
      const pieces = eventStream({
        database,
        workspaceId: principal.workspaceId,
        begin: after === null ? from : { after: after.data },
        wants: ({ topic, payload }) => {
          const permission = readerOf[topic.split('.')[0] ?? '']
          if (permission === undefined || !mayDo(principal, permission)) return false
          return campaign === undefined || payload.campaignId === campaign.toLowerCase()
        },
        alarm,
        signal: stream.signal,
        isStillAllowed: async () => {
          const now = await authenticate(deps, request.headers.authorization)
          return now !== null && now.workspaceId === principal.workspaceId && mayDo(now, 'calls:read')
        },
      })
      // A proxy that collects an answer before it passes it on would show nothing live.
      return (
        reply
          .type('text/event-stream; charset=utf-8')
          .header('Cache-Control', 'no-store')
          .header('X-Accel-Buffering', 'no')
          // Kept alive after the stream, the connection would hold the server's end until it is idle for long enough.
          .header('Connection', 'close')
          .send(Readable.from(ended(pieces, stream)))
      )
    },
  )
}

/** The pieces; the stream is let go after the last one, however it ends. */
async function* ended(pieces: AsyncIterable<string>, stream: AbortController): AsyncGenerator<string, void, undefined> {
  try {
    yield* pieces
  } finally {
    stream.abort()
  }
}
