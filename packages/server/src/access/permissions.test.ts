import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Role } from './authenticate.ts'
import { mayDo, type Permission, permissions } from './permissions.ts'

const may = (role: Role, scopes: readonly string[] = []): Permission[] =>
  permissions.filter((permission) => mayDo({ role, scopes }, permission))

test('who starts calls is an owner, an admin or an author; operators and analysts read', () => {
  for (const role of ['owner', 'admin', 'author'] as const) assert.deepEqual(may(role), [...permissions], role)
  for (const role of ['operator', 'analyst'] as const)
    assert.deepEqual(may(role), ['campaigns:read', 'contacts:read', 'calls:read'], role)
})

test('scopes narrow a role and never widen it', () => {
  assert.deepEqual(may('owner', ['calls:read']), ['calls:read'])
  assert.deepEqual(may('analyst', ['campaigns:write', 'calls:read']), ['calls:read'])
  assert.deepEqual(may('owner', ['everything']), [])
})
