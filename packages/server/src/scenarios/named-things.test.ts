import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ScenarioDefinition } from '@dialwright/scenario'
import { thingsNamedBy, withIdsOfThings } from './named-things.ts'

const blocks: ScenarioDefinition['blocks'] = [
  { id: 'a', type: 'transfer', to: { operatorGroup: { omicall: 'ring-1' } }, noAnswer: 'e' },
  { id: 'b', type: 'transfer', to: { dialplan: 'all', number: '74951234567' }, noAnswer: 'e' },
  { id: 'c', type: 'transfer', to: 'campaign', noAnswer: 'e' },
  { id: 'd', type: 'transfer', to: { number: '74951234567' }, noAnswer: 'e' },
  { id: 'e', type: 'hangup' },
]

test('the things of transfer blocks are told with their kinds and places', () => {
  assert.deepEqual(
    thingsNamedBy({ blocks }).map(({ kind, reference, path }) => [kind, reference, path.join('/')]),
    [
      ['operator-group', { omicall: 'ring-1' }, 'blocks/0/to/operatorGroup'],
      ['dialplan', 'all', 'blocks/1/to/dialplan'],
    ],
  )
})

test('ids take the place of references, and nothing else changes', () => {
  const changed = withIdsOfThings({ blocks }, ({ kind }) => `id of ${kind}`).blocks
  assert.deepEqual(changed.slice(2), blocks.slice(2))
  assert.deepEqual(changed.slice(0, 2), [
    { ...blocks[0], to: { operatorGroup: 'id of operator-group' } },
    { ...blocks[1], to: { dialplan: 'id of dialplan', number: '74951234567' } },
  ])
})
