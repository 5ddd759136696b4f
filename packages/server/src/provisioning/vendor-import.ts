/**
 * What a vendor's lists and exports tell of a workspace, as sections of a provisioning document. What an export does not tell is
 * never made up: such an item is a draft that names what it needs.
 */
import { isDeepStrictEqual as isDeepEqual } from 'node:util'
import { parse } from 'csv-parse/sync'
import type { Dialect } from './dialects.ts'
import { ProvisioningError, type ProvisioningProblem, pointer } from './errors.ts'
import { type SectionName, sections } from './schema.ts'

/** A file as it was given: JSON, or CSV with a row of headers. */
export type GivenFile = { readonly name: string; readonly text: string }
/** `stem` is the file's name in small letters, without folders and ending: what a list is called where its content does not say. */
export type ReadFile = { readonly path: string; readonly stem: string; readonly value: unknown }
export type Row = Readonly<Record<string, unknown>>
type Item = Readonly<Record<string, unknown>>
type FoundItem = Record<string, unknown>

/** An item that cannot be applied as it stands: fields that no export tells. */
export type Draft = { readonly section: SectionName; readonly item: Item; readonly needs: readonly string[] }
export type VendorImport = {
  readonly sections: Readonly<Partial<Record<SectionName, readonly Item[]>>>
  readonly drafts: readonly Draft[]
  readonly notes: readonly string[]
}
/** Reads the files of one vendor; what it finds and what it misses goes to `found`. */
export type VendorReader = (files: readonly ReadFile[], found: Findings) => void
export type VendorReaders = Readonly<Record<Dialect, VendorReader>>

export type ImportSettings = {
  readonly from: Dialect
  /** The name of the trunk that numbers and dialplans are put on. */
  readonly trunk: string
  /** IANA: the zone of times that are told without one. */
  readonly timeZone: string
}

/** Rows of all files together; an account has hundreds. */
const mostRows = 20_000
const longestName = 200

/**
 * Pure.
 * @throws {ProvisioningError} with the file that cannot be read.
 */
export function importFromVendor(
  files: readonly GivenFile[],
  settings: ImportSettings,
  readers: VendorReaders,
): VendorImport {
  const found = new Findings(settings)
  readers[settings.from](files.map(readFile), found)
  return found.result()
}

function readFile({ name, text }: GivenFile, at: number): ReadFile {
  const path = pointer(['files', at])
  const base = name.split(/[/\\]/).at(-1) ?? ''
  return {
    path,
    stem: base.replace(/\.[^.]*$/, '').toLowerCase(),
    value: isCsv(base) ? csv(path, text) : json(path, text),
  }
}

function isCsv(name: string): boolean {
  return /\.(csv|tsv|txt)$/i.test(name)
}

function json(path: string, text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (error) {
    throw refused(path, `expected JSON, or a name that ends with .csv: ${messageOf(error)}`)
  }
}

function csv(path: string, text: string): unknown {
  try {
    return parse(text, { columns: true, bom: true, delimiter: [',', ';', '\t'], skip_empty_lines: true, trim: true })
  } catch (error) {
    throw refused(path, `expected CSV with a row of headers: ${messageOf(error)}`)
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message.slice(0, 200) : String(error)
}

/** A file that cannot be used. */
export function refused(path: string, message: string): ProvisioningError {
  const problem: ProvisioningProblem = { path, code: 'invalid', message }
  return new ProvisioningError([problem])
}

export const isRow = (value: unknown): value is Row =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
/** The rows of a list; what is none is no row. */
export const rowsIn = (value: unknown): Row[] => (Array.isArray(value) ? value.filter(isRow) : [])

/** The first of the fields that says something, as text. */
export function textIn(row: Row, ...fields: readonly string[]): string | undefined {
  for (const field of fields) {
    const value = row[field]
    if (typeof value !== 'string' && typeof value !== 'number') continue
    const text = String(value).trim()
    if (text !== '') return text
  }
  return undefined
}

/** The first of the fields that holds a whole number from 0, also as digits. */
export function wholeIn(row: Row, ...fields: readonly string[]): number | undefined {
  const text = textIn(row, ...fields)
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined
}

const told = (fields: Item): Item =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))

type Named = { readonly id: string | number | undefined; readonly name: string | undefined }

/** Collects items under names and ids that are one in their section. */
export class Findings {
  readonly settings: ImportSettings
  readonly #sections = new Map<SectionName, Item[]>()
  readonly #drafts: Draft[] = []
  readonly #notes = new Set<string>()
  readonly #marks = new Set<string>()
  readonly #phones = new Map<string, FoundItem[]>()
  #rows = 0

