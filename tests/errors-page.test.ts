/** docs/ERRORS.md and the code name the same coded failures: none is missing on the page, and none stands there that is gone. */
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
/** `readonly code = 'X'`, `code: 'X'`, `new SomeError('X', ...)`, and the arms of a union of codes. */
const made = /(?:\bcode(?:: | = )|Error\(\s*|^\s*\| )'([A-Z]+(?:_[A-Z0-9]+)+)'/gm

test('every coded failure of the code stands in docs/ERRORS.md, and every one of the page is made somewhere', () => {
  const inCode = new Set<string>()
  for (const file of globSync('packages/*/src/**/*.ts', { cwd: root })) {
    if (file.endsWith('.test.ts')) continue
    const text = readFileSync(`${root}/${file}`, 'utf8')
    for (const [, code = ''] of text.matchAll(made)) inCode.add(code)
  }
  assert.ok(inCode.size > 60, `${inCode.size} codes`)
  const page = readFileSync(`${root}/docs/ERRORS.md`, 'utf8')
  const onPage = new Set(
    [...page.matchAll(/`([A-Z]+(?:_[A-Z0-9]+)*_?)(\*?)`/g)].map(([, code = '', star]) => `${code}${star}`),
  )
  const isTold = (code: string): boolean => onPage.has(code) || onPage.has(`${code.split('_')[0]}_*`)
  assert.deepEqual([...inCode].filter((code) => !isTold(code)).sort(), [], 'in the code, not on the page')
  const isMade = (code: string): boolean =>
    code.endsWith('*') ? [...inCode].some((one) => one.startsWith(code.slice(0, -1))) : inCode.has(code)
  const settings = [...onPage].filter((code) => code.startsWith('DIALWRIGHT_') || code === 'DATABASE_URL')
  const gone = [...onPage].filter((code) => code.includes('_') && !settings.includes(code) && !isMade(code))
  assert.deepEqual(gone.sort(), [], 'on the page, not in the code')
})
