import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Role } from './authenticate.ts'
import { isAtLeast, mayDo, type Permission, permissions } from './permissions.ts'

const may = (role: Role, scopes: readonly string[] = []): Permission[] =>
  permissions.filter((permission) => mayDo({ role, scopes }, permission))

test('an owner and an admin may do everything; nobody else sees people, tokens or the audit', () => {
  for (const role of ['owner', 'admin'] as const) assert.deepEqual(may(role), [...permissions], role)
  for (const role of ['author', 'operator', 'analyst'] as const)
    for (const permission of ['users:read', 'tokens:read', 'audit:read', 'provisioning:write'] as const)
      assert.ok(!may(role).includes(permission), `${role} ${permission}`)
})

test('an author writes campaigns and what they need, but not the lines; operators and analysts read', () => {
  const author = may('author')
  for (const permission of ['campaigns:write', 'scenarios:write', 'trunks:read'] as const)
    assert.ok(author.includes(permission), permission)
  for (const permission of ['trunks:write', 'numbers:write', 'dialplans:write'] as const)
    assert.ok(!author.includes(permission), permission)
  for (const role of ['operator', 'analyst'] as const) {
    assert.ok(may(role).every((permission) => permission.endsWith(':read')))
    assert.ok(may(role).includes('trunks:read'))
  }
})

test('nobody is above himself', () => {
  const roles = ['owner', 'admin', 'author', 'operator', 'analyst'] as const
  for (const [index, own] of roles.entries())
    assert.deepEqual(
      roles.filter((other) => isAtLeast(own, other)),
      roles.slice(index),
    )
})

test('scopes narrow a role and never widen it', () => {
  assert.deepEqual(may('owner', ['calls:read']), ['calls:read'])
  assert.deepEqual(may('analyst', ['campaigns:write', 'calls:read']), ['calls:read'])
  assert.deepEqual(may('owner', ['everything']), [])
})
