/** How a number behaves: plain data, chosen by the last two digits of the number or by a personas file. */

export type Talk = {
  /** What it says after answering, by the name of a voice. */
  readonly say: 'hello' | 'chatter' | 'voicemail' | null
  /** Keys it presses once it has heard the caller finish a sentence. */
  readonly press: string | null
  /** It hangs up this long after answering; null: it waits for the caller. */
  readonly hangUpAfterMs: number | null
}

export type Behaviour =
  | { readonly kind: 'answer'; readonly ringMs: number; readonly talk: Talk }
  | {
      readonly kind: 'reject'
      readonly status: number
      readonly afterMs: number
      readonly headers: readonly (readonly [string, string])[]
    }
  /** Rings until the caller gives up. */
  | { readonly kind: 'ring' }
  /** Not a single reply. */
  | { readonly kind: 'silence' }

export type Persona = {
  readonly code: string
  /** Asks for digest credentials before it lets the call in. */
  readonly challenges: boolean
  /** What it does at the n-th call of the same number; the last entry holds for all later ones. */
  readonly behaviours: readonly Behaviour[]
}

const ringMs = 300
const quiet: Talk = { say: null, press: null, hangUpAfterMs: null }

function answers(code: string, talk: Partial<Talk>, afterMs = ringMs): Persona {
  return { code, challenges: false, behaviours: [{ kind: 'answer', ringMs: afterMs, talk: { ...quiet, ...talk } }] }
}
function rejects(code: string, status: number, headers: readonly (readonly [string, string])[] = []): Persona {
  return { code, challenges: false, behaviours: [{ kind: 'reject', status, afterMs: ringMs, headers }] }
}

export const personas: readonly Persona[] = [
  answers('00', { say: 'chatter' }),
  answers('01', { say: 'hello' }),
  answers('02', {}),
  answers('03', { press: '1' }),
  answers('04', { press: '2' }),
  rejects('10', 486),
  { code: '11', challenges: false, behaviours: [{ kind: 'ring' }] },
  rejects('12', 603),
  rejects('13', 404),
  rejects('14', 480, [['Reason', 'Q.850;cause=20;text="Subscriber absent"']]),
  rejects('17', 503, [['Retry-After', '2']]),
  answers('18', { hangUpAfterMs: 0 }),
  {
    code: '19',
    challenges: false,
    behaviours: [
      { kind: 'reject', status: 486, afterMs: ringMs, headers: [] },
      { kind: 'answer', ringMs, talk: { ...quiet, press: '1' } },
    ],
  },
  answers('20', { say: 'voicemail', hangUpAfterMs: 20_000 }),
  answers('24', {}, 10_000),
  { code: '25', challenges: false, behaviours: [{ kind: 'silence' }] },
  { ...answers('28', { say: 'hello' }), challenges: true },
]

const byCode = new Map(personas.map((persona) => [persona.code, persona]))
/** A number that ends in no persona's code behaves like one that answers, says hello and listens. */
const ordinary = byCode.get('01') ?? answers('01', { say: 'hello' })

/** @param overrides  Number (digits) -> persona code, from a personas file. */
export function personaOf(number: string, overrides: ReadonlyMap<string, string>): Persona {
  const digits = number.replace(/\D/g, '')
  return byCode.get(overrides.get(digits) ?? digits.slice(-2)) ?? ordinary
}

export function behaviourAt(persona: Persona, nth: number): Behaviour {
  return persona.behaviours[Math.min(nth, persona.behaviours.length - 1)] ?? { kind: 'silence' }
}
