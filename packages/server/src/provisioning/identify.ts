/** Which row each item of a document is: by id, by any external id, or by its name; a new one otherwise. No two items are the same. */
import { tokenHash } from '../access/token-value.ts'
import type { Report } from './errors.ts'
import type { Inventory, Row } from './inventory.ts'
import type { Draft, Drafts } from './read.ts'
import { type SectionName, sectionNames, sections } from './schema.ts'

export type Identity = {
  readonly draft: Draft
  /** That of the row; a new one otherwise. */
  readonly id: string
  readonly row: Row | null
}
export type Identities = ReadonlyMap<Draft, Identity>

/** Ids, logins and tokens that rows of other workspaces have. Of those whose rows are hidden from us the database tells when we write. */
export type Foreign = {
  readonly ids: ReadonlySet<string>
  readonly logins: ReadonlySet<string>
  readonly tokenHashes: ReadonlySet<string>
}

/** A number may have a name that another has, and so may a token that was made over the API: an id tells them apart. */
const mayShareNames: readonly SectionName[] = ['numbers', 'tokens']

export function identify(
  drafts: Drafts,
  inventory: Inventory,
  foreign: Foreign,
  newId: () => string,
  report: Report,
): Identities {
  const identities = new Map<Draft, Identity>()
  for (const section of sectionNames) {
    const room = new Room(section, inventory, report)
    for (const draft of drafts[section]) {
      const row = room.rowOf(draft)
      identities.set(draft, { draft, row, id: row?.id ?? draft.id ?? newId() })
    }
    const own = drafts[section].flatMap((draft) => identities.get(draft) ?? [])
    room.refuseSame(own)
    room.refuseTaken(own)
    for (const { draft, row } of own) refuseForeign(draft, row, foreign, report)
  }
  refuseSharedIds(drafts, inventory, report)
  return identities
}

/** An id is one thing in the whole workspace: what is known of an id alone, like its pace, would be two things' otherwise. */
function refuseSharedIds(drafts: Drafts, inventory: Inventory, report: Report): void {
  const ids = sectionNames.flatMap((section) => inventory.rows[section].map(({ id }) => [id, section] as const))
  const sectionOf = new Map<string, SectionName>(ids)
  for (const section of sectionNames) {
    for (const { id, path } of drafts[section]) {
      const there = id === null ? undefined : sectionOf.get(id)
      if (there !== undefined && there !== section)
        report(`${path}/id`, 'taken', `${id} is the id of a ${sections[there].kind}: take another, or none`)
      else if (id !== null) sectionOf.set(id, section)
    }
  }
}

class Room {
  readonly #section: SectionName
  readonly #kind: string
  readonly #rows: readonly Row[]
  readonly #byId: ReadonlyMap<string, Row>
  readonly #byKey: ReadonlyMap<string, readonly Row[]>
  /** Of tokens, by their hash. */
  readonly #bySecret: ReadonlyMap<string, Row>
  /** "dialect id" -> the row that has it. */
  readonly #byExternalId: ReadonlyMap<string, Row>
  readonly #report: Report

