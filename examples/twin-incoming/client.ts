/**
 * A client of TWIN24's incoming rules, written from the vendor's page: logs in, finds a bot and a provider, adds numbers that the bot
 * answers, prints them with their rules. Node 24 or newer:
 * node client.ts http://127.0.0.1:8080 owner@example.com PASSWORD https://crm.example.com/hook 71234567001 71234567002
 */
type Named = { id: string; name: string }
type Rule = Named & {
  number: string
  incomingCallsOptions: { action: string; botId?: string } | null
  registration: { state: string; message: string } | null
}

const [host = '', email, password, hook, ...numbers] = process.argv.slice(2)
const telephony = '/cis/api/v1/telephony'
let token = ''

/** Adding answers 200 without a body. */
async function ask<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
  const response = await fetch(`${host}${path}`, {
    method,
    headers: {
      ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const answer = await response.text()
  if (response.status !== 200) throw new Error(`${method} ${path}: ${response.status} ${answer}`)
  return (answer === '' ? undefined : JSON.parse(answer)) as Answer
}
async function first(path: string): Promise<Named> {
  const [item] = (await ask<{ items: Named[] }>('GET', path)).items
  if (item === undefined) throw new Error(`${path}: there is none`)
  return item
}

token = (await ask<{ token: string }>('POST', '/api/v1/auth/login', { email, password, ttl: 3_600 })).token
const bot = await first('/api/cis/beta/bots')
const provider = await first(`${telephony}/providers`)
await ask<void>('POST', `${telephony}/incomingRules/create/batch`, {
  additionalOptions: { callRecord: 'all', comment: 'Комментарий' },
  incomingCallsOptions: {
    action: 'robot',
    botId: bot.id,
    cidAsName: 'default',
    cidAsNumber: 'default',
    reserveAction: 'default',
    reserveActionData: null,
    reserveCidAsName: 'original',
    reserveCidAsNumber: 'original',
  },
  notificationOptions: { type: 'off', condition: 'unanswer', emailReceivers: [], smsReceivers: [] },
  webhookUrls: [hook],
  names: numbers.map((_, index) => `Название номера ${index + 1}`),
  numbers,
  connectionOptionsList: numbers.map(() => ({
    authUser: '',
    forceOutOverChannel: true,
    fromDomain: '',
    login: '',
    password: '',
    providerId: provider.id,
    did: '',
    numberAsDid: true,
  })),
})
for (const number of numbers) {
  const { items } = await ask<{ items: Rule[] }>('GET', `${telephony}/incomingRules?keyword=${number}`)
  for (const { id, name, incomingCallsOptions, registration } of items)
    console.log(
      `${number} ${name}: ${incomingCallsOptions?.action}, ${registration?.state ?? 'no line of its own'}, ${id}`,
    )
}
