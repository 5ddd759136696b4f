/** A finished call as the native API shows it. */
import type { ReportedCall } from './ledger-check.ts'

export type DemoCall = ReportedCall & {
  readonly callerId: string | null
  readonly attempt: number
  readonly contactId: string
  readonly detail: string | null
  readonly keys: string
  readonly goal: string | null
  readonly createdAt: string
  readonly timeline: readonly { readonly at: string; readonly kind: string; readonly [field: string]: unknown }[]
}
