/** A task of the newer form in our words: each field has one of the older form beside it (README.md), or is not yet in effect. */
import type { RetryCaps } from '@dialwright/dialer'
import type { NewCampaign } from '../../campaigns/create-campaign.ts'
import type { GivenRoute } from '../../campaigns/route.ts'
import { retryRules, settingsOf } from './mapping.ts'
import { readMoment, type TwinAutoCall } from './schemas/auto-call.ts'
import { olderWebhookEvents } from './schemas/fields.ts'

/** What a task is read with, besides its body. */
export type AutoCallGround = {
  readonly now: Temporal.Instant
  /** Of the workspace: `startMoment` is a time of its wall clock. */
  readonly timeZone: string
  /** The dialplan that calls leave by where the body names none: our id. Null: the workspace has none. */
  readonly dialplanId: string | null
  /** What is shown: the phone behind `cidData`, where that is a number of ours and calls leave by a dialplan. */
  readonly shownPhone: string | null
}

/** Calls a second: 1.03 is 3 a second, 1 is one, 0.96 is one in 4 seconds. */
export function callsPerSecondOf(cps: number): number {
  const hundredths = Math.round((cps - 1) * 100)
  if (hundredths === 0) return 1
  return hundredths > 0 ? hundredths : 1 / -hundredths
}

/** @param original  The body as it was accepted. */
export function campaignOfAutoCall(task: TwinAutoCall, original: unknown, ground: AutoCallGround): NewCampaign {
  const { additionalOptions: options, redialStrategyOptions: redial } = task
  const moment = task.startType === 'time' ? readMoment(task.startMoment ?? '') : null
  const startAt = moment === null ? null : moment.toZonedDateTime(ground.timeZone).toInstant()
  const rules = redial.redialStrategyEn
    ? retryRules({
        BUSY: ruleOf(redial.busy),
        NO_ANSWER: ruleOf(redial.noAnswer),
        MACHINE: ruleOf(redial.answerMash),
        CONGESTION: ruleOf(redial.congestion),
        NOT_SUCCESSFUL: { ...ruleOf(redial.answerNoList), duration: options.fullListTime },
      })
    : []
  const shownPhone = isPlainNumber(task) ? task.cidData : ground.shownPhone
  return {
    name: task.name,
    scenario: { field: 'defaultExecData', value: task.defaultExecData },
    route: routeOf(task, ground),
    ...(task.secondExec === 'ch'
      ? {
          redirect: {
            to: 'operator-group',
            group: { field: 'secondExecData', value: task.secondExecData ?? '', dialect: 'twin' },
          },
        }
      : {}),
    settings: settingsOf({
      callsPerSecond: callsPerSecondOf(task.cps),
      windows: [
        {
          zone: options.useTr ? 'callee' : 'workspace',
          fromSecond: options.allowCallTimeFrom,
          toSecond: options.allowCallTimeTo,
        },
      ],
      retry: { rules, caps: capsOf(redial) },
      callerId: shownPhone == null ? { mode: 'trunk' } : { mode: 'number', number: shownPhone },
      isTest: !options.fz230,
      record: options.recordCall ? 'all' : 'off',
    }),
    normalization: task.phoneNormalization ?? 'none',
    startAt,
    expiresAt:
      task.lifetime == null || task.lifetime === 0 ? null : (startAt ?? ground.now).add({ seconds: task.lifetime }),
    dialect: 'twin',
    original: { autoCall: original },
    notYet: {
      amd: options.detectRobot
        ? { mode: options.detectRobotMode ?? 'back', file: options.detectRobotGreeting ?? null }
        : null,
      report: task.sendReportAfterFinish ?? false,
      scheduleId: task.scheduleId ?? null,
    },
    webhooks: task.webhookUrls.map(({ url, events, delay }) => ({
      url,
      dialect: 'twin',
      events: events == null ? [...olderWebhookEvents] : chosenOf(events),
      delaySeconds: delay ?? 0,
    })),
  }
}

/** A number of ours goes over its own trunk; a group, or a number of somebody else, over the dialplan. */
function routeOf(task: TwinAutoCall, { dialplanId }: AutoCallGround): GivenRoute {
  const { cidType, additionalOptions } = task
  const data = task.cidData ?? ''
  const { providerId } = additionalOptions
  if (cidType === 'gornum' && !isPlainNumber(task) && providerId == null)
    return { via: 'numbers', numbers: [{ field: 'cidData', value: data }] }
  return {
    via: 'dialplan',
    dialplan: { field: 'additionalOptions.providerId', value: providerId ?? dialplanId ?? '' },
    ...(cidType === 'pool' ? { callerIdGroup: { field: 'cidData', value: data } } : {}),
  }
}

/** Not the id of a number of ours, but the number itself. */
export function isPlainNumber({ cidType, cidData }: Pick<TwinAutoCall, 'cidType' | 'cidData'>): boolean {
  return cidType === 'gornum' && /^\+?\d{10,15}$/.test(cidData ?? '')
}

type Redial = NonNullable<TwinAutoCall['redialStrategyOptions']>

function ruleOf(rule: Redial['busy']) {
  return { enabled: rule?.redial ?? false, tries: rule?.count, interval: rule?.time }
}

function capsOf({ candidateLimit, numberLimit }: Redial): RetryCaps {
  const countOf = (limit: Redial['numberLimit']): number => (limit?.redial === true ? (limit.count ?? 0) : 0)
  const [perContact, perPhone] = [countOf(candidateLimit), countOf(numberLimit)]
  return { ...(perContact > 0 ? { perContact } : {}), ...(perPhone > 0 ? { perPhone } : {}) }
}

/** Nothing chosen is told as one word that never comes: an empty list would mean everything. */
function chosenOf(events: Readonly<Partial<Record<string, { readonly value: boolean }>>>): string[] {
  const chosen = Object.entries(events).flatMap(([event, choice]) => (choice?.value === true ? [event] : []))
  return chosen.length === 0 ? ['NONE'] : chosen
}
