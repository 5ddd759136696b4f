/** The boundary of vendors' words: names and fields of the five APIs stand in compat/, and nowhere else in the sources. */

export type Word = { readonly path: string; readonly line: number; readonly found: string }

/** By these two the product knows whose API something came by: lists of dialects, external ids, the wiring of routes. */
const mayName: readonly string[] = [
  'packages/scenario/src/format/fields.ts',
  ...['http/server.ts', 'webhooks/dialects.ts', 'provisioning/dialects.ts'].map(inServer),
  ...['provisioning/values.ts', 'resources/external-ids.ts', 'resources/fields.ts', 'resources/references.ts'].map(
    inServer,
  ),
  // Whose lists are brought over.
  'packages/cli/src/options.ts',
]
/** Here they may say all that they say: their own rooms, what plays their clients, and what tests both. */
const mayQuote = /^packages\/server\/src\/(?:compat|demo)\/|\.test\.ts$|\.conformance\.ts$/
/** A dialect is checked by its name where it is kept. */
const mayCheck = /\/migrations\/\d{4}_\w+\.sql$/

const names = /yunfu|is74|omicall|twin24/gi
/** An English word, too: it is the vendor's as a name in quotes, as a key, and before a word of its own. */
const twin = /(?<![\w-])(['"`])twin\1|\btwin(?=['"]?\s*:)|\b(?:register)?Twin(?=[A-Z])/g
/** What is nobody's but theirs. Where one of these is needed in the engine, it has a name of our own. */
const fields = new RegExp(
  `\\b(?:${[
    ...[
      'botId',
      'botSettingsId',
      'autoCall\\w*',
      'recallRules?',
      'allowedTimeRange',
      'aon(?:Numbers|Groups?)',
      'fz230',
    ],
    ...['redialStrategy\\w*', 'secondExec\\w*', 'defaultExec\\w*', 'cid(?:Type|Data)', 'incomingRules?', 'numberAsDid'],
    ...['caller_line\\w*', 'customer_service\\w*', 'auto_recycle\\w*', 'call_pause_second', 'maximumcall'],
    ...['destination_extension', 'disable_dial_\\w+', '_originate_timeout', 'intention_results', 'customer_info_list'],
    ...['start_block_id', 'add_data', 'analytics_filter', 'outgoing_campaign_id', 'phone_id'],
    ...['executeByPhone', 'numberCall(?:Outs|PerTime)', 'phoneNumberList', 'durationOfEachCall', 'maxRetryOfDetail'],
    ...['callBotTextVariable', 'ringGroup', 'ivrMenu', 'autocall_\\w+'],
  ].join('|')})\\b`,
  'g',
)

function inServer(path: string): string {
  return `packages/server/src/${path}`
}

/** Vendors' words in a source, comments and texts included. A place of an external id, `externalIds.yunfu`, is our own word. */
export function vendorWords(path: string, text: string): Word[] {
  if (mayQuote.test(path)) return []
  const isNamed = mayName.includes(path) || mayCheck.test(path)
  const ours = text.replace(/externalIds\.\w+/g, (place) => ' '.repeat(place.length))
  return [
    ...(isNamed ? [] : [names, twin].flatMap((pattern) => [...ours.matchAll(pattern)])),
    ...ours.matchAll(fields),
  ].map((match) => ({
    path,
    line: text.slice(0, match.index).split('\n').length,
    found: match[0],
  }))
}