  constructor(section: SectionName, inventory: Inventory, report: Report) {
    this.#section = section
    this.#kind = sections[section].kind
    this.#rows = inventory.rows[section]
    this.#byId = new Map(this.#rows.map((row) => [row.id, row]))
    this.#byKey = Map.groupBy(this.#rows, (row) => keyOf(section, row))
    this.#bySecret = new Map(this.#rows.flatMap((row) => ('hash' in row.values ? [[row.values.hash, row]] : [])))
    this.#byExternalId = new Map(
      inventory.externalIds.flatMap(({ kind, dialect, externalId, resourceId }) => {
        const row = kind === this.#kind ? this.#byId.get(resourceId) : undefined
        return row === undefined ? [] : [[`${dialect} ${externalId}`, row] as const]
      }),
    )
    this.#report = report
  }

  rowOf(draft: Draft): Row | null {
    if (draft.id !== null) return this.#byId.get(draft.id) ?? null
    const external = new Set(
      draft.externalIds.flatMap(({ dialect, externalId }) => this.#byExternalId.get(`${dialect} ${externalId}`) ?? []),
    )
    const [one, other] = external
    if (other !== undefined)
      this.#report(
        `${draft.path}/externalIds`,
        'ambiguous',
        `these ids belong to more than one ${this.#kind}: name one`,
      )
    if (one !== undefined) return one
    const named = this.#named(draft)
    if (named.length > 1) {
      const place = `${draft.path}/${sections[this.#section].key}`
      this.#report(place, 'ambiguous', `more than one ${this.#kind} is called "${draft.key}": give the id of one`)
    }
    if (named[0] !== undefined) return named[0]
    return this.#bySecret.get(secretKeyOf(draft) ?? '') ?? null
  }

  #named({ key }: Draft): readonly Row[] {
    return key === null ? [] : (this.#byKey.get(key) ?? [])
  }

  /** Of each thing that makes an item what it is, the document may have one. */
  refuseSame(own: readonly Identity[]): void {
    const { key } = sections[this.#section]
    const seen = new Map<string, string>()
    const once = (mark: string, path: string, firstPath: string, message: (first: string) => string): boolean => {
      const first = seen.get(mark)
      if (first === undefined) seen.set(mark, firstPath)
      else this.#report(path, 'duplicate', message(first))
      return first === undefined
    }
    for (const { draft, id } of own) {
      const { path } = draft
      const mayShare = mayShareNames.includes(this.#section) && draft.id !== null
      const isFirst = [
        draft.key === null ||
          mayShare ||
          once(`key ${draft.key}`, `${path}/${key}`, path, (first) => `${first} has the ${key} "${draft.key}" too`),
        ...draft.externalIds.map(({ dialect, externalId }) =>
          once(
            `external ${dialect} ${externalId}`,
            `${path}/externalIds/${dialect}`,
            path,
            (first) => `${first} has the ${dialect} id ${externalId} too`,
          ),
        ),
        secretKeyOf(draft) === null ||
          once(`value ${secretKeyOf(draft)}`, `${path}/value`, path, (first) => `${first} has the same value`),
      ].every(Boolean)
      // An item with the name of another is the same row too: one of the two messages is enough.
      if (draft.id !== null) once(`id ${id}`, `${path}/id`, path, (first) => `${first} is the same ${this.#kind}`)
      else if (isFirst) once(`id ${id}`, path, path, (first) => `${first} is the same ${this.#kind}`)
    }
  }

  /** What a row that the document does not speak of has, no item may take. */
  refuseTaken(own: readonly Identity[]): void {
    const claimed = new Map(own.flatMap(({ draft, row }) => (row === null ? [] : [[row.id, draft] as const])))
    const { key } = sections[this.#section]
    for (const { draft, id } of own) {
      const other = this.#named(draft).find((row) => row.id !== id && !claimed.has(row.id))
      if (other !== undefined && !mayShareNames.includes(this.#section))
        this.#report(
          `${draft.path}/${key}`,
          'taken',
          `the ${this.#kind} ${other.id} has this ${key}: give that id, or none`,
        )
      for (const { dialect, externalId } of draft.externalIds) {
        const holder = this.#byExternalId.get(`${dialect} ${externalId}`)
        if (holder === undefined || holder.id === id) continue
        const isGivenAway = claimed.get(holder.id)?.externalIds.some((given) => given.dialect === dialect) ?? false
        if (!isGivenAway)
          this.#report(
            `${draft.path}/externalIds/${dialect}`,
            'taken',
            `${externalId} is another ${this.#kind}'s id already`,
          )
      }
    }
  }
}

function refuseForeign(draft: Draft, row: Row | null, foreign: Foreign, report: Report): void {
  const { kind } = sections[draft.section]
  if (draft.id !== null && foreign.ids.has(draft.id))
    report(
      `${draft.path}/id`,
      'taken',
      `${draft.id} cannot be used for a ${kind} of this workspace: take another id, or none`,
    )
  if (row !== null) return
  if (draft.section === 'users' && draft.key !== null && foreign.logins.has(draft.key))
    report(`${draft.path}/login`, 'taken', 'this login is taken: take another')
  const hash = secretKeyOf(draft)
  if (hash !== null && foreign.tokenHashes.has(hash)) report(`${draft.path}/value`, 'taken', 'take another value')
}

export function keyOf(section: SectionName, row: Row): string {
  const values = row.values as Readonly<Record<string, unknown>>
  return String(values[sections[section].key])
}

/** A token is known by its value too: renamed, it is the same one. */
function secretKeyOf(draft: Draft): string | null {
  if (draft.section !== 'tokens' || typeof draft.raw.value !== 'string') return null
  return tokenHash(draft.raw.value).toString('hex')
}
