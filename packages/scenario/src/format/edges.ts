/** The edges of a block: which blocks may follow it, and where in the block that is written. */
import type { Block } from './schema.ts'

export type Edge = { readonly path: readonly (string | number)[]; readonly target: string }

export function edgesOf(block: Block): readonly Edge[] {
  switch (block.type) {
    case 'hangup':
      return []
    case 'menu':
      return [
        ...Object.entries(block.keys).map(([digit, target]) => ({ path: ['keys', digit], target })),
        { path: ['noInput'], target: block.noInput },
        { path: ['noMatch'], target: block.noMatch },
      ]
    case 'condition':
      return [
        ...block.branches.map((branch, index) => ({ path: ['branches', index, 'next'], target: branch.next })),
        { path: ['otherwise'], target: block.otherwise },
      ]
    case 'transfer':
      return [{ path: ['noAnswer'], target: block.noAnswer }]
    default:
      return [{ path: ['next'], target: block.next }]
  }
}

/** RFC 6901 §3: "~" and "/" inside a member name are written "~0" and "~1". */
export function jsonPointer(path: readonly (string | number | symbol)[]): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}
