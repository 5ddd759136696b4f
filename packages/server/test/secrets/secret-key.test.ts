/** The key file of the data directory. */
import assert from 'node:assert/strict'
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { openSecretBox } from '../../src/adapters/secrets/secret-box.ts'

const isPosix = process.platform !== 'win32'

async function dataDirectoryFor(context: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'dialwright-secrets-'))
  context.after(() => rm(directory, { recursive: true, force: true }))
  return directory
}

test('without a configured key one is made once, for its owner alone, and used ever after', async (context) => {
  const dataDirectory = await dataDirectoryFor(context)
  const boxes = await Promise.all([1, 2, 3, 4].map(() => openSecretBox({ key: undefined, dataDirectory })))
  const later = await openSecretBox({ key: '', dataDirectory })
  for (const box of boxes) assert.equal(later.open(box.seal('password')), 'password')
  assert.deepEqual(await readdir(dataDirectory), ['secret.key'])
  if (isPosix) assert.equal((await stat(join(dataDirectory, 'secret.key'))).mode & 0o777, 0o600)
})

test('a configured key is used and no file is made', async (context) => {
  const dataDirectory = await dataDirectoryFor(context)
  const key = 'ab'.repeat(32)
  const sealed = (await openSecretBox({ key, dataDirectory })).seal('password')
  assert.equal(
    (await openSecretBox({ key: Buffer.from(key, 'hex').toString('base64'), dataDirectory })).open(sealed),
    'password',
  )
  assert.deepEqual(await readdir(dataDirectory), [])
  await assert.rejects(openSecretBox({ key: 'short', dataDirectory }), {
    code: 'SECRET_KEY_INVALID',
    message: /DIALWRIGHT_SECRET_KEY/,
  })
})

test('a key file that others can read, or that holds something else, is refused and left as it is', async (context) => {
  const dataDirectory = await dataDirectoryFor(context)
  const file = join(dataDirectory, 'secret.key')
  await openSecretBox({ key: undefined, dataDirectory })
  const text = await readFile(file, 'utf8')
  if (isPosix) {
    await chmod(file, 0o640)
    await assert.rejects(openSecretBox({ key: undefined, dataDirectory }), {
      code: 'SECRET_KEY_EXPOSED',
      message: /640/,
    })
    await chmod(file, 0o600)
  }
  await writeFile(file, text.slice(0, 20))
  await assert.rejects(openSecretBox({ key: undefined, dataDirectory }), {
    code: 'SECRET_KEY_INVALID',
    message: /secret\.key/,
  })
  assert.equal(await readFile(file, 'utf8'), text.slice(0, 20))
})
