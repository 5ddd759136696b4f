/** The example of docs/PROVISIONING.md is what the program takes. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { parse } from 'yaml'
import { sectionNames } from '../../src/provisioning/schema.ts'
import { readText, useInstallation, wav } from './ground.ts'

describe('the page on provisioning', () => {
  const installation = useInstallation()

  test('its example has every section, is applied as it stands, and changes nothing the second time', async () => {
    const page = readText(new URL('../../../../docs/PROVISIONING.md', import.meta.url))
    const example: unknown = parse(/```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? '')
    assert.deepEqual(Object.keys(example as object), ['workspace', ...sectionNames])
    writeFileSync(join(installation.deps.dataDirectory, 'hello.wav'), Buffer.from(wav().split(',')[1] ?? '', 'base64'))
    const { created, needs } = await installation.apply(example)
    assert.deepEqual([created, needs], [16, []])
    const again = await installation.apply(example)
    assert.deepEqual([again.created, again.changed], [0, 0])
  })
})
