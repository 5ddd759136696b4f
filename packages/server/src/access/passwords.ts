/** Passwords at rest: argon2id (RFC 9106) in PHC string format, by the runtime's own implementation. */
import { argon2, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import type { Random } from '@dialwright/dialer'

const derive = promisify(argon2)
/** RFC 9106 §4, the second recommended option, for machines that do other work too: 64 MiB, three passes. */
const cost = { memory: 65_536, passes: 3, parallelism: 4, tagLength: 32 } as const
const saltBytes = 16

export async function hashPassword(password: string, random: Random): Promise<string> {
  const salt = Buffer.from(random.bytes(saltBytes))
  const tag = await derive('argon2id', { ...cost, message: password, nonce: salt })
  return `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=${cost.parallelism}$${bare(salt)}$${bare(tag)}`
}

export async function verifyPassword(password: string, hash: string): Promise<boolean> {
  const found = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([^$]+)\$([^$]+)$/.exec(hash)
  if (found === null) return false
  const [, memory, passes, parallelism, salt = '', tag = ''] = found
  const expected = Buffer.from(tag, 'base64')
  const actual = await derive('argon2id', {
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
    tagLength: expected.length,
    message: password,
    nonce: Buffer.from(salt, 'base64'),
  })
  return timingSafeEqual(expected, actual)
}

function bare(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('=', '')
}
