/** What a request names and the workspace does not have, told together with everything else that is wrong with it. */
import type { z } from 'zod'
import type { ServerDeps } from '../../deps.ts'
import { type ReferredKind, resolveReference } from '../../resources/references.ts'
import { FieldRefusal, objectOf } from '../field-refusal.ts'
import { type FieldMessage, isRecord, problemsOf } from '../mistake.ts'
import { isPlainNumber } from './auto-call-mapping.ts'
import { thereIsNo } from './errors.ts'
import { word } from './schemas/fields.ts'

type Given = Readonly<Record<string, unknown>>
/** A place that names something. Null: nothing is named there, as the rest of the body has it. */
type Naming = (given: Given) => readonly [field: string, kind: ReferredKind, value: unknown] | null

const part = (given: Given, field: string): Given => (isRecord(given[field]) ? given[field] : {})
const at =
  (field: string, kind: ReferredKind): Naming =>
  (given) => [field, kind, given[field]]

const redirects: ReadonlyMap<unknown, ReferredKind> = new Map([
  ['transfer', 'operator-group'],
  ['dialplan', 'dialplan'],
  ['twin', 'scenario'],
])
export const namedByTask: readonly Naming[] = [
  at('botId', 'scenario'),
  at('dialplanId', 'dialplan'),
  (given) => {
    const { type, data } = part(given, 'defaultCallerId')
    return word(type) === 'groupaon' ? ['defaultCallerId.data', 'caller-id-group', data] : null
  },
  (given) => {
    const { type, data } = part(given, 'defaultRedirect')
    const kind = redirects.get(word(type))
    return kind === undefined ? null : ['defaultRedirect.data', kind, data]
  },
]
export const namedByAutoCall: readonly Naming[] = [
  at('defaultExecData', 'scenario'),
  (given) => ['additionalOptions.providerId', 'dialplan', part(given, 'additionalOptions').providerId],
  ({ cidType, cidData }) => {
    if (word(cidType) === 'pool') return ['cidData', 'caller-id-group', cidData]
    const isNumberOfOurs = word(cidType) === 'gornum' && typeof cidData === 'string'
    return isNumberOfOurs && !isPlainNumber({ cidType: 'gornum', cidData }) ? ['cidData', 'number', cidData] : null
  },
  ({ secondExec, secondExecData }) =>
    word(secondExec) === 'ch' ? ['secondExecData', 'operator-group', secondExecData] : null,
]
export const namedByCandidate = [at('autoCallId', 'campaign')]
export const namedBySingle = [at('autoCallTemplateId', 'campaign'), at('botSettingsId', 'scenario')]

type Reading<Schema> = {
  readonly schema: Schema
  readonly naming: readonly Naming[]
  /** Of the refusal as a whole. */
  readonly message: string
  /** Mistakes that were found already. */
  readonly before?: readonly FieldMessage[]
  /** Looks for others in a body that is refused. */
  readonly after?: (given: Given) => Promise<readonly FieldMessage[]>
}

/**
 * What the schema reads. What is named is looked up here only for a body that is refused anyway: else whoever uses it does that.
 * @throws {FieldRefusal} 400 with every mistake by its dotted path.
 */
export async function parseNaming<Schema extends z.ZodType>(
  { deps, workspaceId }: { readonly deps: ServerDeps; readonly workspaceId: string },
  { schema, naming, message, before = [], after }: Reading<Schema>,
  body: unknown,
): Promise<z.output<Schema>> {
  const given = objectOf(body)
  const parsed = schema.safeParse(given)
  if (parsed.success && before.length === 0) return parsed.data
  const problems = [...before, ...(parsed.success ? [] : problemsOf(parsed.error))]
  const found = [...(await missingOf(deps, workspaceId, given, naming)), ...((await after?.(given)) ?? [])]
  const isNew = ({ field }: FieldMessage): boolean => !problems.some((problem) => problem.field === field)
  throw new FieldRefusal(400, message, [...problems, ...found.filter(isNew)])
}

/** What is named, in the vendor's ids or ours, and is not there. */
export async function missingOf(
  deps: ServerDeps,
  workspaceId: string,
  given: Given,
  naming: readonly Naming[],
): Promise<FieldMessage[]> {
  const missing: FieldMessage[] = []
  for (const [field, kind, value] of naming.flatMap((name) => [name(given) ?? []])) {
    if (field === undefined || kind === undefined || typeof value !== 'string' || value === '') continue
    const found = await resolveReference(deps.pool, workspaceId, kind, { value, dialect: 'twin' })
    if (!('id' in found)) missing.push({ field, message: thereIsNo(kind, value) })
  }
  return missing
}
