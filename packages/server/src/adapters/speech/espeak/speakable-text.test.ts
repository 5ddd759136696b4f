import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { hasHanzi, isVoiceName, speakableText } from './speakable-text.ts'

test('words stay as they are, composed, with one blank between them', () => {
  assert.equal(speakableText('  Здравствуйте,\n\tАнна!  '), 'Здравствуйте, Анна!')
  assert.equal(speakableText('Vie\u0302\u0323t'), 'Việt')
  assert.equal(
    speakableText('"quoted" \'text\' <b>&amp;</b> 100 % $PATH `ls`'),
    '"quoted" \'text\' <b>&amp;</b> 100 % $PATH `ls`',
  )
})

test('nothing is left of what would steer the program: embedded commands, phonemes, halves of characters', () => {
  assert.equal(speakableText('a\u0001200Sb\u0000c\u001bd'), 'a 200Sb c d')
  assert.equal(speakableText("say [[h@l'oU]] now"), "say h@l'oU now")
  assert.equal(speakableText('[\u0000[x]\u0000]'), '[ [x] ]')
  assert.equal(speakableText('a\ud800b\udc00c\ufffe'), 'a b c')
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
      const words = speakableText(text)
      assert.doesNotMatch(words, /\[\[|\]\]|\p{Cc}|\p{Cs}/u)
      assert.equal(speakableText(words), words)
    }),
  )
})

test('a voice is a name, never a path and never an option', () => {
  for (const name of ['ru', 'en-us', 'vi-vn-x-central', 'cmn-latn-pinyin', 'ru+f2', 'mb-de1', 'en-us+Alicia'])
    assert.ok(isVoiceName(name), name)
  for (const name of [
    '',
    '-v',
    '--help',
    '../../etc/passwd',
    'en us',
    'en+',
    '+f2',
    'en\u0000',
    'a/b',
    'e'.repeat(65),
    'en+f2+m1',
  ])
    assert.ok(!isVoiceName(name), name)
})

test('Chinese characters are told from everything else', () => {
  assert.ok(hasHanzi('Hello 王'))
  assert.ok(!hasHanzi('ni3 hao3, xin chào, привет, 안녕'))
})
