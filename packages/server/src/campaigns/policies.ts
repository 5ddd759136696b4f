/** Compliance packs that a campaign names. */
import { type CampaignSettings, policiesInForce, policyPacks } from '@dialwright/dialer'
import { type Connection, statement } from '../adapters/postgres/pool.ts'
import type { FieldProblem } from './errors.ts'

/** A pack that is not there cannot be kept: it is refused by its name. */
export function unknownPolicies({ policies = [] }: Pick<CampaignSettings, 'policies'>): readonly FieldProblem[] {
  const names = policyPacks.map((pack) => pack.name)
  return policies.flatMap((name, index) =>
    names.includes(name)
      ? []
      : [
          {
            field: `policies.${index}`,
            code: 'unknown',
            message: `there is no policy "${name}": expected ${names.join(' or ')}`,
          },
        ],
  )
}

// Whoever has not been called yet waits for nothing but caps.
const release = statement(
  'campaign-release-capped',
  `update contact set due_at = dw_clock() where campaign_id = $1 and state = 'ready' and attempts = 0 and due_at > dw_clock()`,
)

/** Where a pack no longer holds, those it made wait before their first call wait no more; the claim looks at what still holds. */
export async function releaseCapped(
  connection: Connection,
  campaignId: string,
  before: CampaignSettings,
  after: CampaignSettings,
): Promise<void> {
  const holds = policiesInForce(after).map((pack) => pack.name)
  if (policiesInForce(before).some(({ name }) => !holds.includes(name))) await release(connection, [campaignId])
}
