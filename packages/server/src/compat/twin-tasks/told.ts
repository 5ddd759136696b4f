/** What became of each of those who were uploaded: in, or not and why, by the place in the list. */
import type { z } from 'zod'
import { FieldRefusal } from '../field-refusal.ts'
import { type FieldMessage, problemsOf } from '../mistake.ts'
import { notAdded } from './errors.ts'
import type { TwinPerson } from './schemas/candidate.ts'

export type Identity = { readonly id: { readonly identity: string } }
export type Indexed<Person extends TwinPerson> = { readonly index: number; readonly person: Person }
export type Item = {
  readonly id: string
  readonly phone: readonly string[]
  readonly clientExternalId: string | null
  readonly autoCallId: string
}
export type Told = {
  readonly items: (Item & { readonly index: number })[]
  readonly errors: (FieldMessage & { readonly index: number })[]
}

/** Those that can be read; the others are told by their place. */
export function readPeople<Schema extends z.ZodType<TwinPerson>>(
  schema: Schema,
  batch: readonly unknown[],
  told: Told,
): Indexed<z.output<Schema>>[] {
  return batch.flatMap((given, index) => {
    const parsed = schema.safeParse(given)
    if (parsed.success) return { index, person: parsed.data }
    tellAll(told, [{ index }], problemsOf(parsed.error))
    return []
  })
}

export function tellAll(
  { errors }: Told,
  people: readonly { readonly index: number }[],
  mistakes: readonly FieldMessage[],
): void {
  for (const { index } of people) errors.push(...mistakes.map(({ field, message }) => ({ index, field, message })))
}

/** @throws {FieldRefusal} where this one could not be added. */
export function identityOf({ items: [item], errors }: Told): Identity {
  if (item === undefined) throw new FieldRefusal(400, notAdded, errors)
  return { id: { identity: item.id } }
}

export function shown({ items, errors }: Told, withTask: boolean): object {
  const inOrder = <One extends { readonly index: number }>(list: readonly One[]): One[] =>
    list.toSorted((a, b) => a.index - b.index)
  return {
    items: inOrder(items).map(({ index: _, autoCallId, ...item }) => (withTask ? { ...item, autoCallId } : item)),
    errors: inOrder(errors),
  }
}
