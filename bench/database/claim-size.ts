/** What the size of the table does to a claim: the same claims in a large database and in one of a tenth. */
import { type Bench, triesPerWindow } from '../harness/bench.ts'
import { processCpuMs } from '../harness/cpu.ts'
import { Ground, ids } from './ground.ts'

const batch = 10
const claimsPerSecondOfWindow = 20
const viewsPerWindow = 20

export const claimSizeBench: Bench = {
  name: 'claim-size',
  title: 'claims of ten contacts, and the view that the planner reads, by size of the contact table',
  control: 'the same statements in a database with a tenth of the contacts',
  isTimed: true,
  figures: [
    { key: 'rows', label: 'contacts in the large table', unit: '', side: 'ours' },
    { key: 'large', label: 'claim, PostgreSQL CPU per contact', unit: 'us', side: 'ours' },
    { key: 'small', label: 'the same with a tenth of the contacts', unit: 'us', side: 'control' },
    { key: 'ratio', label: 'large over small', unit: 'x', side: 'ratio', target: { atMost: 1.5 } },
    { key: 'view', label: 'reading the view of a campaign, PostgreSQL CPU', unit: 'us', side: 'ours' },
    { key: 'viewSmall', label: 'the same with a tenth of the contacts', unit: 'us', side: 'control' },
    { key: 'viewRatio', label: 'view, large over small', unit: 'x', side: 'ratio' },
  ],
  async open({ rows, seconds, windows }, grounds) {
    const stack = new AsyncDisposableStack()
    try {
      const server = await grounds.database()
      // Two campaigns are in each database; together they are the contacts of the table.
      const small = await Ground.make(server, stack, 'bench_small', Math.ceil(rows / 20))
      const large = await Ground.make(server, stack, 'bench_large', Math.ceil(rows / 2))
      // The small table must last for every window that may be begun, and one to warm up.
      const lasting = Math.floor(rows / 20 / batch / (2 + windows * triesPerWindow))
      const claims = Math.min(lasting, Math.max(2, Math.round(seconds * claimsPerSecondOfWindow)))
      if (claims < 2) throw new Error(`--rows: ${rows} are too few for ${windows} windows`)
      await measure(small, claims)
      await measure(large, claims)
      return {
        async measure(round) {
          const order = round % 2 === 0 ? [small, large] : [large, small]
          const costs = new Map<Ground, Cost>()
          for (const ground of order) costs.set(ground, await measure(ground, claims))
          const none = { claim: Number.NaN, view: Number.NaN }
          const [of10th, ofAll] = [costs.get(small) ?? none, costs.get(large) ?? none]
          return {
            figures: {
              rows,
              large: ofAll.claim,
              small: of10th.claim,
              ratio: ofAll.claim / of10th.claim,
              view: ofAll.view,
              viewSmall: of10th.view,
              viewRatio: ofAll.view / of10th.view,
            },
          }
        },
        close: () => stack.disposeAsync(),
      }
    } catch (error) {
      await stack.disposeAsync()
      throw error
    }
  },
}

/** Microseconds: per contact claimed, per view read. */
type Cost = { readonly claim: number; readonly view: number }

async function measure(ground: Ground, claims: number): Promise<Cost> {
  const backend = await ground.backend()
  const before = processCpuMs(backend)
  for (let n = 0; n < claims; n++) await ground.claim(batch)
  const claimed = processCpuMs(backend)
  for (let n = 0; n < viewsPerWindow; n++) {
    const views = await ground.store.runningCampaigns()
    if (!views.some((view) => view.campaignId === ids.campaign)) throw new Error('The campaign is not in the view')
  }
  const viewed = processCpuMs(backend)
  await ground.clear()
  return {
    claim: ((claimed - before) * 1_000) / (claims * batch),
    view: ((viewed - claimed) * 1_000) / viewsPerWindow,
  }
}
