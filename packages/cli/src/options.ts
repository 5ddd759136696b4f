/** Every option of every command: one name means one thing everywhere. */

type Option = {
  readonly type: 'boolean' | 'string'
  readonly multiple?: true
  /** How its value is called in the help. */
  readonly value?: string
  readonly help: string
}

export const options = {
  json: { type: 'boolean', help: 'machine output: JSON lines on stdout, words for people on stderr' },
  server: {
    type: 'string',
    value: 'URL',
    help: 'the server (DIALWRIGHT_SERVER, the last login, http://127.0.0.1:8080)',
  },
  token: {
    type: 'string',
    value: 'TOKEN',
    help: 'the token (DIALWRIGHT_TOKEN, DIALWRIGHT_TOKEN_FILE, the last login)',
  },
  help: { type: 'boolean', help: 'this help' },
  login: { type: 'string', value: 'LOGIN', help: 'whose login; asked for at a terminal' },
  'password-file': {
    type: 'string',
    value: 'FILE',
    help: 'a file that holds the password; else asked for, or read from stdin',
  },
  start: { type: 'boolean', help: 'start it at once' },
  follow: { type: 'boolean', help: 'stay until it has ended' },
  campaign: { type: 'string', value: 'CAMPAIGN', help: 'a campaign: its id or its name' },
  phone: { type: 'string', value: 'PHONE', help: 'a phone number' },
  at: { type: 'string', value: 'INSTANT', help: 'a time with its offset, like 2026-03-02T09:00:00+03:00; else now' },
  disposition: { type: 'string', value: 'WORD', help: 'what it came to: answered, busy, no-answer, ...' },
  direction: { type: 'string', value: 'out|in', help: 'who called' },
  from: { type: 'string', value: 'INSTANT', help: 'not before' },
  to: { type: 'string', value: 'INSTANT', help: 'before' },
  vendor: { type: 'string', value: 'twin|yunfu|is74|omicall', help: 'whose lists the files are' },
  trunk: { type: 'string', value: 'NAME', help: 'the trunk that numbers and dialplans are put on (carrier)' },
  limit: { type: 'string', value: 'N', help: 'so many at most (50)' },
  all: { type: 'boolean', help: 'all of them' },
  format: { type: 'string', value: 'csv|jsonl', help: 'what the file is; else by its name' },
  encoding: { type: 'string', value: 'NAME', help: 'of the file: utf-8 (default), windows-1251, gb18030, ...' },
  delimiter: {
    type: 'string',
    value: 'WORD',
    help: 'between columns: comma, semicolon, tab or pipe; else by the look of it',
  },
  column: {
    type: 'string',
    multiple: true,
    value: 'HEADER=FIELD',
    help: 'what a column is: phone, zone, priority, clientExternalId, callbackData, variable:NAME or -',
  },
  resume: { type: 'string', value: 'IMPORT', help: 'send the rest of a file whose upload broke off' },
  rejected: { type: 'string', value: 'FILE', help: 'where rows that were not taken are written, with their reasons' },
  scenario: { type: 'string', value: 'SCENARIO', help: 'a scenario: its id or its name' },
  'start-block': { type: 'string', value: 'BLOCK', help: 'where in the scenario the call begins' },
  route: { type: 'string', value: 'DIALPLAN', help: 'a dialplan: its id or its name' },
  'caller-id': { type: 'string', value: 'PHONE', help: "the number that is shown; else the trunk's" },
  variable: { type: 'string', multiple: true, value: 'NAME=VALUE', help: 'a variable of the contact; may be repeated' },
  kept: { type: 'boolean', help: 'what happened within the last hour first' },
  after: { type: 'string', value: 'EVENT', help: 'go on after this event' },
  once: { type: 'boolean', help: 'end with what there is, in place of waiting' },
  force: { type: 'boolean', help: 'write over a file that is there' },
  'test-call': { type: 'string', value: 'PHONE', help: 'ring this number as well; needs --scenario and --route' },
} as const satisfies Readonly<Record<string, Option>>

export type OptionName = keyof typeof options

/** What every command takes. */
export const globalOptions: readonly OptionName[] = ['json', 'server', 'token', 'help']

/** How an option stands in the help. */
export function optionUsage(name: OptionName): string {
  const option: Option = options[name]
  return option.value === undefined ? `--${name}` : `--${name} ${option.value}`
}
