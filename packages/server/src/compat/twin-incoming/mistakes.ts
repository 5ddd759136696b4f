/** What is wrong between fields: looked for in what was sent, though other fields are wrong, so that all is told at once. */
import { type FieldMessage, isRecord, problemsOf } from '../mistake.ts'
import { type Batch, batchSchema } from './schemas.ts'

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

/** Three lists, one number each: of one length, and no number twice at a provider. */
function batchMistakes(body: unknown): FieldMessage[] {
  const given = recordOf(body)
  const problems = robotMistakes(recordOf(given.incomingCallsOptions))
  const { names, numbers, connectionOptionsList: connections } = given
  if (Array.isArray(connections))
    for (const [index, connection] of connections.entries())
      problems.push(...connectionMistakes(recordOf(connection), `connectionOptionsList.${index}`))
  if (!Array.isArray(numbers)) return problems
  for (const [field, list] of Object.entries({ names, connectionOptionsList: connections }))
    if (Array.isArray(list) && list.length !== numbers.length)
      problems.push({
        field,
        message: `expected as many as there are numbers: ${numbers.length}, found ${list.length}`,
      })
  const seen = new Map<string, number>()
  for (const [index, number] of numbers.entries()) {
    const { providerId } = recordOf(Array.isArray(connections) ? connections[index] : undefined)
    if (typeof number !== 'string' || typeof providerId !== 'string') continue
    const key = `${number.replace(/\D/g, '')} ${providerId}`
    const first = seen.get(key)
    if (first === undefined) seen.set(key, index)
    else
      problems.push({
        field: `numbers.${index}`,
        message: `is the same number as numbers.${first}, at the same provider`,
      })
  }
  return problems
}

/** One message a field: the first that was found. */
export function firstOfEach(problems: readonly FieldMessage[]): FieldMessage[] {
  return problems.filter(({ field }, at) => problems.findIndex((one) => one.field === field) === at)
}
