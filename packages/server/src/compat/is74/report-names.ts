/** The assistant's columns: their ids, names and titles, and which column of ours each one is. */
import { type ColumnType, callColumns, variablePrefix } from '../../reports/report-columns.ts'
import type { FieldMessage } from '../mistake.ts'
import type { AskedColumn } from './schemas.ts'

/** A column that can be asked for: `name` is the vendor's, `column` ours. */
export type KnownColumn = {
  readonly id: number
  readonly name: string
  readonly title: string
  readonly column: string
  readonly kind: 'field' | 'variable'
  readonly type: ColumnType
}

/** Ids are for good: a client may have kept them. `duration` is the talk, which `total_duration` adds up. */
const fields: readonly (readonly [id: number, name: string, title: string, column: string])[] = [
  [1, 'phone_number', 'Номер телефона', 'phone'],
  [2, 'status', 'Статус', 'disposition'],
  [3, 'status_detail', 'Причина статуса', 'detail'],
  [4, 'attempt', 'Попытка', 'attempt'],
  [5, 'started_at', 'Начало звонка', 'startedAt'],
  [6, 'ringing_at', 'Начало вызова', 'ringingAt'],
  [7, 'answered_at', 'Время ответа', 'answeredAt'],
  [8, 'finished_at', 'Конец звонка', 'endedAt'],
  [9, 'duration', 'Длительность разговора, с', 'talkSeconds'],
  [10, 'call_duration', 'Длительность звонка, с', 'durationSeconds'],
  [11, 'dialog', 'Диалог', 'dialog'],
  [12, 'goal', 'Цель', 'goal'],
  [13, 'level', 'Уровень', 'level'],
  [14, 'tags', 'Метки', 'tags'],
  [15, 'keys', 'Нажатые клавиши', 'keys'],
  [16, 'recording', 'Запись', 'recording'],
  [17, 'direction', 'Направление', 'direction'],
  [18, 'caller_id', 'Номер обзвона', 'callerId'],
  [19, 'finished_by', 'Кто завершил', 'endedBy'],
  [20, 'campaign_name', 'Обзвон', 'campaignName'],
  [21, 'call_id', 'ID звонка', 'id'],
  [22, 'sip_code', 'Код SIP', 'sipCode'],
]
/** What a report has that asks for no columns. */
const usual = 16
/** Columns of one report: PostgreSQL takes 1,664 expressions, a column that sorts is two of them. */
export const mostColumns = 500
/** Ids of variables come after those that fields may ever have; they hold until the campaign's people bring other names. */
const firstVariable = 1_001
/** What stands before the name of a variable that is a field's too, so that a row has both. */
const ofPeople = 'add_data.'

/** Everything that a report can ask for, each under a name of its own: fields, then variables, in an order of their own. */
export function knownColumns(variables: ReadonlyMap<string, ColumnType>): readonly KnownColumn[] {
  const typeOf = new Map(callColumns.map(({ name, type }) => [name, type]))
  const taken = new Set(['', ...fields.map(([, name]) => name)])
  const own = (name: string): string => {
    const free = taken.has(name) ? own(ofPeople + name) : name
    taken.add(free)
    return free
  }
  return [
    ...fields.map(([id, name, title, column]) => ({
      ...{ id, name, title, column, kind: 'field' as const, type: typeOf.get(column) ?? 'text' },
    })),
    ...[...variables].map(([name, type], at) => ({
      ...{ id: firstVariable + at, name: own(name), title: name, column: variablePrefix + name, type },
      kind: 'variable' as const,
    })),
  ]
}

/** A column of the request with what it is; `field` is its place there. */
export type ChosenColumn = { readonly known: KnownColumn; readonly asked: AskedColumn; readonly field: string }

/** A column is known by its name, else by its id; one with neither stands for all columns of its data_type. */
export function chooseColumns(
  asked: readonly AskedColumn[],
  known: readonly KnownColumn[],
  problems: FieldMessage[],
): readonly ChosenColumn[] {
  return asked.flatMap((column, at): ChosenColumn[] => {
    const field = `columns.${at}`
    const { name, id, data_type } = column
    const chosen = (one: KnownColumn): ChosenColumn => ({ known: one, asked: column, field })
    if (name != null && name !== '') {
      const one = known.find((each) => each.name === name)
      if (one === undefined)
        problems.push({ field: `${field}.name`, message: `there is no column "${name.slice(0, 60)}"` })
      return one === undefined ? [] : [chosen(one)]
    }
    if (id != null) {
      const one = known.find((each) => each.id === id)
      if (one === undefined) problems.push({ field: `${field}.id`, message: `there is no column ${id}` })
      return one === undefined ? [] : [chosen(one)]
    }
    if (data_type != null) return known.filter(({ type }) => type === data_type).map(chosen)
    problems.push({ field: `${field}.name`, message: 'expected a name, an id or a data_type' })
    return []
  })
}

/** Of a report that names no columns: the usual fields and all variables, as many as a report can have. */
export function usualChoice(known: readonly KnownColumn[]): readonly ChosenColumn[] {
  return known
    .filter(({ kind, id }) => kind === 'variable' || id <= usual)
    .slice(0, mostColumns)
    .map((one) => ({ known: one, asked: {}, field: 'columns' }))
}
