/** What the columns of a table of people mean: by their names, or as whoever sends it says. */

import { InvalidInputError } from '../campaigns/errors.ts'
import type { NewContact } from '../contacts/prepare-contact.ts'

/** Header -> field: `phone`, `zone`, `priority`, `clientExternalId`, `callbackData`, `variable:<name>`, or `-` for left out. */
export type ColumnNames = Readonly<Record<string, string>>

type Field =
  | { readonly kind: 'phone' | 'zone' | 'priority' | 'clientExternalId' | 'callbackData' | 'ignored' }
  | { readonly kind: 'variable'; readonly name: string }

type OwnKind = Exclude<Field['kind'], 'ignored' | 'variable'>
/** By lower case, without spaces, dashes and a number at the end. */
const ownNames = new Map<string, OwnKind>([
  ['phone', 'phone'],
  ['phones', 'phone'],
  ['zone', 'zone'],
  ['priority', 'priority'],
  ['clientexternalid', 'clientExternalId'],
  ['callbackdata', 'callbackData'],
])
const expected = 'expected phone, zone, priority, clientExternalId, callbackData, variable:<name> or -'

/** More is no table of people: each is looked at for every row, and the header while others wait for the event loop. */
const mostColumns = 1_000

export class Columns {
  readonly #fields: readonly Field[]

  /** @throws {InvalidInputError} when no column is a phone, or `names` speaks of columns that are not there. */
  constructor(headers: readonly string[], names: ColumnNames) {
    if (headers.length > mostColumns) {
      const message = `expected at most ${mostColumns} columns, found ${headers.length}`
      throw new InvalidInputError([{ field: 'columns', code: 'too-many', message }])
    }
    const problems = Object.keys(names)
      .filter((header) => !headers.includes(header))
      .map((header) => ({ field: `columns.${header}`, code: 'unknown', message: 'the file has no such column' }))
    this.#fields = headers.map((header) => {
      if (!Object.hasOwn(names, header)) return fieldByHeader(header)
      const given = names[header] ?? ''
      const field = fieldByName(given)
      if (field === null) problems.push({ field: `columns.${header}`, code: 'unknown', message: expected })
      return field ?? { kind: 'ignored' }
    })
    if (!this.#fields.some(({ kind }) => kind === 'phone'))
      problems.push({
        field: 'columns',
        code: 'no-phone',
        message: `no column is a phone: name one "phone", or say which it is: columns={"<header>":"phone"}. Found: ${headers.join(', ').slice(0, 200)}`,
      })
    const variables = this.#fields.flatMap((field) => (field.kind === 'variable' ? [field.name] : []))
    const twice = variables.find((name, at) => variables.indexOf(name) !== at)
    if (twice !== undefined)
      problems.push({ field: 'columns', code: 'twice', message: `two columns are the variable "${twice}"` })
    if (problems.length > 0) throw new InvalidInputError(problems)
  }

  /** A person of one row's cells. Empty cells say nothing. */
  contactOf(cells: readonly string[]): NewContact {
    const phones: string[] = []
    const variables: [string, unknown][] = []
    const rest: { zone?: string | number; priority?: number; clientExternalId?: string; callbackData?: unknown } = {}
    for (const [index, field] of this.#fields.entries()) {
      const cell = cells[index]?.trim() ?? ''
      if (cell === '') continue
      if (field.kind === 'phone') phones.push(...cell.split(/\s*[;|]\s*/).filter((phone) => phone !== ''))
      else if (field.kind === 'variable') variables.push([field.name, cell])
      else if (field.kind === 'zone') rest.zone = /^-?\d+$/.test(cell) ? Number(cell) : cell
      else if (field.kind === 'priority') rest.priority = Number(cell)
      else if (field.kind === 'clientExternalId') rest.clientExternalId = cell
      else if (field.kind === 'callbackData') rest.callbackData = cell
    }
    // Entries, not assignments: a column may be called __proto__.
    return { phones, variables: Object.fromEntries(variables), ...rest }
  }

  get count(): number {
    return this.#fields.length
  }
}

/** A column of another name is a variable of that name; `phone2` is a further phone. */
function fieldByHeader(header: string): Field {
  const name = header.trim()
  const plain = name.toLowerCase().replace(/[\s_-]|\d+$/g, '')
  const kind = ownNames.get(plain)
  if (kind !== undefined) return { kind }
  return name === '' ? { kind: 'ignored' } : { kind: 'variable', name }
}

function fieldByName(given: string): Field | null {
  if (given === '-') return { kind: 'ignored' }
  if (given.startsWith('variable:') && given.length > 'variable:'.length)
    return { kind: 'variable', name: given.slice('variable:'.length) }
  const kind = [...ownNames.values()].find((own) => own === given)
  return kind === undefined ? null : { kind }
}
