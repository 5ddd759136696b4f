/** What was said on a call, as the file that the media process wrote: stereo, the callee on the left. */
import { access } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import fastifyStatic from '@fastify/static'
import { principalOf } from '../../access/route-guard.ts'
import type { HttpDeps } from '../../deps.ts'
import { Problem } from '../problem.ts'
import { idOrNotFound, idParams, type NativeApp, within } from '../scope.ts'

export async function recordingRoutes(app: NativeApp, deps: HttpDeps): Promise<void> {
  const root = resolve(deps.dataDirectory, 'recordings')
  await app.register(async (scope) => {
    const native = scope as NativeApp
    // Ranges and validators are the library's; which file is asked for is never the client's to say.
    await native.register(fastifyStatic, { root, serve: false })
    native.get(
      '/calls/:id/recording',
      {
        config: { permission: 'calls:read' },
        schema: { tags: ['calls'], params: idParams, description: 'audio/wav; takes Range' },
      },
      async (request, reply) => {
        const id = idOrNotFound(request.params.id)
        const { rows } = await within(deps, request).pool.query<{ recording: string | null; isAnswered: boolean }>(
          'select recording, answered_at is not null as "isAnswered" from call where workspace_id = $1 and id = $2',
          [principalOf(request).workspaceId, id],
        )
        const [call] = rows
        if (call === undefined) throw new Problem(404, 'not-found', `There is no call ${id}`)
        if (call.recording === null)
          throw new Problem(404, 'not-recorded', `The call has no recording: ${reasonOf(call)}`)
        const isHere = await access(join(root, call.recording)).then(
          () => true,
          () => false,
        )
        if (!isHere) throw new Problem(404, 'recording-gone', 'The recording is not on this machine any more')
        return reply.sendFile(call.recording)
      },
    )
  })
}

function reasonOf({ isAnswered }: { readonly isAnswered: boolean }): string {
  return isAnswered ? 'recording was off, or was lost with the node' : 'nobody answered'
}
