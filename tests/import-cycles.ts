/** Rings of files that import each other, types included: none of them can be read, tested or moved without the others. */

/**
 * @param imports  File to the files it imports.
 * @returns The rings, each with its files in order; empty: there are none. A file that imports itself is a ring of one.
 */
export function importCycles(imports: ReadonlyMap<string, readonly string[]>): string[][] {
  // Tarjan's strongly connected components: one pass over every import.
  const order = new Map<string, number>()
  const open: string[] = []
  const cycles: string[][] = []
  const visit = (file: string): number => {
    const place = order.size
    order.set(file, place)
    open.push(file)
    let low = place
    for (const next of imports.get(file) ?? []) {
      if (!order.has(next)) low = Math.min(low, visit(next))
      else if (open.includes(next)) low = Math.min(low, order.get(next) ?? low)
    }
    if (low === place) {
      const ring = open.splice(open.indexOf(file)).sort()
      if (ring.length > 1 || (imports.get(file) ?? []).includes(file)) cycles.push(ring)
    }
    return low
  }
  for (const file of imports.keys()) if (!order.has(file)) visit(file)
  return cycles
}
