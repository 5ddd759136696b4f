/** The 120 people of the demo: four countries, a persona each, and a window that most of them are inside of right now. */

export type DemoPerson = {
  readonly phone: string
  readonly name: string
  readonly language: 'ru' | 'en' | 'vi' | 'zh'
  readonly zone: string
}
export type DemoPlan = {
  /** When it was made. */
  readonly now: Temporal.Instant
  readonly people: readonly DemoPerson[]
  /** Seconds since midnight in the callee's zone. */
  readonly window: { readonly from: number; readonly to: number }
  /** The one zone where it is outside the window now. */
  readonly waitingZone: string
}

type Place = {
  readonly zone: string
  readonly language: DemoPerson['language']
  readonly prefix: string
  readonly subscriberDigits: number
  readonly names: readonly string[]
}

/** Fixed lines whose prefix tells the zone. All numbers are dialled on loopback only, to the carrier in the box. */
const places: readonly Place[] = [
  {
    zone: 'Europe/Moscow',
    language: 'ru',
    prefix: '+7495',
    subscriberDigits: 7,
    names: ['Иванов Иван', 'Ольга Петрова'],
  },
  {
    zone: 'Asia/Vladivostok',
    language: 'ru',
    prefix: '+7423',
    subscriberDigits: 7,
    names: ['Сергей Ким', 'Анна Волкова'],
  },
  { zone: 'Asia/Shanghai', language: 'zh', prefix: '+8610', subscriberDigits: 8, names: ['王伟', '李娜'] },
  {
    zone: 'Asia/Ho_Chi_Minh',
    language: 'vi',
    prefix: '+8428',
    subscriberDigits: 8,
    names: ['Nguyễn Văn An', 'Trần Thị Bình'],
  },
  {
    zone: 'America/New_York',
    language: 'en',
    prefix: '+1212',
    subscriberDigits: 7,
    names: ['Grace Hopper', 'Alan Kay'],
  },
  {
    zone: 'America/Los_Angeles',
    language: 'en',
    prefix: '+1213',
    subscriberDigits: 7,
    names: ['Ada Park', 'Edwin Lopez'],
  },
]

/** Last two digits of each callable number, the slow ones first: they need the most time. */
const callablePersonas: readonly (readonly [persona: string, people: number])[] = [
  ['11', 4],
  ['14', 5],
  ['17', 4],
  ['24', 3],
  ['10', 6],
  ['19', 14],
  ['12', 5],
  ['13', 5],
  ['20', 3],
  ['18', 5],
  ['02', 4],
  ['01', 6],
  ['00', 4],
  ['28', 4],
  ['04', 14],
  ['03', 22],
]
const waitingPeople = 12
const marginSeconds = 60
const waitingMarginSeconds = 1_800

/** Pure: the same instant gives the same people and window. */
export function planDemo(now: Temporal.Instant): DemoPlan {
  const local = places
    .map((place) => ({ place, second: secondOfDay(now, place.zone) }))
    .sort((a, b) => a.second - b.second)
  // The place where it is latest waits: the others are at least an hour behind it, so nobody crosses midnight meanwhile.
  const last = local.at(-1)
  const first = local[0]
  if (last === undefined || first === undefined) throw new RangeError('the demo needs places')
  const callable = local.slice(0, -1).map(({ place }) => place)
  const window = { from: Math.max(0, first.second - marginSeconds), to: last.second - waitingMarginSeconds }
  const people: DemoPerson[] = []
  let index = 0
  for (const [persona, count] of callablePersonas) {
    for (let n = 0; n < count; n++) {
      const place = callable[index % callable.length]
      if (place !== undefined) people.push(person(place, index, persona))
      index++
    }
  }
  for (let n = 0; n < waitingPeople; n++) people.push(person(last.place, index++, '03'))
  return { now, people, window, waitingZone: last.place.zone }
}

function person(place: Place, index: number, persona: string): DemoPerson {
  // The index makes the number unique, the last two digits choose the persona.
  const subscriber = `5${String(index).padStart(place.subscriberDigits - 3, '5')}`
  return {
    phone: `${place.prefix}${subscriber}${persona}`,
    name: place.names[index % place.names.length] ?? '',
    language: place.language,
    zone: place.zone,
  }
}

function secondOfDay(now: Temporal.Instant, zone: string): number {
  const time = now.toZonedDateTimeISO(zone)
  return time.hour * 3_600 + time.minute * 60 + time.second
}
