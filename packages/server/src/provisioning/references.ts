/** What the references of a document mean once it is applied: rows and items by id, by external id, or by name where unique. */
import { thingsNamedBy } from '../scenarios/named-things.ts'
import { dialects } from './dialects.ts'
import { pointer, type Report } from './errors.ts'
import { type Identities, keyOf } from './identify.ts'
import type { Inventory } from './inventory.ts'
import { type Drafts, externalIdsOf, isRecord } from './read.ts'
import { type SectionName, sectionNames, sections } from './schema.ts'
import { sectionOfThings } from './values.ts'

export class References {
  /** "section mark" -> ids of what it may mean. */
  readonly #meanings = new Map<string, Set<string>>()

  constructor(drafts: Drafts, identities: Identities, inventory: Inventory) {
    for (const section of sectionNames) {
      const { kind } = sections[section]
      const spokenOf = new Set<string>()
      const replaced = new Set<string>()
      for (const draft of drafts[section]) {
        const id = identities.get(draft)?.id ?? ''
        spokenOf.add(id)
        this.#mean(section, `id ${id}`, id)
        if (draft.key !== null) this.#mean(section, `name ${draft.key}`, id)
        for (const { dialect, externalId } of draft.externalIds) {
          this.#mean(section, `${dialect} ${externalId}`, id)
          replaced.add(`${id} ${dialect}`)
        }
      }
      for (const row of inventory.rows[section]) {
        if (spokenOf.has(row.id)) continue
        this.#mean(section, `id ${row.id}`, row.id)
        this.#mean(section, `name ${keyOf(section, row)}`, row.id)
      }
      for (const { kind: of, dialect, externalId, resourceId, part } of inventory.externalIds)
        if (of === kind && part === null && !replaced.has(`${resourceId} ${dialect}`))
          this.#mean(section, `${dialect} ${externalId}`, resourceId)
    }
  }

  #mean(section: SectionName, mark: string, id: string): void {
    const key = `${section} ${mark}`
    const ids = this.#meanings.get(key)
    if (ids === undefined) this.#meanings.set(key, new Set([id]))
    else ids.add(id)
  }

  /** The id that a reference of the right form leads to, or null after the mistake has been reported. Another form is the schema's affair. */
  find(section: SectionName, reference: unknown, path: string, report: Report): string | null {
    const marks = marksOf(reference)
    if (marks === null) return null
    const { kind } = sections[section]
    const shown = JSON.stringify(reference)
    const [only, other] = new Set(marks.flatMap((mark) => [...(this.#meanings.get(`${section} ${mark}`) ?? [])]))
    if (only === undefined) report(path, 'unknown', `there is no ${kind} ${shown}`)
    else if (other !== undefined) report(path, 'ambiguous', `${shown} means more than one ${kind}: use its id`)
    return other === undefined ? (only ?? null) : null
  }
}

function marksOf(reference: unknown): readonly string[] | null {
  if (typeof reference === 'string' || Number.isSafeInteger(reference)) {
    const text = String(reference)
    return [`id ${text.toLowerCase()}`, `name ${text.trim()}`, ...dialects.map((dialect) => `${dialect} ${text}`)]
  }
  if (!isRecord(reference)) return null
  const ids = externalIdsOf(reference)
  return ids.length === 1 ? ids.map(({ dialect, externalId }) => `${dialect} ${externalId}`) : null
}

/** Reports every reference that leads nowhere, and what is there twice inside of an item: also of items that have other mistakes. */
export function checkReferences(drafts: Drafts, references: References, report: Report): void {
  for (const { raw, path } of drafts.numbers) {
    references.find('trunks', raw.trunk, `${path}/trunk`, report)
    if (isRecord(raw.inbound)) references.find('scenarios', raw.inbound.scenario, `${path}/inbound/scenario`, report)
  }
  for (const { raw, path } of drafts.callerIdGroups)
    checkList('numbers', raw.numbers, `${path}/numbers`, references, report)
  for (const { raw, path } of drafts.operatorGroups)
    if (raw.number !== undefined) references.find('numbers', raw.number, `${path}/number`, report)
  for (const { raw, path } of drafts.scenarios)
    if (raw.tagScene !== undefined) references.find('tagScenes', raw.tagScene, `${path}/tagScene`, report)
  for (const { value, path } of drafts.scenarios)
    for (const thing of value === null ? [] : thingsNamedBy(value))
      references.find(sectionOfThings[thing.kind], thing.reference, `${path}${pointer(thing.path)}`, report)
  for (const { raw, path } of drafts.projects) {
    checkList('scenarios', raw.scenarios, `${path}/scenarios`, references, report)
    checkList('numbers', raw.numbers, `${path}/numbers`, references, report)
  }
  for (const { raw, path } of drafts.dialplans) {
    const prefixes = new Map<string, string>()
    for (const [index, route] of listOf(raw.routes).entries()) {
      if (!isRecord(route)) continue
      const place = `${path}/routes/${index}`
      checkList('trunks', route.trunks, `${place}/trunks`, references, report)
      if (typeof route.prefix !== 'string') continue
      const digits = route.prefix.replace('+', '')
      const first = prefixes.get(digits)
      if (first !== undefined) report(`${place}/prefix`, 'duplicate', `${first} has the prefix "${digits}" too`)
      else prefixes.set(digits, place)
    }
  }
}

function checkList(section: SectionName, given: unknown, path: string, references: References, report: Report): void {
  const places = new Map<string, string>()
  for (const [index, reference] of listOf(given).entries()) {
    const place = `${path}/${index}`
    const id = references.find(section, reference, place, report)
    if (id === null) continue
    const first = places.get(id)
    if (first !== undefined) report(place, 'duplicate', `${first} is the same ${sections[section].kind}`)
    else places.set(id, place)
  }
}

function listOf(given: unknown): readonly unknown[] {
  return Array.isArray(given) ? given : []
}
