/** What is wrong between fields: looked for in what was sent, though other fields are wrong, so that all is told at once. */

import { calledBy } from '../../numbers/called-once.ts'
import { type FieldMessage, isRecord, problemsOf } from '../mistake.ts'
import { didPlace, placesIn } from './errors.ts'
import { type Batch, batchSchema, mostNumbers } from './schemas.ts'

type Given = Readonly<Record<string, unknown>>

export function recordOf(value: unknown): Given {
  return isRecord(value) ? value : {}
}

/** Absent, null and the vendor's empty text are one. */
export function isBlank(value: unknown): boolean {
  return value === undefined || value === null || value === ''
}

const ofRobot = [
  'botId',
  'cidAsName',
  'cidAsNumber',
  'reserveAction',
  'reserveCidAsName',
  'reserveCidAsNumber',
] as const

export function robotMistakes(options: Given): FieldMessage[] {
  if (options.action !== 'robot') return []
  return ofRobot
    .filter((field) => isBlank(options[field]))
    .map((field) => ({ field: `incomingCallsOptions.${field}`, message: 'expected with action "robot"' }))
}

/** Null beside its mistakes: it has not the form of one. */
export function readBatch(body: unknown): { readonly batch: Batch | null; readonly problems: readonly FieldMessage[] } {
  const { success, data, error } = batchSchema.safeParse(body)
  return { batch: success ? data : null, problems: [...(success ? [] : problemsOf(error)), ...batchMistakes(body)] }
}

/** @param place  Dotted, without a dot at its end. */
export function connectionMistakes(connection: Given, place: string): FieldMessage[] {
  const problems: FieldMessage[] = []
  if (connection.numberAsDid === false && isBlank(connection.did))
    problems.push({ field: `${place}.did`, message: 'expected where numberAsDid is false' })
  if (isBlank(connection.login) && (!isBlank(connection.password) || !isBlank(connection.authUser)))
    problems.push({ field: `${place}.login`, message: 'expected the login that the password belongs to' })
  return problems
}

/** Of a list that is longer than it may be, the first that it may hold: that it is too long is told by itself. */
export function listIn(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value.slice(0, mostNumbers) : []
}

/** Three lists, one number each: of one length, and no number and no DID twice at a provider. */
function batchMistakes(body: unknown): FieldMessage[] {
  const given = recordOf(body)
  const { names, numbers, connectionOptionsList } = given
  const connections = listIn(connectionOptionsList).map(recordOf)
  const problems = [
    ...robotMistakes(recordOf(given.incomingCallsOptions)),
    ...connections.flatMap((connection, index) => connectionMistakes(connection, placesIn(index).connection)),
  ]
  if (!Array.isArray(numbers)) return problems
  for (const [field, list] of Object.entries({ names, connectionOptionsList }))
    if (Array.isArray(list) && list.length !== numbers.length)
      problems.push({
        field,
        message: `expected as many as there are numbers: ${numbers.length}, found ${list.length}`,
      })
  const readable = listIn(numbers).flatMap((phone, index) => {
    const { providerId: provider, numberAsDid, did, login, password } = connections[index] ?? {}
    if (typeof phone !== 'string' || typeof provider !== 'string') return []
    const isOwnDid = numberAsDid === true
    const isCalledByDid = (isBlank(login) || isBlank(password)) && (isOwnDid || typeof did === 'string')
    return [{ index, provider, phone, did: isOwnDid ? null : String(did), isCalledByDid }]
  })
  return [...problems, ...sameNumbers(readable)]
}

type Placed = {
  readonly index: number
  readonly provider: string
  readonly phone: string
  /** Null: the number itself. */
  readonly did: string | null
  /** By that alone: its calls come over no registration of its own. */
  readonly isCalledByDid: boolean
}

/** Numbers of one request that are one number, or that one DID would call. */
export function sameNumbers(numbers: readonly Placed[]): FieldMessage[] {
  const phones = new Map<string, number>()
  const dids = new Map<string, number>()
  return numbers.flatMap((one) => {
    const { index, provider, did } = one
    const samePhone = firstOf(phones, `${one.phone.replace(/\D/g, '')} ${provider}`, index)
    const sameDid = one.isCalledByDid ? firstOf(dids, `${calledBy(one)} ${provider}`, index) : null
    const places = placesIn(index)
    return [
      ...(samePhone === null
        ? []
        : [{ field: places.number, message: `is the same number as numbers.${samePhone}, at the same provider` }]),
      ...(sameDid === null || sameDid === samePhone
        ? []
        : [
            {
              field: didPlace(places, did),
              message: `calls numbers.${sameDid} already, at the same provider: give another did`,
            },
          ]),
    ]
  })
}

/** Who had the mark before; null: nobody. */
function firstOf(seen: Map<string, number>, mark: string, index: number): number | null {
  const first = seen.get(mark) ?? null
  if (first === null) seen.set(mark, index)
  return first
}

/** One message a field: the first that was found. */
export function firstOfEach(problems: readonly FieldMessage[]): FieldMessage[] {
  return [...Map.groupBy(problems, ({ field }) => field).values()].flatMap(([first]) => first ?? [])
}
