/**
 * The secret box: passwords of trunks and numbers, webhook secrets, encrypted at rest with AES-256-GCM (NIST SP 800-38D).
 *
 *   byte  0        version, 1
 *   bytes 1-8      key id: the first 8 bytes of SHA-256 over the key
 *   bytes 9-20     nonce, random; with random nonces one key serves 2^32 boxes safely, far more than passwords there are
 *   bytes 21...    ciphertext, as long as the UTF-8 text
 *   last 16 bytes  tag; it covers bytes 0-8 and the purpose too, so a box moved to another column does not open
 */
import { createCipheriv, createDecipheriv, createHash } from 'node:crypto'
import type { Random } from '@dialwright/dialer'
import { systemRandom } from '../system/system-random.ts'
import { SecretError } from './errors.ts'
import { readSecretKey } from './secret-key.ts'

const version = 1
const keyIdBytes = 8
const headerBytes = 1 + keyIdBytes
const nonceBytes = 12
const tagBytes = 16
const algorithm = 'aes-256-gcm'

type Key = { readonly id: Buffer; readonly bytes: Uint8Array }

export class SecretBox {
  readonly #current: Key
  readonly #keys: readonly Key[]
  readonly #random: Random

  /**
   * @param keys  32 bytes each. The first one seals; the others still open what they sealed (a key that was replaced).
   * @throws {SecretError} `SECRET_KEY_INVALID` for none or another length.
   */
  constructor(keys: readonly Uint8Array[], random: Random = systemRandom) {
    this.#keys = keys.map((bytes) => {
      if (bytes.length !== 32)
        throw new SecretError('SECRET_KEY_INVALID', `A secret key has 32 bytes, found ${bytes.length}.`)
      return { id: createHash('sha256').update(bytes).digest().subarray(0, keyIdBytes), bytes }
    })
    const [current] = this.#keys
    if (current === undefined) throw new SecretError('SECRET_KEY_INVALID', 'A secret box needs at least one key.')
    this.#current = current
    this.#random = random
  }

  /**
   * Encrypts a text.
   * @param purpose  Where the box belongs ("trunk.password"): it opens with the same purpose only.
   * @returns The bytes to be stored; two boxes of one text differ.
   */
  seal(text: string, purpose = ''): Buffer {
    const header = Buffer.concat([Buffer.of(version), this.#current.id])
    const nonce = this.#random.bytes(nonceBytes)
    const cipher = createCipheriv(algorithm, this.#current.bytes, nonce, { authTagLength: tagBytes })
    cipher.setAAD(Buffer.concat([header, Buffer.from(purpose)]))
    return Buffer.concat([header, nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
  }

  /**
   * Decrypts a box.
   * @throws {SecretError} `SECRET_BOX_INVALID` (no box of a known version), `SECRET_KEY_UNKNOWN` (sealed with a key that is not here),
   *   `SECRET_BOX_REFUSED` (changed, or sealed for another purpose).
   */
  open(box: Uint8Array, purpose = ''): string {
    const bytes = Buffer.from(box.buffer, box.byteOffset, box.byteLength)
    if (bytes.length < headerBytes + nonceBytes + tagBytes || bytes[0] !== version) {
      throw new SecretError(
        'SECRET_BOX_INVALID',
        `Expected a secret box of version ${version}, found ${bytes.length} bytes of something else.`,
      )
    }
    const header = bytes.subarray(0, headerBytes)
    const key = this.#keys.find(({ id }) => id.equals(header.subarray(1)))
    if (key === undefined) {
      throw new SecretError(
        'SECRET_KEY_UNKNOWN',
        `The secret was sealed with key ${header.subarray(1).toString('hex')}, which is not configured (there is ${this.#current.id.toString('hex')}). ` +
          'Restore that DIALWRIGHT_SECRET_KEY or key file, or enter the secret again.',
      )
    }
    const nonce = bytes.subarray(headerBytes, headerBytes + nonceBytes)
    const decipher = createDecipheriv(algorithm, key.bytes, nonce, { authTagLength: tagBytes })
    decipher.setAAD(Buffer.concat([header, Buffer.from(purpose)]))
    decipher.setAuthTag(bytes.subarray(-tagBytes))
    try {
      const text = Buffer.concat([
        decipher.update(bytes.subarray(headerBytes + nonceBytes, -tagBytes)),
        decipher.final(),
      ])
      return text.toString('utf8')
    } catch (cause) {
      throw new SecretError(
        'SECRET_BOX_REFUSED',
        'The secret box was changed or belongs to another place: enter the secret again.',
        { cause },
      )
    }
  }
}

/**
 * Opens the installation's box: with the configured key, else with the one of the data directory, made at the first call.
 * @param settings.key  32 bytes in base64 or hex; undefined or empty: the file `secret.key` of the data directory.
 */
export async function openSecretBox(settings: {
  readonly key: string | undefined
  readonly dataDirectory: string
}): Promise<SecretBox> {
  return new SecretBox([await readSecretKey(settings)])
}
