/** The account's callback: every call that was answered, as soon as it has ended. The vendor tells of nothing else that we know of. */
import { type DialectTeller, idIn, integerIdIn, type Told, takesAny2xx } from '../../webhooks/dialects.ts'
import { localTime } from './local-time.ts'
import { intention } from './numbers.ts'

/** Whose account it is: 4 the main one, 8 one below it. */
const mainAccount = 4

export const yunfuTeller: DialectTeller = {
  words: { 'attempt.finished': ['CALL_SUCCEEDED'], 'attempt.revised': ['CALL_SUCCEEDED'] },
  body: (_, told) => callSucceeded(told),
  ...takesAny2xx,
  // One event holds one call; the vendor's form has no id of its own for the event.
  eventIdOf: ({ data }) => String((data as readonly { readonly callid: unknown }[])[0]?.callid),
  isAlwaysHeaded: false,
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
        number_data: { number: call.phone, hangupdate: localTime(call.endedAt, timeZone) },
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
