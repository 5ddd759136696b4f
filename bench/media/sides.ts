/** What both sides of the media bench obey. */
export type SideCommand =
  /** Answers the ports of the calls, once all of them send. */
  | {
      readonly do: 'open'
      readonly calls: number
      readonly farEnd: readonly number[]
      /** Directory of the recordings; null: none are made. */
      readonly recordIn: string | null
    }
  /** Answers how many packets came in. */
  | { readonly do: 'close' }
