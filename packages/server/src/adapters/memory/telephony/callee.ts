/** The called party of the in-memory telephony: how it behaves, and what it saw. */

export type Callee =
  | {
      readonly kind: 'answer'
      readonly ringMs: number
      /** Keys it presses once it has heard a play to its end. */
      readonly presses: string | null
      /** After answering; null: it waits for us. */
      readonly hangsUpAfterMs: number | null
      /** Sound in place of ringing before it answers. */
      readonly hasEarlyMedia?: boolean
      /** When its sound is told as lost and as back, after answering. */
      readonly silence?: { readonly lostMs: number; readonly backMs: number }
    }
  | { readonly kind: 'reject'; readonly ringMs: number; readonly status: number; readonly q850: number | null }
  | { readonly kind: 'ring' }
  | { readonly kind: 'silence' }

/** What the called party saw of one leg. */
export type Seen = { rings: number; digits: string; isOver: boolean }
