/** The list that is imported: as many people as are asked for, a few of them twice, about 80 bytes each. */

/** Of a million lines so many repeat an earlier phone. */
const duplicatesPerMillion = 384
/** Subscriber numbers of seven digits: a factor prime to it visits each once, in no order, as lists have them. */
const subscribers = 10_000_000
const factor = 7_919_331
const firstNames = ['Anna', 'Ivan', 'Olga', 'Sergey', 'Maria', 'Dmitry', 'Elena', 'Pavel', 'Irina', 'Alexey']
const cities = ['Moscow', 'Saint Petersburg', 'Novosibirsk', 'Yekaterinburg', 'Kazan', 'Vladivostok', 'Samara']
/** Mobile and city codes of all eleven zones, so that zones have to be found. */
const codes = ['903', '913', '914', '495', '383', '423', '343', '846', '401', '413', '391', '395', '411', '415']

export const csvHeader = 'phone,name,city,amount,contract\n'

/** One line; the same for the same number, whatever was asked before. */
export function csvLine(n: number): string {
  const isRepeated = n > 0 && n % Math.round(1_000_000 / duplicatesPerMillion) === 0
  const who = isRepeated ? n - 1 : n
  const code = codes[who % codes.length] ?? '903'
  const subscriber = String((who * factor) % subscribers).padStart(7, '0')
  const area = String(who % 1_000).padStart(3, '0')
  return `+7${code}${subscriber},${firstNames[who % firstNames.length]} ${area},${cities[who % cities.length]},${(who * 37) % 90_000}.50,AB-${who}\n`
}

/** The file in chunks of some 64 KiB. */
export function* csvChunks(people: number): Generator<Buffer> {
  let text = csvHeader
  for (let n = 0; n < people; n++) {
    text += csvLine(n)
    if (text.length < 65_536) continue
    yield Buffer.from(text)
    text = ''
  }
  if (text !== '') yield Buffer.from(text)
}
