/** The own workspace over the native API. */
import { z } from 'zod'
import { principalOf } from '../../access/route-guard.ts'
import type { HttpDeps } from '../../deps.ts'
import { workspaceSchema } from '../../provisioning/schema/workspace.ts'
import { changeOf, shownId, shownInstant } from '../../resources/fields.ts'
import { changeWorkspace, showWorkspace } from '../../workspaces/workspace.ts'
import { etagOf, isMatch } from '../etag.ts'
import { Problem } from '../problem.ts'
import { type NativeApp, within } from '../scope.ts'

const { name: _, ...fields } = workspaceSchema.shape
const body = changeOf(fields)
const shown = z.object({
  id: shownId,
  name: z.string(),
  timeZone: z.string(),
  country: z.string(),
  maxCalls: z.int().nullable(),
  callsPerSecond: z.number().nullable(),
  reservedCalls: z.int(),
  createdAt: shownInstant,
})

export function workspaceRoutes(app: NativeApp, deps: HttpDeps): void {
  const schema = { tags: ['workspace'], response: { 200: shown } }
  app.get('/workspace', { config: { permission: 'workspace:read' }, schema }, async (request, reply) => {
    const workspace = await showWorkspace(within(deps, request).pool, principalOf(request).workspaceId)
    return reply.header('ETag', etagOf(workspace)).send(workspace)
  })
  app.patch(
    '/workspace',
    { config: { permission: 'workspace:write' }, schema: { ...schema, body } },
    async (request, reply) => {
      const ifMatch = request.headers['if-match']
      const changed = await changeWorkspace(within(deps, request), principalOf(request), request.body, (seen) => {
        if (!isMatch(ifMatch, etagOf(seen)))
          throw new Problem(412, 'changed-meanwhile', 'It has been changed since it was read: read it again')
      })
      return reply.header('ETag', etagOf(changed)).send(changed)
    },
  )
}
