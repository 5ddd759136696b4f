/** What a doctor asks: where this node listens, what it tells the far end, whether telephony is up, who speaks, and how the trunks are. */
import { z } from 'zod'
import { principalOf } from '../../access/route-guard.ts'
import type { HttpDeps } from '../../deps.ts'
import { shownId, shownInstant, shownInstantOrNull } from '../../resources/fields.ts'
import { type NativeApp, within } from '../scope.ts'

const network = z.object({
  sip: z.object({ host: z.string(), port: z.int() }),
  rtpPorts: z.union([z.literal('ephemeral'), z.object({ from: z.int(), to: z.int() })]),
  publicAddress: z.string().meta({ description: 'The address in Contact and SDP' }),
  telephony: z.boolean().meta({ description: 'Whether the telephony process answers' }),
})

const provider = z.object({
  provider: z.string(),
  isReady: z.boolean(),
  version: z.string().nullable(),
  message: z.string().nullable().meta({ description: 'What is missing, and how it is mended' }),
})

const status = z.object({
  time: shownInstant,
  network: network.nullable().meta({ description: 'Null: this process has no telephony' }),
  speech: z.array(provider).meta({ description: 'Who speaks the texts of scenarios' }),
  trunks: z.array(
    z.object({
      id: shownId,
      name: z.string(),
      host: z.string(),
      port: z.int(),
      maxCalls: z.int().nullable(),
      live: z.int().meta({ description: 'Calls on it now' }),
      /** The breaker keeps it shut until then. */
      closedUntil: shownInstantOrNull,
    }),
  ),
})

const trunksAtMost = 200

export function systemRoutes(app: NativeApp, deps: HttpDeps): void {
  app.get(
    '/system',
    { config: { permission: 'trunks:read' }, schema: { tags: ['system'], response: { 200: status } } },
    async (request) => {
      const { rows } = await within(deps, request).pool.query<z.output<typeof status>['trunks'][number]>(
        `select t.id, t.name, t.host, t.port, (select p.max_calls from pace p where p.owner_id = t.id) as "maxCalls",
                (select count(*)::int from live_leg l where l.trunk_id = t.id) as live,
                case when t.closed_until > dw_clock() then t.closed_until end as "closedUntil"
           from trunk t where t.workspace_id = $1 order by t.name limit ${trunksAtMost}`,
        [principalOf(request).workspaceId],
      )
      return {
        time: deps.clock.now(),
        network: (await deps.network?.()) ?? null,
        speech: [...((await deps.speech?.()) ?? [])],
        trunks: rows,
      }
    },
  )
}
