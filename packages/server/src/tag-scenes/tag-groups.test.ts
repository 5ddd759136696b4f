import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type GivenTag, mergeTagGroups, type Tag, type TagGroup } from './tag-groups.ts'

const tag = (id: string, name: string, yunfu?: string): Tag => ({
  ...{ id, name, description: '' },
  externalIds: yunfu === undefined ? {} : { yunfu },
})
const group = (id: string, name: string, ...tags: Tag[]): TagGroup => ({ id, name, externalIds: {}, tags })
const given = (name: string, externalIds: GivenTag['externalIds'] = undefined): GivenTag => ({
  ...{ name, description: 'new' },
  externalIds,
})
const outcome = (groups: readonly TagGroup[]) =>
  groups.map(({ id, tags }) => [id, ...tags.map((one) => [one.id, one.name, one.externalIds.yunfu])])

test('a tag is known by its name in the whole scene, and keeps the ids that are not spoken of', () => {
  const there = [group('g', 'a', tag('1', 'x', '7')), group('h', 'b', tag('2', 'y'))]
  const merged = mergeTagGroups(there, [{ name: 'b', tags: [given('y'), given('x'), given('z')] }])
  assert.deepEqual(outcome(merged), [['h', ['2', 'y', undefined], ['1', 'x', '7'], [null, 'z', undefined]]])
  assert.equal(merged[0]?.tags[0]?.description, 'new')
})

test('an external id says more than a name: the tag is renamed, and its old name is a new tag', () => {
  const there = [group('g', 'a', tag('1', 'x', '7'), tag('2', 'y'))]
  const merged = mergeTagGroups(there, [{ name: 'a', tags: [given('x'), given('y', { yunfu: 7 })] }])
  assert.deepEqual(outcome(merged), [['g', [null, 'x', undefined], ['1', 'y', '7']]])
})

test('an id is set, replaced, or taken away by null; numbers become their text', () => {
  const there = [group('g', 'a', tag('1', 'x', '7'), tag('2', 'y', '8'), tag('3', 'z'))]
  const tags = [given('x', { yunfu: null }), given('y', { yunfu: 9 }), given('z', { yunfu: 10 })]
  assert.deepEqual(outcome(mergeTagGroups(there, [{ name: 'a', tags }])), [
    ['g', ['1', 'x', undefined], ['2', 'y', '9'], ['3', 'z', '10']],
  ])
})
