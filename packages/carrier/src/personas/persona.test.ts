import assert from 'node:assert/strict'
import { test } from 'node:test'
import { behaviourAt, personaOf, personas } from './persona.ts'

test('the last two digits choose the persona, a personas file goes before them', () => {
  assert.equal(personaOf('+74955550010', new Map()).code, '10')
  assert.equal(personaOf('+74955550010', new Map([['74955550010', '03']])).code, '03')
  assert.equal(personaOf('+74955550077', new Map()).code, '01')
})

test('persona 19 is busy once and answers from then on', () => {
  const persona = personaOf('19', new Map())
  assert.deepEqual(
    [0, 1, 2].map((nth) => behaviourAt(persona, nth).kind),
    ['reject', 'answer', 'answer'],
  )
})

test('every persona has a code of its own', () => {
  assert.equal(new Set(personas.map((persona) => persona.code)).size, personas.length)
})