  constructor(settings: ImportSettings) {
    this.settings = settings
  }

  /**
   * What the format does not take as it stands becomes a draft that says why.
   * @param rest  Fields beside name and ids; undefined ones are left out.
   * @returns Null: it is no item of the document.
   */
  add(section: SectionName, named: Named, rest: Item = {}): FoundItem | null {
    const item = this.#item(section, named, rest)
    if (item === null) return null
    const { error } = sections[section].schema.safeParse(item)
    if (error === undefined) {
      this.#sections.set(section, [...(this.#sections.get(section) ?? []), item])
      return item
    }
    const needs = error.issues.slice(0, 20).map(({ path, message }) => `${path.join('.')}: ${message}`)
    this.#drafts.push({ section, item, needs })
    return null
  }

  /** @param needs  The fields that the export does not tell. */
  draft(section: SectionName, named: Named, needs: readonly string[], rest: Item = {}): void {
    const item = this.#item(section, named, rest)
    if (item !== null) this.#drafts.push({ section, item, needs })
  }

  /**
   * A number, on the one trunk where `rest` names no other. Told twice, with no other id and no other trunk, it is one number, and
   * what was told last holds. A draft where its phone cannot be dialled, or is another number's.
   */
  number(named: Named, given: string | undefined, rest: Item = {}): void {
    const phone = given?.replace(/[\s().-]/g, '')
    const more = { trunk: this.settings.trunk, ...told(rest) }
    const name = named.name ?? phone
    if (phone === undefined) return this.draft('numbers', named, ['phone'], more)
    const ofPhone = this.#phones.get(phone.replace('+', '')) ?? []
    const onTrunk = ofPhone.filter(({ trunk }) => trunk === this.settings.trunk || isDeepEqual(trunk, more.trunk))
    const same = onTrunk.find(({ externalIds }) => this.#mayBe(externalIds, named.id))
    if (same !== undefined) this.#tellMore(same, named, more)
    else if (onTrunk.length > 0)
      this.draft('numbers', { ...named, name }, [`phone: another number has ${phone} already`], more)
    else {
      const item = this.add('numbers', { ...named, name }, { phone, ...more })
      if (item !== null) this.#phones.set(phone.replace('+', ''), [...ofPhone, item])
    }
  }

  note(text: string): void {
    this.#notes.add(text)
  }

  result(): VendorImport {
    const { trunk } = this.settings
    const usesTrunk =
      this.#sections.has('dialplans') ||
      this.#sections.get('numbers')?.some((number) => number.trunk === trunk) === true
    const isTold = this.#drafts.some(({ section, item }) => section === 'trunks' && item.name === trunk)
    const line: Draft = {
      section: 'trunks',
      item: { name: trunk },
      needs: ['host', 'username and password, where the carrier wants them'],
    }
    return {
      sections: Object.fromEntries(this.#sections),
      drafts: usesTrunk && !isTold ? [line, ...this.#drafts] : this.#drafts,
      notes: [...this.#notes],
    }
  }

  /** Null: it was there already. */
  #item(section: SectionName, { id, name }: Named, rest: Item): FoundItem | null {
    this.#rows += 1
    if (this.#rows > mostRows) throw refused('/files', `expected at most ${mostRows} rows together`)
    if (id !== undefined && !this.#isNew(section, 'id', String(id))) return null
    const shown = (name ?? (id === undefined ? section : String(id))).slice(0, longestName)
    const tail = ` (${id ?? this.#rows})`
    const own = this.#isNew(section, 'name', shown) ? shown : `${shown.slice(0, longestName - tail.length)}${tail}`
    this.#isNew(section, 'name', own)
    return { name: own, ...this.#idsOf(id), ...told(rest) }
  }

  #idsOf(id: Named['id']): Item {
    return id === undefined ? {} : { externalIds: { [this.settings.from]: id } }
  }

  /** Not another one by its id. */
  #mayBe(externalIds: unknown, id: Named['id']): boolean {
    return externalIds === undefined || id === undefined || isDeepEqual({ externalIds }, this.#idsOf(id))
  }

  #tellMore(item: FoundItem, { id, name }: Named, rest: Item): void {
    if (name !== undefined && this.#isNew('numbers', 'name', name)) item.name = name
    if (id !== undefined) this.#isNew('numbers', 'id', String(id))
    Object.assign(item, this.#idsOf(id), rest)
  }

  #isNew(section: SectionName, field: 'id' | 'name', value: string): boolean {
    const mark = `${section} ${field} ${value}`
    if (this.#marks.has(mark)) return false
    this.#marks.add(mark)
    return true
  }
}
