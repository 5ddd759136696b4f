/** Rows of new numbers with their limits and receivers: as many statements for a thousand as for one. */
import { numberSecretPurpose } from '../adapters/postgres/material-source.ts'
import type { Connection } from '../adapters/postgres/pool.ts'
import type { SecretBox } from '../adapters/secrets/secret-box.ts'
import type { InboundRule } from '../inbound/inbound-rule.ts'
import { bytesText, type Columns, insertRows } from '../resources/rows.ts'
import { type NumberWebhook, setNumberWebhooks } from './webhooks.ts'

export type NewNumber = {
  readonly id: string
  readonly name: string
  readonly phone: string
  readonly trunkId: string
  readonly login: string | null
  readonly authUsername: string | null
  /** Sealed; see `sealedPassword`. */
  readonly passwordBox: Buffer | null
  readonly fromDomain: string | null
  readonly forceOut: boolean
  readonly rule: InboundRule | null
  /** Instants as text, like 2030-01-01T00:00:00Z. */
  readonly validFrom: string | null
  readonly validUntil: string | null
  readonly maxCalls: number | null
  readonly reservedCalls: number
  /** Receivers in our own words. */
  readonly webhooks: readonly NumberWebhook[]
}

export function sealedPassword(secretBox: SecretBox, password: string): Buffer {
  return secretBox.seal(password, numberSecretPurpose)
}

/** @param newId  For receivers. */
export async function insertNumbers(
  connection: Connection,
  workspaceId: string,
  numbers: readonly NewNumber[],
  newId: () => string,
): Promise<void> {
  await insertRows(
    connection,
    'phone_number',
    numbers.map((number) => columnsOf(number, workspaceId)),
  )
  await insertRows(
    connection,
    'pace',
    numbers.map(({ id, maxCalls, reservedCalls }) => ({
      ...{ owner_id: id, owner_kind: 'number', workspace_id: workspaceId },
      ...{ max_calls: maxCalls, reserved_calls: reservedCalls },
    })),
  )
  const told = numbers.filter(({ webhooks }) => webhooks.length > 0)
  if (told.length > 0)
    await setNumberWebhooks(
      connection,
      workspaceId,
      'native',
      told.map(({ id: numberId, webhooks }) => ({ numberId, webhooks })),
      newId,
    )
}

function columnsOf({ id, passwordBox, ...number }: NewNumber, workspaceId: string): Columns {
  return {
    ...{ id, workspace_id: workspaceId, name: number.name, phone: number.phone, trunk_id: number.trunkId },
    ...{ login: number.login, auth_username: number.authUsername, from_domain: number.fromDomain },
    password_box: passwordBox === null ? null : bytesText(passwordBox),
    ...{
      force_out: number.forceOut,
      inbound: number.rule,
      valid_from: number.validFrom,
      valid_until: number.validUntil,
    },
  }
}
