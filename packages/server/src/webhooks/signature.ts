/** The signature of a delivery, by Standard Webhooks: the receiver can tell that it came from here, whole and lately. */
import { createHmac } from 'node:crypto'

/** What a webhook secret is sealed for: see SecretBox. */
export const webhookSecretPurpose = 'webhook.secret'

const prefix = 'whsec_'

/**
 * Headers of one try.
 * @param secret  `whsec_` and base64, or any other text, whose UTF-8 bytes are then the key; null: not signed.
 * @param body  The exact text that is sent.
 */
export function webhookHeaders(
  eventId: string,
  at: Temporal.Instant,
  body: string,
  secret: string | null,
): Record<string, string> {
  const timestamp = String(Math.floor(at.epochMilliseconds / 1_000))
  const headers = { 'webhook-id': eventId, 'webhook-timestamp': timestamp }
  if (secret === null) return headers
  const key = secret.startsWith(prefix) ? Buffer.from(secret.slice(prefix.length), 'base64') : Buffer.from(secret)
  const signature = createHmac('sha256', key).update(`${eventId}.${timestamp}.${body}`).digest('base64')
  return { ...headers, 'webhook-signature': `v1,${signature}` }
}
