/**
 * Ring groups with their people into operator groups: a row a group with `members`, or a row a member, as CSV has it. Whoever has an
 * extension and no number is told of: nobody can be rung by it here.
 */
import { pointer } from '../../provisioning/errors.ts'
import { type Findings, textIn } from '../../provisioning/vendor-import.ts'
import { type Mistakes, type Placed, rowsAt } from './import-rows.ts'

type Group = {
  readonly id: string | undefined
  readonly name: string | undefined
  readonly code: string | undefined
  readonly operators: { readonly name: string; readonly phone: string }[]
  /** Names of those without a number. */
  readonly unreachable: string[]
}

export function readRingGroups(rows: readonly Placed[], found: Findings, mistakes: Mistakes): void {
  const groups = new Map<string, Group>()
  for (const { row, path } of rows) {
    const [id, name, code] = [textIn(row, '_id', 'id'), textIn(row, 'name'), textIn(row, 'code', 'targetValue')]
    const key = id ?? code ?? name
    if (key === undefined) {
      mistakes.push({ path, code: 'invalid', message: 'expected an id, a code or a name of the ring group' })
      continue
    }
    const group = groups.get(key) ?? { id, name, code, operators: [], unreachable: [] }
    groups.set(key, group)
    const members =
      row.members === undefined || row.members === ''
        ? [{ row, path }]
        : rowsAt(row.members, `${path}/members`, mistakes)
    for (const member of members) readMember(member, member.row === row, group, mistakes)
  }
  for (const { id, name, code, operators, unreachable } of groups.values()) {
    const needs = unreachable.map((who) => `operators: the number of ${who}`)
    if (operators.length === 0 && needs.length === 0) needs.push('operators: names and numbers')
    const rest = { code, mode: 'all', ...(operators.length === 0 ? {} : { operators }) }
    if (needs.length > 0) found.draft('operatorGroups', { id, name: name ?? code }, needs, rest)
    else found.add('operatorGroups', { id, name: name ?? code }, rest)
  }
  if (groups.size > 0)
    found.note('A ring group rings all of its operators at once; write mode: in-turn where it is not to.')
}

/** @param isOwnRow  The row is the group's too: its name is not the member's. */
function readMember({ row, path }: Placed, isOwnRow: boolean, group: Group, mistakes: Mistakes): void {
  const name = textIn(row, ...(isOwnRow ? ['operator', 'member', 'full_name'] : ['name', 'full_name', 'email']))
  const extension = textIn(row, 'extension', 'sip_user', 'internal_phone')
  const field = ['phone', 'phone_number'].find((one) => textIn(row, one) !== undefined)
  if (field === undefined) {
    const who = name ?? extension
    if (who !== undefined)
      group.unreachable.push(extension === undefined || name === undefined ? who : `${name}, ${extension}`)
    return
  }
  const phone = textIn(row, field)?.replace(/[\s().-]/g, '') ?? ''
  const place = path + pointer([field])
  if (!/^\+?\d{2,20}$/.test(phone))
    mistakes.push({ path: place, code: 'invalid', message: 'expected 2 to 20 digits, like 84901111111' })
  else if (group.operators.some((other) => other.phone.replace('+', '') === phone.replace('+', '')))
    mistakes.push({ path: place, code: 'duplicate', message: `${phone} is in this ring group already` })
  else group.operators.push({ name: name ?? phone, phone })
}
