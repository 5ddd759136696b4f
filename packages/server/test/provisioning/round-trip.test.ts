/** A document goes in and comes out: whole, without secrets, and the same again wherever it is applied. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { verifyPassword } from '../../src/access/passwords.ts'
import { tokenHash } from '../../src/access/token-value.ts'
import { numberSecretPurpose, trunkSecretPurpose } from '../../src/adapters/postgres/material-source.ts'
import { type Json, secrets, useInstallation, wholeDocument } from './ground.ts'

describe('provisioning, there and back', () => {
  const first = useInstallation()
  const second = useInstallation()

  test('a check tells what would be created and writes nothing', async () => {
    const empty = await first.rows()
    const report = await first.check(wholeDocument())
    assert.deepEqual([report.created, report.changed, report.left], [27, 0, 0])
    assert.deepEqual(
      report.items.slice(0, 2).map(({ path, section, name, action }) => ({ path, section, name, action })),
      [
        { path: '/workspace', section: 'workspace', name: 'Whole', action: 'create' },
        { path: '/users/0', section: 'users', name: 'owner@example.test', action: 'create' },
      ],
    )
    assert.equal(await first.rows(), empty)
    assert.equal(first.changes(), 0)
  })

  test('applied twice, the second time touches no row: passwords, boxes, versions and instants stay as they are', async () => {
    assert.equal((await first.apply(wholeDocument())).created, 27)
    const rows = await first.rows()
    const again = await first.apply(wholeDocument())
    assert.deepEqual([again.created, again.changed, again.left], [0, 0, 27])
    assert.equal(await first.rows(), rows)
    assert.equal(first.changes(), 1, 'the engine is woken for what changed alone')
  })

  test('what is exported changes nothing where it came from', async () => {
    const exported = await first.export()
    const rows = await first.rows()
    const { created, changed, left, needs } = await first.apply(JSON.parse(exported))
    assert.deepEqual({ created, changed, left, needs }, { created: 0, changed: 0, left: 27, needs: [] })
    assert.equal(await first.rows(), rows)
    assert.equal(await first.export(), exported)
  })

  test('no secret is in an export, neither in the clear nor as it is kept', async () => {
    const exported = await first.export()
    const { rows } = await first.pool.query<{ kept: string }>(
      `select password_hash as kept from app_user union all select encode(hash, 'hex') from api_token
       union all select encode(password_box, 'hex') from trunk where password_box is not null
       union all select encode(password_box, 'base64') from trunk where password_box is not null
       union all select encode(password_box, 'hex') from phone_number where password_box is not null`,
    )
    assert.ok(rows.length >= 7)
    for (const secret of [...secrets, ...rows.map(({ kept }) => kept)])
      assert.equal(exported.includes(secret), false, secret)
    const { users, tokens, trunks } = JSON.parse(exported)
    assert.deepEqual([users[0].password, tokens[0].value, trunks[0].password], [null, null, null])
    assert.equal('password' in trunks[1], false, 'a trunk that has none needs none')
  })

  test('applied to an empty installation it makes the same, byte for byte, and says which secrets are needed', async () => {
    const exported = await first.export()
    const { created, needs } = await second.apply(JSON.parse(exported))
    assert.equal(created, 27)
    assert.deepEqual(
      needs.map(({ path }) => path),
      [
        ...['/users/0/password', '/users/1/password', '/tokens/0/value', '/tokens/1/value', '/trunks/0/password'],
        '/numbers/1/password',
      ],
    )
    assert.equal(await second.export(), exported)
    const again = await second.apply(JSON.parse(exported))
    assert.deepEqual([again.created, again.changed, again.left], [0, 0, 27])
    assert.deepEqual(
      again.needs.map(({ path }) => path),
      ['/trunks/0/password', '/numbers/1/password'],
    )
    const sound = await second.pool.query<{ same: boolean }>('select count(distinct sha256) = 2 as same from audio')
    assert.equal(sound.rows[0]?.same, true)
  })

  test('the secrets given afterwards are taken, and nothing else changes', async () => {
    const document = JSON.parse(await first.export()) as Record<string, Json[]>
    Object.assign(document.users?.[0] ?? {}, { password: 'quite another one' })
    Object.assign(document.tokens?.[0] ?? {}, { value: 'dw_given_afterwards_1' })
    Object.assign(document.trunks?.[0] ?? {}, { password: 'new' })
    Object.assign(document.numbers?.[1] ?? {}, { password: 'new too' })
    const report = await second.apply(document)
    assert.deepEqual(
      report.items.filter(({ action }) => action !== 'leave').map(({ path, fields }) => [path, fields]),
      [
        ['/users/0', ['password']],
        ['/tokens/0', ['value']],
        ['/trunks/0', ['password']],
        ['/numbers/1', ['password']],
      ],
    )
    assert.deepEqual(report.needs, [])
    const { rows } = await second.pool.query<{
      password_hash: string
      hash: Buffer
      password_box: Buffer
      line_box: Buffer
    }>(
      `select u.password_hash, k.hash, t.password_box, n.password_box as line_box from app_user u, api_token k, trunk t, phone_number n
        where u.login = 'analyst@example.test' and k.name = 'another' and t.name = 'main' and n.name = 'shown'`,
    )
    const [kept] = rows
    assert.ok(kept !== undefined)
    // By name, users and tokens stand in this order: analyst before owner, another before integration.
    assert.equal(await verifyPassword('quite another one', kept.password_hash), true)
    assert.deepEqual(kept.hash, tokenHash('dw_given_afterwards_1'))
    assert.equal(second.deps.secretBox.open(kept.password_box, trunkSecretPurpose), 'new')
    assert.equal(second.deps.secretBox.open(kept.line_box, numberSecretPurpose), 'new too')
    assert.throws(() => second.deps.secretBox.open(kept.line_box, trunkSecretPurpose))
    const again = await second.check(document)
    assert.equal(again.changed, 0)
  })
})
