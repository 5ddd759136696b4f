/** Tag scenes as they will be once a document is applied: their names for scenarios, and ids that no two may share. */
import { tagsPut } from '../tag-scenes/tags-put.ts'
import type { Report } from './errors.ts'
import type { Identities } from './identify.ts'
import type { Row, TagGroupValues } from './inventory.ts'
import type { Draft } from './read.ts'
import { tagGroupValues } from './values.ts'

/** A scene of the document. */
type Coming = { readonly id: string; readonly path: string; readonly groups: readonly TagGroupValues[] }
type Marked = { readonly mark: string; readonly path: string; readonly id: string }

export class TagsToCome {
  readonly #coming: readonly Coming[]
  readonly #there: readonly Row<'tagScenes'>[]
  /** Scenes whose tags cannot be read. */
  readonly #unreadable: ReadonlySet<string>

  constructor(drafts: readonly Draft<'tagScenes'>[], there: readonly Row<'tagScenes'>[], identities: Identities) {
    const unreadable = new Set<string>()
    const coming: Coming[] = []
    const byId = new Map(there.map((row) => [row.id, row]))
    for (const draft of drafts) {
      const id = identities.get(draft)?.id ?? ''
      if (draft.value === null) unreadable.add(id)
      else
        coming.push({
          id,
          path: draft.path,
          groups: tagGroupValues(byId.get(id)?.values.groups ?? [], draft.value.groups),
        })
    }
    this.#coming = coming
    this.#there = there
    this.#unreadable = unreadable
  }

  /** Undefined: of no scene, or of one that has other mistakes. */
  namesIn(scene: string | null): readonly string[] | undefined {
    if (scene === null || this.#unreadable.has(scene)) return undefined
    const groups =
      this.#coming.find(({ id }) => id === scene)?.groups ?? this.#there.find(({ id }) => id === scene)?.values.groups
    return groups?.flatMap(({ tags }) => tags.map(({ name }) => name))
  }

  /** External ids of the document's groups and tags, those that they keep too. */
  idsToCome(): readonly Marked[] {
    return this.#coming.flatMap(({ id, path, groups }) =>
      marksOf(groups, `${path}/groups`).map((one) => ({ ...one, id })),
    )
  }

  idsThere(): readonly { readonly mark: string; readonly id: string }[] {
    return this.#there.flatMap(({ id, values }) => marksOf(values.groups, '').map(({ mark }) => ({ mark, id })))
  }

  /** @param scenarios  Those that the document does not speak of: the tags that they put stay. */
  refuseMissing(scenarios: readonly Row<'scenarios'>[], report: Report): void {
    for (const { id, path } of this.#coming) {
      const names = new Set(this.namesIn(id))
      for (const { values } of scenarios) {
        if (values.tagScene !== id) continue
        for (const tag of tagsPut(values.definition))
          if (!names.has(tag))
            report(`${path}/groups`, 'invalid', `the scenario "${values.name}" puts the tag "${tag}"`)
      }
    }
  }
}

function marksOf(groups: readonly TagGroupValues[], path: string): { readonly mark: string; readonly path: string }[] {
  const marks = (kind: string, ids: object, place: string) =>
    Object.entries(ids).map(([dialect, id]) => ({
      mark: `${kind} ${dialect} ${id}`,
      path: `${place}/externalIds/${dialect}`,
    }))
  return groups.flatMap((group, at) => [
    ...marks('tag-group', group.externalIds, `${path}/${at}`),
    ...group.tags.flatMap((tag, place) => marks('tag', tag.externalIds, `${path}/${at}/tags/${place}`)),
  ])
}
