import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Parameter } from '../format/schema.ts'
import { readVariables } from './variables.ts'

const parameters: Parameter[] = [
  { name: 'debt', type: 'number' },
  { name: 'agreed', type: 'boolean' },
  { name: 'name', type: 'string', required: true },
  { name: 'city', type: 'string', required: true, default: 'Moscow' },
]

test('values are read in the types of their parameters, and what is not declared stays as it came', () => {
  const { variables, problems } = readVariables(
    { debt: '12,5', agreed: 'TRUE', name: 7, phone: 123456, more: { a: [1] } },
    parameters,
  )
  assert.deepEqual(problems, [])
  assert.deepEqual(variables, { debt: 12.5, agreed: true, name: '7', phone: 123456, more: { a: [1] } })
})

test('each value that cannot be read and each that is missing is told by its name', () => {
  const { problems } = readVariables({ debt: 'a lot', agreed: 'perhaps', name: ' ' }, parameters)
  assert.deepEqual(
    problems.map(({ name, code }) => [name, code]),
    [
      ['debt', 'type'],
      ['agreed', 'type'],
      ['name', 'required'],
    ],
  )
})

test('a name that objects have by birth is a name like any other', () => {
  const { variables } = readVariables(
    JSON.parse('{"__proto__": {"debt": 1}, "constructor": "x"}'),
    parameters.slice(0, 2),
  )
  assert.deepEqual(Object.keys(variables), ['__proto__', 'constructor'])
})
