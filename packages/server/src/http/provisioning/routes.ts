/** Provisioning over the native API: what a document would do to the asker's workspace, doing it, the workspace as a document, and a vendor's lists as one. */
import { z } from 'zod'
import { principalOf } from '../../access/route-guard.ts'
import type { HttpDeps } from '../../deps.ts'
import { applyProvisioning, checkProvisioning } from '../../provisioning/apply.ts'
import { dialects } from '../../provisioning/dialects.ts'
import { exportProvisioning } from '../../provisioning/export.ts'
import { workspaceSchema } from '../../provisioning/schema/workspace.ts'
import { importFromVendor, type VendorReaders } from '../../provisioning/vendor-import.ts'
import { type NativeApp, within } from '../scope.ts'

/** Sounds are in the document: a few minutes of them. */
const bodyLimit = 32 * 1024 * 1024

const document = z.record(z.string(), z.unknown()).meta({
  description:
    'The provisioning document, see docs/PROVISIONING.md: workspace, users, tokens, trunks, numbers, callerIdGroups, dialplans, audio, retryRules, timeGroups, scenarios. It is read whole, and all its mistakes are told at once.',
})
const note = z.object({
  path: z.string().meta({ description: 'JSON pointer into the document' }),
  message: z.string(),
})
const report = z.object({
  workspaceId: z.string(),
  created: z.int(),
  changed: z.int(),
  left: z.int(),
  items: z.array(
    z.object({
      path: z.string().meta({ description: 'JSON pointer into the document' }),
      section: z.string(),
      name: z.string(),
      id: z.string().meta({ description: 'Of an item that a check would create: none that it will have' }),
      action: z.enum(['create', 'change', 'leave']),
      fields: z.array(z.string()).meta({ description: 'Fields that change' }),
    }),
  ),
  needs: z.array(note).meta({ description: 'Secrets that are neither in the document nor here' }),
  notes: z.array(note).meta({ description: 'What is accepted and acts otherwise than one may think' }),
})

const lists = z.strictObject({
  from: z.enum(dialects).meta({ description: 'Whose lists or exports the files are' }),
  trunk: z.string().trim().min(1).max(200).default('carrier').meta({
    description: 'The name of the trunk that numbers and dialplans are put on',
  }),
  files: z
    .array(z.strictObject({ name: z.string().min(1).max(255), text: z.string() }))
    .min(1)
    .max(100)
    .meta({ description: 'JSON, or CSV where the name ends with .csv; see docs/MIGRATING.md' }),
})
const brought = z.object({
  document,
  drafts: z
    .array(z.object({ section: z.string(), item: z.record(z.string(), z.unknown()), needs: z.array(z.string()) }))
    .meta({ description: 'Items that an export does not tell whole, each with what it needs to be applied' }),
  notes: z.array(z.string()),
})

export function provisioningRoutes(app: NativeApp, deps: HttpDeps, readers: VendorReaders): void {
  const config = { permission: 'provisioning:write' } as const
  const taking = { config, bodyLimit, schema: { tags: ['provisioning'], body: document, response: { 200: report } } }
  app.post('/provisioning/check', taking, async (request) => {
    return plain(await checkProvisioning(within(deps, request), request.body, { asker: principalOf(request) }))
  })
  app.post('/provisioning/apply', taking, async (request) => {
    return plain(await applyProvisioning(within(deps, request), request.body, { asker: principalOf(request) }))
  })
  app.post(
    '/provisioning/import',
    { config, bodyLimit, schema: { tags: ['provisioning'], body: lists, response: { 200: brought } } },
    async (request) => {
      const { from, trunk, files } = request.body
      const exported = await exportProvisioning(within(deps, request), principalOf(request).workspaceId)
      const workspace = workspaceSchema.parse(exported.workspace)
      const { sections, drafts, notes } = importFromVendor(
        files,
        { from, trunk, timeZone: workspace.timeZone },
        readers,
      )
      return {
        document: { workspace, ...sections },
        drafts: drafts.map(({ section, item, needs }) => ({ section, item: { ...item }, needs: [...needs] })),
        notes: [...notes],
      }
    },
  )
  app.get(
    '/provisioning/export',
    { config, schema: { tags: ['provisioning'], response: { 200: document } } },
    async (request) => ({ ...(await exportProvisioning(within(deps, request), principalOf(request).workspaceId)) }),
  )
}

/** The report's lists are read-only to everybody else; the answer's type has plain ones. */
function plain(given: Awaited<ReturnType<typeof applyProvisioning>>): z.output<typeof report> {
  return {
    ...given,
    items: given.items.map((item) => ({ ...item, fields: [...item.fields] })),
    needs: [...given.needs],
    notes: [...given.notes],
  }
}
