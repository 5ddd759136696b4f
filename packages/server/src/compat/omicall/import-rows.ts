/** Rows of a vendor's lists with their places, so that each mistake is named by its own. */
import { type ProvisioningProblem, pointer } from '../../provisioning/errors.ts'
import { isRow, type Row } from '../../provisioning/vendor-import.ts'

/** A row with its place: a JSON pointer from the files on. */
export type Placed = { readonly row: Row; readonly path: string }
/** Hears of what is wrong in a file. */
export type Mistakes = ProvisioningProblem[]

/** The rows of a list; what is none is a mistake. */
export function rowsAt(value: unknown, path: string, mistakes: Mistakes): Placed[] {
  const items = Array.isArray(value) ? value : []
  if (!Array.isArray(value)) mistakes.push({ path, code: 'invalid', message: 'expected a list' })
  return items.flatMap((row, at): Placed[] => {
    const place = path + pointer([at])
    if (isRow(row)) return [{ row, path: place }]
    mistakes.push({ path: place, code: 'invalid', message: 'expected an object' })
    return []
  })
}
