/** Values for a JSON Schema as our OpenAPI document has them: right ones, and such as are nearly right. */
import fc from 'fast-check'

export type Schema = {
  readonly type?: string | readonly string[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean | Schema
  readonly items?: Schema
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly allOf?: readonly Schema[]
  readonly pattern?: string
  readonly format?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly minItems?: number
  readonly maxItems?: number
}

export type Vocabulary = {
  /** Ids, names and phones that stand for something, so that a request gets beyond the first look. */
  readonly known: readonly string[]
  /** How often, of a hundred, a value is not what the schema wants. */
  readonly wrongOfHundred: number
}

const few = 4
/** Of ours: none is longer than this, and longer ones only cost time. */
const longestText = 60

const hostile = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom<unknown>('', '\u0000', '\ud800', '__proto__', -1, 0, 1e308, 2 ** 53, 1e-320, [], {}, '9'.repeat(400)),
)

export function valuesOf(schema: Schema, vocabulary: Vocabulary): fc.Arbitrary<unknown> {
  const right = rightOf(schema, vocabulary)
  return fc.oneof(
    { arbitrary: right, weight: 100 - vocabulary.wrongOfHundred },
    { arbitrary: hostile, weight: vocabulary.wrongOfHundred },
  )
}

function rightOf(schema: Schema, vocabulary: Vocabulary): fc.Arbitrary<unknown> {
  const choices = schema.anyOf ?? schema.oneOf
  if (choices !== undefined) return fc.oneof(...choices.map((choice) => rightOf(choice, vocabulary)))
  if (schema.allOf !== undefined)
    return fc
      .tuple(...schema.allOf.map((part) => rightOf(part, vocabulary)))
      .map((parts) => Object.assign({}, ...(parts as object[])))
  if ('const' in schema) return fc.constant(schema.const)
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum)
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? [])
  if (types.length === 0) return fc.jsonValue()
  return fc.oneof(...types.map((type) => ofType(type, schema, vocabulary)))
}

function ofType(type: string, schema: Schema, vocabulary: Vocabulary): fc.Arbitrary<unknown> {
  if (type === 'object') return objects(schema, vocabulary)
  if (type === 'array')
    return fc.array(valuesOf(schema.items ?? {}, vocabulary), {
      minLength: Math.min(schema.minItems ?? 0, few),
      maxLength: Math.min(schema.maxItems ?? few, few),
    })
  if (type === 'string') return texts(schema, vocabulary)
  if (type === 'boolean') return fc.boolean()
  if (type === 'null') return fc.constant(null)
  const min = schema.minimum ?? schema.exclusiveMinimum ?? 0
  const max = Math.max(min, Math.min(schema.maximum ?? 1_000, 2 ** 31))
  return type === 'integer' ? fc.integer({ min: Math.ceil(min), max }) : fc.double({ min, max, noNaN: true })
}

function objects(schema: Schema, vocabulary: Vocabulary): fc.Arbitrary<unknown> {
  const properties = Object.entries(schema.properties ?? {})
  const requiredKeys = (schema.required ?? []).filter((key) => properties.some(([name]) => name === key))
  const own = fc.record(Object.fromEntries(properties.map(([key, inner]) => [key, valuesOf(inner, vocabulary)])), {
    requiredKeys,
  })
  const further = schema.additionalProperties
  if (further === undefined || further === false) return own
  const others = fc.dictionary(fc.string({ maxLength: 12 }), valuesOf(further === true ? {} : further, vocabulary), {
    maxKeys: few,
  })
  return fc.tuple(others, own).map(([some, named]) => ({ ...some, ...named }))
}

function texts(schema: Schema, { known }: Vocabulary): fc.Arbitrary<string> {
  const free = fc.string({
    unit: 'grapheme',
    minLength: Math.min(schema.minLength ?? 0, longestText),
    maxLength: Math.min(schema.maxLength ?? longestText, longestText),
  })
  if (schema.format === 'uuid') return fc.oneof(fc.constantFrom(...known), fc.uuid())
  if (schema.format === 'date-time')
    return fc.date({ noInvalidDate: true, min: new Date('1990-01-01') }).map((date) => date.toISOString())
  // Patterns that look ahead (dates, URLs) cannot be turned round.
  if (schema.pattern !== undefined && schema.format === undefined && !/\(\?[=!<]/.test(schema.pattern))
    return fc.oneof(fc.stringMatching(new RegExp(schema.pattern)), free)
  return fc.oneof({ arbitrary: fc.constantFrom(...known), weight: 3 }, { arbitrary: free, weight: 1 })
}
