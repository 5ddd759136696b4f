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

const release = statement(
  'campaign-release-put-off',
  `update contact set due_at = put_off_from, put_off_from = null
    where campaign_id = any ($1::uuid[]) and state = 'ready' and put_off_from is not null`,
)

/** Those whom a cap has put off are due again as they had been: for campaigns whose caps say something else now. The claim looks at them anew. */
export async function releasePutOff(connection: Connection, campaignIds: readonly string[]): Promise<void> {
  if (campaignIds.length > 0) await release(connection, [campaignIds])
}

/** Whether another one of two settings puts people off: by packs, or by a cap of the day. What hours say is put into no contact. */
export function capsDiffer(before: CampaignSettings, after: CampaignSettings): boolean {
  const caps = (settings: CampaignSettings): string =>
    JSON.stringify([policiesInForce(settings).map(({ name }) => name), settings.retry.caps.perPhonePerDay])
  return caps(before) !== caps(after)
}
