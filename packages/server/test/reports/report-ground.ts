/** What tests of reports stand on: a workspace with the ids of the printed examples, and calls as they are stored. */
import assert from 'node:assert/strict'
import type { Pool } from '../../src/adapters/postgres/pool.ts'
import { systemClock } from '../../src/adapters/system/system-clock.ts'
import { type Is74Ground, openIs74, printedCampaign } from '../http/is74-ground.ts'

export type Json = Readonly<Record<string, unknown>>

/** What one call was like; the rest is the same for all. */
export type Call = {
  readonly phone: string
  readonly startedAt: string
  readonly disposition?: string
  readonly talkMs?: number
  readonly attempt?: number
  readonly sipCode?: number
  readonly goal?: string
  readonly tags?: readonly string[]
  readonly variables?: Json
  readonly timeline?: readonly Json[]
  readonly path?: readonly Json[]
}
export const calls: readonly Call[] = [
  {
    ...{ phone: '+79999999999', startedAt: '2026-03-02T09:00:00.123Z', disposition: 'answered', talkMs: 12_400 },
    ...{ goal: 'agreed', tags: ['survey', 'warm'], attempt: 2, sipCode: 200 },
    variables: { name: 'Иванов Иван', time: '10:00', debt: 900, agreed: true, phone: '+79999999999', called: '+7' },
    path: [
      { block: 'menu', atMs: 0, said: 'Здравствуйте' },
      // In the moment of the key that leads to it.
      { block: 'agreed', atMs: 2_877 },
    ],
    timeline: [
      { at: '2026-03-02T09:00:05.000Z', kind: 'answered' },
      { at: '2026-03-02T09:00:08.000Z', kind: 'key', digit: '1' },
    ],
  },
  {
    ...{ phone: '+79999999999', startedAt: '2026-03-02T08:50:00Z', disposition: 'busy', attempt: 1, sipCode: 486 },
    variables: { name: 'Иванов Иван', time: '10:00', debt: 900, agreed: 'YES' },
  },
  {
    ...{ phone: '+74951234567', startedAt: '2026-03-02T10:00:00Z', disposition: 'answered', talkMs: 7_600 },
    variables: { name: "O'Brien", debt: 80, agreed: false, strange: { deep: [1] } },
  },
  {
    phone: '+74951234568',
    startedAt: '2026-03-03T10:00:00Z',
    disposition: 'no-answer',
    variables: { debt: 'much', agreed: 1 },
  },
]

export type ReportGround = {
  readonly is74: Is74Ground
  /** Of the campaign with the printed id 12345, which has the calls. */
  readonly campaignId: string
  /** Another one of the same scenario, without calls. */
  readonly other: { readonly id: string; readonly is74: number }
  /** A call of a campaign, with any columns of the table besides. */
  insert(campaignId: string, call: Call, columns?: Json): Promise<void>
}

export async function openReports(pool: Pool): Promise<ReportGround> {
  const is74 = await openIs74(pool, systemClock)
  const make = async (): Promise<number> => {
    const { status, body, text } = await is74.ask('POST', '/api/campaigns', printedCampaign())
    assert.equal(status, 200, text)
    return (body.campaign as { id: number }).id
  }
  const [made, other] = [await make(), await make()]
  await pool.query("update external_id set external_id = '12345' where kind = 'campaign' and external_id = $1", [
    String(made),
  ])
  const idOf = async (id: number): Promise<string> =>
    (
      await pool.query("select resource_id as id from external_id where kind = 'campaign' and external_id = $1", [
        String(id),
      ])
    ).rows[0].id
  const insert: ReportGround['insert'] = async (campaignId, call, columns = {}) => {
    const { rows } = await pool.query(
      `select c.workspace_id, c.scenario_version_id, k.id as contact_id from campaign c join contact k on k.campaign_id = c.id
        where c.id = $1`,
      [campaignId],
    )
    const startedAt = Temporal.Instant.from(call.startedAt)
    const { disposition = 'unknown', talkMs = 0 } = call
    const row: Json = {
      ...rows[0],
      ...{ id: crypto.randomUUID(), direction: 'out', campaign_id: campaignId, attempt_number: call.attempt ?? 1 },
      ...{ phone: call.phone, phone_key: call.phone.slice(1), caller_id: '+74951110005', disposition },
      ...{
        sip_code: call.sipCode ?? null,
        created_at: startedAt.subtract({ milliseconds: 200 }),
        started_at: startedAt,
      },
      ...{ answered_at: disposition === 'answered' ? startedAt.add({ seconds: 5 }) : null, talk_ms: talkMs },
      ...{ ended_at: startedAt.add({ milliseconds: 5_000 + talkMs }), ended_by: 'callee', goal: call.goal ?? null },
      ...{
        path: JSON.stringify(call.path ?? []),
        timeline: JSON.stringify(call.timeline ?? []),
        tags: call.tags ?? [],
      },
      variables: JSON.stringify(call.variables ?? {}),
      ...columns,
    }
    const names = Object.keys(row)
    await pool.query(
      `insert into call (${names.join(', ')}) values (${names.map((_, at) => `$${at + 1}`).join(', ')})`,
      Object.values(row),
    )
  }
  const campaignId = await idOf(12_345)
  for (const call of calls) await insert(campaignId, call)
  return { is74, campaignId, other: { id: await idOf(other), is74: other }, insert }
}

/** Names of columns that mean harm. */
export const harm = [
  ...['id; drop table call; --', 'k.talk_ms', 'phone"', "phone' or '1'='1", '$1', '*', '__proto__', 'constructor'],
  ...[
    "variables.'; drop table call; --",
    "variables.x' || (select 1) || '",
    'variables."',
    'variables.$1',
    'variables.',
  ],
]

/** A report over the calls of the campaign with the printed id. */
export const everything = {
  analytics_filter: {
    ...{ scenario_id: 951, start_block_id: 10, outgoing_campaign_id: 12345 },
    ...{ date_start: '2026-03-01T00:00:00.000Z', date_end: '2026-03-31T23:59:59.999Z' },
  },
}
