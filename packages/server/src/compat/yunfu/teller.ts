/** The account's callbacks: every call that was answered, as soon as it has ended; every task that is made or taken away. */
import { type DialectTeller, idIn, integerIdIn, type Told, takesAny2xx } from '../../webhooks/dialects.ts'
import { intention } from './calls.ts'
import { clockTime, localTime } from './local-time.ts'

/** Whose account it is: 4 the main one, 8 one below it. */
const mainAccount = 4

/** The vendor's page has a type and prints none of its values: these are ours. */
const types = { TASK_CREATED: 'create', TASK_DELETED: 'delete' } as const

export const yunfuTeller: DialectTeller = {
  words: {
    'attempt.finished': ['CALL_SUCCEEDED'],
    'attempt.revised': ['CALL_SUCCEEDED'],
    'campaign.created': ['TASK_CREATED'],
    'campaign.deleted': ['TASK_DELETED'],
  },
  body: (word, told) =>
    word === 'TASK_CREATED' || word === 'TASK_DELETED' ? taskTold(types[word], told) : callSucceeded(told),
  ...takesAny2xx,
  // One event holds one call, or one task; the vendor's form has no id of its own for the event.
  eventIdOf: ({ data, type, task_data }) =>
    data === undefined
      ? `${type} ${(task_data as { readonly uuid: unknown }).uuid}`
      : String((data as readonly { readonly callid: unknown }[])[0]?.callid),
  isAlwaysHeaded: false,
}

/** Null for a campaign that was not made here: the robot's list does not show it either. */
function taskTold(type: string, { row }: Told): object | null {
  const { campaign } = row.payload
  if (campaign?.dialect !== 'yunfu') return null
  const { settings, scenario, timeGroups, timeZone, retryRule, original } = campaign
  const [line] = campaign.numbers
  const [hours] = timeGroups
  return {
    type,
    task_data: {
      uuid: idIn('yunfu', campaign),
      user_id: row.workspaceId,
      name: campaign.name,
      remark: original?.remark ?? null,
      create_datetime: localTime(campaign.createdAt, timeZone),
      caller_line_id: line === undefined ? null : idIn('yunfu', line),
      caller_line_name: line?.name ?? null,
      _origination_caller_id_number: line?.phone ?? '',
      destination_extension: integerIdIn('yunfu', scenario),
      group_str: scenario.name,
      customer_service_id: original?.customer_service_id ?? null,
      auto_recycle_rule_id: retryRule === null ? null : integerIdIn('yunfu', retryRule),
      maximumcall: settings.pacing.maxCalls,
      call_pause_second: settings.pacing.pauseSeconds,
      _originate_timeout: settings.ringTimeoutMs / 1_000,
      recycle_limit: 0,
      random_assignment_number: 0,
      disable_dial_timegroup: hours === undefined ? null : idIn('yunfu', hours),
      time_range: timeGroups.flatMap(({ forbid }) =>
        forbid.map(({ fromSecond, toSecond }) => ({
          begin_datetime: clockTime(fromSecond),
          end_datetime: clockTime(toSecond),
        })),
      ),
    },
  }
}

/** Durations are seconds here. Null for a call that nobody answered. */
function callSucceeded({ row, campaign, contact, call }: Told): object | null {
  if (campaign === null || contact === null || call === null || call.answeredAt === null) return null
  const { timeZone } = campaign
  const userId = row.workspaceId
  return {
    count: 1,
    data: [
      {
        calldate: localTime(call.startedAt, timeZone),
        answerdate: localTime(call.answeredAt, timeZone),
        bill: Math.round(call.talkMs / 1_000),
        duration: Math.round((call.endedAt.epochMilliseconds - call.startedAt.epochMilliseconds) / 1_000),
        callid: call.id,
        customer_id: idIn('yunfu', contact),
        master_user_id: userId,
        user_id: userId,
        type: mainAccount,
        intention_results: intention(call.level),
        rounds: call.blocks,
        number_data: { number: call.givenPhone ?? call.phone, hangupdate: localTime(call.endedAt, timeZone) },
        group: { id: integerIdIn('yunfu', campaign.scenario), name: campaign.scenario.name },
        task: { id: idIn('yunfu', campaign), name: campaign.name },
        user: { id: userId },
        level: { level_id: intention(call.level), level_name: call.level },
        tags: call.tags.map((name) => {
          const tag = call.knownTags.find((one) => one.name === name)
          return { tag_id: tag === undefined ? null : idIn('yunfu', tag), name }
        }),
      },
    ],
  }
}
