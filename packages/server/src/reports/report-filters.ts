/** What a column's values are held against. One rule per kind and type; each becomes a condition with parameters. */
import type { FieldProblem } from '../campaigns/errors.ts'
import { isKeepable } from '../instant.ts'
import type { ColumnSql, Parameters } from './report-columns.ts'

export const filterKinds = [
  ...(['equal', 'contains', 'starts_with', 'ends_with'] as const),
  ...(['is_empty', 'not_empty', 'is_true', 'not_true'] as const),
]
export type FilterKind = (typeof filterKinds)[number]
export type Filter = { readonly is: FilterKind; readonly value?: string | undefined }

const withValue: readonly FilterKind[] = ['equal', 'contains', 'starts_with', 'ends_with']

/**
 * Text is compared without regard to case, telephone numbers by their digits, numbers and instants (to the millisecond) as such where
 * they are to be equal. `is_true`: a number that is not 0, a goal that was reached, an instant that came, a dialog that was, text that
 * says true, yes or 1.
 * @param field  Where the filter stands in the request.
 * @returns Null: it cannot be asked so, and `problems` says why.
 */
export function conditionOf(
  column: ColumnSql,
  { is, value }: Filter,
  parameter: Parameters,
  field: string,
  problems: FieldProblem[],
): string | null {
  if (withValue.includes(is) && value === undefined) {
    problems.push({ field: `${field}.value`, code: 'required', message: `expected what "${is}" compares with` })
    return null
  }
  const shown = `coalesce(${column.text}, '')`
  const given = (): string => `lower(${parameter(wordOf(column, value ?? ''))}::text)`
  switch (is) {
    case 'equal':
      return equal(column, value ?? '', parameter, `${field}.value`, problems)
    case 'contains':
      return `position(${given()} in lower(${shown})) > 0`
    case 'starts_with':
      return `starts_with(lower(${shown}), ${given()})`
    case 'ends_with': {
      const end = given()
      return `right(lower(${shown}), length(${end})) = ${end}`
    }
    case 'is_empty':
      return `${shown} = ''`
    case 'not_empty':
      return `${shown} <> ''`
    case 'is_true':
      return isTrue(column)
    case 'not_true':
      return `not ${isTrue(column)}`
  }
}

/** A telephone number may be written in many ways. What has none of a number's signs stays as it is, and is in no number. */
function wordOf({ isPhone }: ColumnSql, value: string): string {
  return isPhone === true && /^[+\d\s().-]+$/.test(value) ? value.replace(/\D/g, '') : value
}

function equal(
  column: ColumnSql,
  value: string,
  parameter: Parameters,
  field: string,
  problems: FieldProblem[],
): string | null {
  if (column.ordered === undefined)
    return `lower(coalesce(${column.text}, '')) = lower(${parameter(wordOf(column, value))}::text)`
  if (column.type === 'number') {
    const number = value.trim().replace(',', '.')
    if (/^-?\d{1,30}(\.\d{1,30})?$/.test(number))
      return `coalesce(${column.ordered} = ${parameter(number)}::numeric, false)`
    problems.push({ field, code: 'type', message: 'expected a number' })
    return null
  }
  if (isKeepable(value)) {
    const millisecond = (instant: string) => `date_trunc('milliseconds', ${instant})`
    return `coalesce(${millisecond(column.ordered)} = ${millisecond(`${parameter(value)}::timestamptz`)}, false)`
  }
  problems.push({ field, code: 'type', message: 'expected a time with its offset, like 2026-03-02T09:00:00.000Z' })
  return null
}

function isTrue(column: ColumnSql): string {
  if (column.type === 'number') return `coalesce(${column.ordered ?? column.value} <> 0, false)`
  if (column.type === 'text') return `(lower(coalesce(${column.text}, '')) in ('true', 'yes', '1'))`
  return `(coalesce(${column.text}, '') <> '')`
}
