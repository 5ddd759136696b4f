/** Every vendor's teller, for whoever wires the process: a vendor's room adds its line here. */
import type { DialectTeller, VendorTellers } from '../webhooks/dialects.ts'
import { type Topic, topics } from '../webhooks/events.ts'
import { omicallTeller } from './omicall/teller.ts'
import { incomingEvents, incomingTeller } from './twin-incoming/teller.ts'
import { twinTeller } from './twin-tasks/teller.ts'
import { yunfuTeller } from './yunfu/teller.ts'

/** One dialect, told by two rooms: each has words of its own. */
const twin: DialectTeller = {
  ...twinTeller,
  words: Object.fromEntries(topics.flatMap((topic) => wordsOf(topic))),
  body: (word, told) => (incomingEvents.includes(word) ? incomingTeller : twinTeller).body(word, told),
}

function wordsOf(topic: Topic): [Topic, readonly string[]][] {
  const words = [...(incomingTeller.words[topic] ?? []), ...(twinTeller.words[topic] ?? [])]
  return words.length === 0 ? [] : [[topic, words]]
}

export const vendorTellers: VendorTellers = { twin, yunfu: yunfuTeller, omicall: omicallTeller }
