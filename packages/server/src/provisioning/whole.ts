/** Mistakes that only the whole of a document shows, with what is there already. */
import { validateScenario } from '@dialwright/scenario'
import { calledBy } from '../numbers/called-once.ts'
import type { Report } from './errors.ts'
import type { Identities } from './identify.ts'
import type { Inventory } from './inventory.ts'
import type { Drafts } from './read.ts'
import { type SectionName, sectionNames } from './schema.ts'
import { TagsToCome } from './tags.ts'

/** Scenarios against the sounds that there will be, phones on trunks, one default rule, start blocks' ids. */
export function checkWhole(
  drafts: Drafts,
  inventory: Inventory,
  identities: Identities,
  audio: readonly string[],
  find: (section: SectionName, reference: unknown) => string | null,
  report: Report,
): void {
  const tags = new TagsToCome(drafts.tagScenes, inventory.rows.tagScenes, identities)
  checkStartBlocks(drafts, inventory, (draft) => identities.get(draft)?.id ?? '', find, report)
  checkScenarios(drafts, audio, (reference) => tags.namesIn(find('tagScenes', reference)), report)
  const idOf = (draft: Drafts[SectionName][number]): string => identities.get(draft)?.id ?? ''
  const spokenOf = new Set(sectionNames.flatMap((section) => drafts[section].map(idOf)))
  /** `marks` must be each item's alone, in the document and among what stays. */
  const unique = (
    items: readonly { readonly mark: string; readonly path: string; readonly id: string }[],
    others: readonly { readonly mark: string; readonly id: string }[],
    what: string,
    advice = '',
  ): void => {
    const seen = new Map<string, string>()
    const there = Map.groupBy(others, ({ mark }) => mark)
    for (const { mark, path, id } of items) {
      const first = seen.get(mark)
      const other = there.get(mark)?.find((one) => one.id !== id && !spokenOf.has(one.id))
      if (first !== undefined) report(path, 'duplicate', `${first} ${what} too${advice}`)
      else if (other !== undefined) report(path, 'taken', `${other.id} ${what} already${advice}`)
      if (first === undefined) seen.set(mark, path)
    }
  }
  const sealed = new Set(inventory.rows.numbers.flatMap(({ id, values }) => (values.password === null ? [] : [id])))
  const phones = drafts.numbers.flatMap((draft) => {
    const trunk = find('trunks', draft.raw.trunk)
    const { phone } = draft.raw
    return typeof phone === 'string' && trunk !== null ? [{ draft, phone, trunk, id: idOf(draft) }] : []
  })
  unique(
    phones.map(({ draft, phone, trunk, id }) => ({
      mark: `${phone.replace(/\D/g, '')} ${trunk}`,
      path: `${draft.path}/phone`,
      id,
    })),
    inventory.rows.numbers.map(({ id, values }) => ({
      mark: `${values.phone.replace(/\D/g, '')} ${values.trunk}`,
      id,
    })),
    'has this phone on this trunk',
  )
  unique(
    phones.flatMap(({ draft, phone, trunk, id }) => {
      const { inbound, login, password } = draft.raw
      const hasPassword = password === null ? sealed.has(id) : typeof password === 'string'
      if (!isFields(inbound) || (typeof login === 'string' && hasPassword)) return []
      const did = typeof inbound.did === 'string' ? inbound.did : null
      const path = `${draft.path}/${did === null ? 'phone' : 'inbound/did'}`
      return [{ mark: `${calledBy({ phone, did })} ${trunk}`, path, id }]
    }),
    inventory.rows.numbers.flatMap(({ id, values: { phone, trunk, inbound, login, password } }) =>
      inbound === null || (login !== null && password !== null)
        ? []
        : [{ mark: `${calledBy({ phone, did: inbound.did })} ${trunk}`, id }],
    ),
    'is called by this on this trunk',
    ': give another did',
  )
  unique(
    drafts.retryRules.flatMap((draft) =>
      draft.raw.default === true ? [{ mark: 'default', path: `${draft.path}/default`, id: idOf(draft) }] : [],
    ),
    // A default that the document does not speak of gives way.
    [],
    'is the default',
  )
  unique(
    drafts.scenarios.flatMap((draft) =>
      typeof draft.raw.code === 'string'
        ? [{ mark: draft.raw.code.trim(), path: `${draft.path}/code`, id: idOf(draft) }]
        : [],
    ),
    inventory.rows.scenarios.flatMap(({ id, values }) => (values.code === null ? [] : [{ mark: values.code, id }])),
    'has this code',
  )
  unique(
    drafts.operatorGroups.flatMap((draft) =>
      typeof draft.raw.code === 'string'
        ? [{ mark: draft.raw.code.trim(), path: `${draft.path}/code`, id: idOf(draft) }]
        : [],
    ),
    inventory.rows.operatorGroups.flatMap(({ id, values }) =>
      values.code === null ? [] : [{ mark: values.code, id }],
    ),
    'has this code',
  )
  unique(tags.idsToCome(), tags.idsThere(), 'has this id')
  tags.refuseMissing(
    inventory.rows.scenarios.filter(({ id }) => !spokenOf.has(id)),
    report,
  )
  unique(
    drafts.scenarios.flatMap((draft) =>
      (draft.value?.startBlocks ?? []).flatMap((block, index) =>
        Object.entries(block.externalIds ?? {}).map(([dialect, externalId]) => ({
          mark: `${dialect} ${externalId}`,
          path: `${draft.path}/startBlocks/${index}/externalIds/${dialect}`,
          id: idOf(draft),
        })),
      ),
    ),
    inventory.externalIds
      .filter(({ kind }) => kind === 'start-block')
      .map(({ dialect, externalId, resourceId }) => ({ mark: `${dialect} ${externalId}`, id: resourceId })),
    'has this id',
  )
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

/** A number's rule names a start block that its scenario will have. */
function checkStartBlocks(
  drafts: Drafts,
  inventory: Inventory,
  idOf: (draft: Drafts['scenarios'][number]) => string,
  find: (section: SectionName, reference: unknown) => string | null,
  report: Report,
): void {
  for (const { value, path } of drafts.numbers) {
    const { scenario, startBlock } = value?.inbound ?? {}
    if (scenario === undefined || startBlock === undefined) continue
    const id = find('scenarios', scenario)
    const draft = drafts.scenarios.find((one) => idOf(one) === id)
    const row = inventory.rows.scenarios.find((one) => one.id === id)
    const blocks = draft === undefined ? row?.values.definition.startBlocks : draft.value?.startBlocks
    if (blocks !== undefined && !blocks.some((block) => block.id === startBlock))
      report(`${path}/inbound/startBlock`, 'unknown', `the scenario has no start block "${startBlock}"`)
  }
}

/** @param tagsOf  The tags of a scene that there will be; undefined: the scene is another mistake. */
function checkScenarios(
  drafts: Drafts,
  audio: readonly string[],
  tagsOf: (scene: unknown) => readonly string[] | undefined,
  report: Report,
): void {
  for (const { value, raw, path } of drafts.scenarios) {
    if (value !== null) {
      const { id: _, externalIds: __, tagScene, ...definition } = value
      const tags = tagScene === undefined ? undefined : tagsOf(tagScene)
      for (const problem of validateScenario(definition, { audio, tags }))
        report(`${path}${problem.path}`, 'invalid', problem.message)
      continue
    }
    // The sounds of a scenario that has other mistakes can be looked up all the same.
    const blocks: readonly unknown[] = Array.isArray(raw.blocks) ? raw.blocks : []
    for (const [index, block] of blocks.entries()) {
      const sound = typeof block === 'object' && block !== null && 'audio' in block ? block.audio : undefined
      if (typeof sound === 'string' && !audio.includes(sound))
        report(`${path}/blocks/${index}/audio`, 'invalid', `there is no audio at "${sound}"`)
    }
  }
}
