/** An inbound rule from how it is given to how it is kept, and back. */
import type { z } from 'zod'
import type { InboundRule } from '../inbound/inbound-rule.ts'
import type { Reference } from '../provisioning/schema/reference.ts'
import type { sections } from '../provisioning/schema.ts'
import type { NumberWebhook } from './webhooks.ts'

export type GivenRule = NonNullable<z.output<typeof sections.numbers.schema>['inbound']>

/** @param scenarioId  The id that a reference means. */
export function ruleOf(given: GivenRule | undefined, scenarioId: (reference: Reference) => string): InboundRule | null {
  if (given === undefined) return null
  const { action, scenario, startBlock, shownName, shownNumber, record, maxDurationSeconds, did, comment } = given
  return {
    action,
    scenarioId: scenario === undefined ? null : scenarioId(scenario),
    startBlock: startBlock ?? null,
    shownName,
    shownNumber,
    record,
    maxDurationSeconds,
    did: did ?? null,
    comment: comment ?? null,
  }
}

/** As a document gives it; what is absent is left out. */
export function givenRule(
  { action, scenarioId, startBlock, shownName, shownNumber, record, maxDurationSeconds, did, comment }: InboundRule,
  webhooks: readonly NumberWebhook[],
): Readonly<Record<string, unknown>> {
  return {
    action,
    ...(scenarioId === null ? {} : { scenario: scenarioId }),
    ...(startBlock === null ? {} : { startBlock }),
    shownName,
    shownNumber,
    record,
    ...(maxDurationSeconds === undefined ? {} : { maxDurationSeconds }),
    ...(webhooks.length === 0
      ? {}
      : { webhooks: webhooks.map(({ url, events }) => ({ url, ...(events.length === 0 ? {} : { events }) })) }),
    ...(did === null ? {} : { did }),
    ...(comment === null ? {} : { comment }),
  }
}
