/** The task that a bot has for the day, made from a template: one that is named, or the newest that was never started. */
import type { Principal } from '../../access/authenticate.ts'
import { campaignOfDay } from '../../campaigns/campaign-of-day.ts'
import type { ServerDeps } from '../../deps.ts'
import { resolveReference } from '../../resources/references.ts'
import { type FieldMessage, isRecord } from '../mistake.ts'
import type { TwinSingle } from './schemas/candidate.ts'

export const noTemplate: FieldMessage = {
  field: 'autoCallTemplateId',
  message: 'expected the id of a task to take as a template: there is none that was never started',
}

/** Our id. Without a template of its own: the newest task that was never started, of this bot before that of others. */
export async function templateOf(
  deps: ServerDeps,
  workspaceId: string,
  { botSettingsId, autoCallTemplateId }: TwinSingle,
): Promise<string | null> {
  if (autoCallTemplateId == null) return defaultTemplate(deps, workspaceId, botSettingsId ?? null)
  const given = { value: autoCallTemplateId, dialect: 'twin' }
  const found = await resolveReference(deps.pool, workspaceId, 'campaign', given)
  return 'id' in found ? found.id : null
}

export async function taskOfDay(
  deps: ServerDeps,
  principal: Principal,
  template: string,
  { botSettingsId }: TwinSingle,
): Promise<string> {
  return campaignOfDay(deps, principal, {
    template: { field: 'autoCallTemplateId', value: template, dialect: 'native' },
    ...(botSettingsId == null ? {} : { scenario: { field: 'botSettingsId', value: botSettingsId, dialect: 'twin' } }),
    original: (before, name) =>
      isRecord(before) ? { ...before, name, ...(botSettingsId == null ? {} : { botId: botSettingsId }) } : before,
  })
}

async function defaultTemplate(deps: ServerDeps, workspaceId: string, botId: string | null): Promise<string | null> {
  const bot =
    botId === null
      ? null
      : await resolveReference(deps.pool, workspaceId, 'scenario', { value: botId, dialect: 'twin' })
  const { rows } = await deps.pool.query<{ id: string }>(
    `select c.id from campaign c join scenario_version v on v.id = c.scenario_version_id
      where c.workspace_id = $1 and c.dialect = 'twin' and c.state = 'draft'
      order by (v.scenario_id = $2::uuid) desc nulls last, c.created_at desc, c.id limit 1`,
    [workspaceId, bot !== null && 'id' in bot ? bot.id : null],
  )
  return rows[0]?.id ?? null
}
