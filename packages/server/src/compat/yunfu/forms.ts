/** Form data as servers of the vendor's kind read it: `a[]`, `a[0]` and `a[0][b]` are lists and what is in them; of one name the last counts. */
import { YunfuError } from './errors.ts'

type Branch = Map<string, string | Branch>

/** Names that lead deeper are taken as they are written. */
const deepest = 5
const name = new RegExp(`^[^[\\]]+(\\[[^[\\]]*\\]){0,${deepest}}$`)

export const formTypes = ['application/x-www-form-urlencoded', 'multipart/form-data']

/**
 * Files are left out: no field of this API is one.
 * @throws {YunfuError} 400
 */
export async function readForm(contentType: string, body: Buffer): Promise<unknown> {
  const headers = { 'content-type': contentType }
  const form = await new Response(new Uint8Array(body), { headers }).formData().catch(() => {
    throw new YunfuError(400, 'the form cannot be read')
  })
  return nested([...form].flatMap(([key, value]) => (typeof value === 'string' ? [[key, value] as const] : [])))
}

/** From names with brackets to what they mean. */
export function nested(fields: Iterable<readonly [string, string]>): unknown {
  const root: Branch = new Map()
  for (const [key, value] of fields) {
    const [first = key, ...inner] = name.test(key) ? key.replaceAll(']', '').split('[') : [key]
    let branch = root
    let place = first
    for (const step of inner) {
      const next = branch.get(place)
      const deeper: Branch = next instanceof Map ? next : new Map()
      branch.set(place, deeper)
      branch = deeper
      place = step === '' ? String(branch.size) : step
    }
    branch.set(place, value)
  }
  return plain(root, false)
}

function plain(branch: Branch, mayBeList = true): unknown {
  const inside = [...branch].map(([key, value]) => [key, typeof value === 'string' ? value : plain(value)] as const)
  const isList = mayBeList && inside.every(([key]) => /^\d+$/.test(key))
  if (!isList) return Object.fromEntries(inside)
  return inside.toSorted(([a], [b]) => Number(a) - Number(b)).map(([, value]) => value)
}
