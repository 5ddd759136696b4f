import assert from 'node:assert/strict'
import { test } from 'node:test'
import { databaseFailureOf } from './database-failure.ts'

const coded = (message: string, fields: object): Error => Object.assign(new Error(message), fields)

test('a database that is away is told from a full disk and from a fault of ours', () => {
  for (const [error, code] of [
    [coded('terminating connection due to administrator command', { code: '57P01' }), 'database-away'],
    [coded('the database system is starting up', { code: '57P03' }), 'database-away'],
    [coded('connect ENOENT /run/.s.PGSQL.5432', { code: 'ENOENT', syscall: 'connect' }), 'database-away'],
    [coded('connect ECONNREFUSED 127.0.0.1:5432', { code: 'ECONNREFUSED' }), 'database-away'],
    [new Error('Connection terminated unexpectedly'), 'database-away'],
    [new Error('timeout exceeded when trying to connect'), 'database-away'],
    [coded('could not extend file', { code: '53100' }), 'storage-full'],
    [coded('no space left on device, write', { code: 'ENOSPC' }), 'storage-full'],
    [coded('no such file', { code: 'ENOENT', syscall: 'open' }), undefined],
    [coded('duplicate key', { code: '23505' }), undefined],
    [new TypeError('Cannot read properties of undefined'), undefined],
    ['text', undefined],
  ] as const)
    assert.equal(databaseFailureOf(error)?.code, code, String(error))
})
